import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'
import { createApp } from '../app/app.ts'
import type { Listening } from '../app/app-options.ts'
import { defaultPort } from '../config/asked-port.ts'
import { dataDirectory } from '../config/data-dir.ts'
import type { ServerOptions } from '../config/server-options.ts'
import { createBrowserPanel } from './browser-panel.ts'

export interface ServeOptions extends ServerOptions {
  panel: boolean
  open: boolean
}

export interface ServePorts {
  /** Folder of the built renderer. */
  rendererDir: string
  env: NodeJS.ProcessEnv
  log: Log
  /** Writes one line for the person who started it. */
  say: (line: string) => void
}

/** Longest time that a signal waits for clients to be told and sockets to close. */
const stopLimitMs = 4000

/** Runs Busbar without a window until the returned function is called. */
export async function serve(options: ServeOptions, ports: ServePorts): Promise<() => Promise<void>> {
  const { log, say, env } = ports
  const { panel, open, ...server } = options
  const app = createApp({
    ...server,
    ...(panel && { browserPanel: createBrowserPanel(ports.rendererDir) }),
    env,
    log,
  })
  const listening = await app.start()
  say(`MCP    ${listening.url}`)
  if (listening.panelUrl !== null) say(`Panel  ${listening.panelUrl}`)
  if (listening.portWasTaken) {
    log.warn(
      { asked: options.port ?? defaultPort, port: listening.port },
      'the port is taken; the next free one is used',
    )
  }
  const page = open ? await openPanel(listening, dataDirectory(options.dataDir, env), log) : null

  return async () => {
    if (page !== null) await rm(page, { force: true })
    await Promise.race([
      app.stop(),
      new Promise<void>((resolve) => after('stop', stopLimitMs, resolve).unref()),
    ])
  }
}

/**
 * Opens the panel in the person's browser. The address holds the key and must stay out of every process's
 * arguments, so the browser is given a private file that leads there.
 */
async function openPanel({ panelUrl }: Listening, dataDir: string, log: Log): Promise<string | null> {
  if (panelUrl === null) return null
  const page = join(dataDir, 'open-panel.html')
  try {
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><title>Busbar</title><meta name="referrer" content="no-referrer">` +
        `<meta http-equiv="refresh" content="0; url=${panelUrl}"><a href="${panelUrl}">Open the panel</a>\n`,
      { mode: 0o600 },
    )
  } catch (error) {
    log.warn({ err: error }, 'no browser could be opened; open the printed address yourself')
    return null
  }
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const opener = spawn(command, [...args, page], { stdio: 'ignore', detached: true })
  opener.on('error', () =>
    log.warn({ command }, 'no browser could be opened; open the printed address yourself'),
  )
  opener.unref()
  return page
}

const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}
