import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openPanel, type PanelApi } from '../../fixtures/panel-client.ts'
import { start, type Running } from '../../blender/rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from '../../blender/rig/rig.ts'
import type { Program } from '../programs/program.ts'
import type { Picture } from '../scripted-model/conversation.ts'
import { createScriptedModel, type ScriptedModel } from '../scripted-model/scripted-model.ts'
import { createWireTap, type WireTap } from './wire-tap.ts'

const installed = join(import.meta.dirname, '../installed/node_modules/.bin')

/** A program at work: its model, which is the test, and what it says to Busbar. */
export interface ProgramRun {
  readonly model: ScriptedModel
  readonly tap: WireTap
  readonly process: Running
  /** Lets the model call a tool; what it reads of the answer, which must be there within `limitMs`. */
  call(tool: string, args?: object, limitMs?: number): Promise<Reading>
  /** Ends the model's turn, and waits until the program has ended by itself. */
  end(): Promise<void>
}

/** A tool's answer as a model reads it. */
export interface Reading {
  /** The JSON that Busbar answered; the text as it is, where it is none. */
  readonly outcome: unknown
  readonly pictures: readonly Picture[]
  /** All of the text, with the program's own words. */
  readonly shown: string
}

export interface StartOptions {
  /** A folder that an earlier run may have left something in; default: an empty one. */
  home?: string
  /** When it is to give up on a tool call; default: when it does by itself. */
  callLimitMs?: number
}

/** One server with its panel, real Blenders, and programs in homes of their own. */
export interface ProgramsRig {
  readonly blenders: Rig
  readonly server: Server
  readonly panel: PanelApi
  blender(label: string): Promise<Blender>
  /** Starts a program and resolves when it has asked its model what to do. */
  start(program: Program, options?: StartOptions): Promise<ProgramRun>
  close(): Promise<void>
}

/** @param env settings of the server */
export async function createProgramsRig(env: Readonly<Record<string, string>> = {}): Promise<ProgramsRig> {
  const rig = await createRig()
  const server = await rig.serve({ panel: true, env })
  const panel = await openPanel(server.port, server.panelKey ?? '')
  const closing: (() => Promise<void>)[] = []
  let homes = 0

  return {
    blenders: rig,
    server,
    panel: panel.api,
    blender: (label) => rig.blender({ label, server }),
    async start(program, { home = `home-${String((homes += 1))}`, callLimitMs } = {}) {
      const folder = rig.path(home)
      const work = join(folder, 'work')
      mkdirSync(work, { recursive: true })
      const model = await createScriptedModel()
      const tap = await createWireTap(server.url)
      const { bin, args, env } = program.prepare({
        home: folder,
        modelUrl: model.url,
        busbar: { url: tap.url, token: server.token },
        callLimitMs,
      })
      const path = join(installed, bin)
      if (!existsSync(path)) throw new Error(`${program.name} is not installed: ${path}`)
      const process = start(path, args, { ...surroundings(folder, model.url), ...env }, work)
      closing.push(async () => {
        await process.kill()
        await model.close()
        await tap.close()
      })
      await model.asked(process.output)
      return {
        model,
        tap,
        process,
        async call(tool, args, limitMs) {
          const { text, pictures } = await model.call(tool, args, limitMs)
          return { outcome: parsed(program.answerIn(text)), pictures, shown: text }
        },
        async end() {
          model.say('Done.')
          const { code } = await process.ended()
          if (code !== 0) throw new Error(`${program.name} ended with ${String(code)}:\n${process.output()}`)
        },
      }
    },
    async close() {
      for (const close of closing.reverse()) await close()
      panel.close()
      await rig.close()
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Nothing of the machine's own: an empty home, and no way to any host but this one. */
function surroundings(home: string, proxy: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: home,
    LC_ALL: 'C.UTF-8',
    TERM: 'dumb',
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: '127.0.0.1,localhost',
  }
}
