import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blenderOfThisRun } from '../../../scripts/blenders.ts'
import { findOnPath } from '../../../scripts/programs.ts'
import { Llm } from './llm.ts'
import { start, until, within, type Running } from './process.ts'

const root = join(import.meta.dirname, '../../..')
const [blenderProgram, ...blenderArguments] = blenderOfThisRun()
/** The token of every server here; it is given by the environment, so that restarts keep it. */
const token = 'token-of-the-blender-tests'

export interface Server {
  readonly url: string
  readonly token: string
  readonly port: number
  /** What opens its panel; null where it serves none. */
  readonly panelKey: string | null
  readonly process: Running
}

export interface ServeOptions {
  port?: number
  dataDir?: string
  /** With the panel that a browser would open. */
  panel?: boolean
  env?: Readonly<Record<string, string>>
}

export interface BlenderOptions {
  label: string
  server: Server
  /** With a window on the rig's virtual display. */
  window?: boolean
  group?: string
  args?: readonly string[]
}

export interface Blender {
  readonly uuid: string
  readonly pid: number
  readonly label: string
  readonly process: Running
}

/**
 * Real servers and real Blenders in a folder of their own. The add-on is the built zip, installed the way an
 * artist does it; servers are found by the file they leave.
 */
export interface Rig {
  readonly folder: string
  /** The add-on's module in this Blender, for `--addons` beside `--factory-startup`. */
  readonly addon: string
  /** What this Blender calls Eevee, the engine of a new file. */
  readonly eevee: string
  /** A file in the rig's folder. */
  path(name: string): string
  serve(options?: ServeOptions): Promise<Server>
  /** Starts a Blender and waits until it is plugged in. */
  blender(options: BlenderOptions): Promise<Blender>
  llm(server: Server, name?: string): Promise<Llm>
  close(): Promise<void>
}

export async function createRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-blender-'))
  const started: Running[] = []
  const models: Llm[] = []
  let display: Promise<string> | null = null
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BUSBAR_'))),
    BLENDER_USER_RESOURCES: folder,
    BLENDER_USER_CONFIG: join(folder, 'config'),
    BLENDER_USER_SCRIPTS: join(folder, 'scripts'),
    LIBGL_ALWAYS_SOFTWARE: '1',
    LC_ALL: 'C.UTF-8',
    BUSBAR_TOKEN: token,
  }
  const run = (program: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Running => {
    const running = start(program, args, { ...env, ...more })
    started.push(running)
    return running
  }
  const dataDirs = new Map<string, string>()
  const { addon, eevee } = await install(run, folder)

  const openDisplay = async (): Promise<string> => {
    const path = findOnPath('Xvfb')
    if (path === null) throw new Error('No Xvfb on the PATH (Debian: apt-get install xvfb)')
    // It chooses a free number itself and prints it.
    const xvfb = run(path, ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'])
    const number = await until(() => /^(\d+)\n/m.exec(xvfb.output())?.[1], 'a display', xvfb.output)
    return `:${number}`
  }

  return {
    folder,
    addon,
    eevee,
    path: (name) => join(folder, name),
    async serve({ port = 0, dataDir = join(folder, 'data'), panel = false, env: more = {} } = {}) {
      const process = run(
        'node',
        [
          join(root, 'src/main/cli/main.ts'),
          ...['serve', '--port', String(port), '--data-dir', dataDir],
          ...(panel ? [] : ['--no-panel']),
        ],
        more,
      )
      const url = await until(
        () => /^MCP +(http:\S+)$/m.exec(process.output())?.[1],
        'the server',
        process.output,
      )
      const key = () => /^Panel +http:\S+#key=(\S+)$/m.exec(process.output())?.[1]
      const panelKey = panel ? await until(key, 'the panel', process.output) : null
      dataDirs.set(url, dataDir)
      return { url, token, port: Number(new URL(url).port), panelKey, process }
    },
    async blender({ label, server, window = false, group = '', args = [] }) {
      const process = run(
        blenderProgram,
        [
          ...blenderArguments,
          ...(window ? ['--window-geometry', '0', '0', '1000', '700'] : ['-b']),
          ...args,
          ...(window ? [] : ['--python-expr', 'import bpy; bpy.ops.busbar.serve()']),
        ],
        {
          BUSBAR_DATA_DIR: dataDirs.get(server.url),
          BUSBAR_LABEL: label,
          BUSBAR_GROUP: group,
          ...(window ? { DISPLAY: await (display ??= openDisplay()) } : { DISPLAY: undefined }),
        },
      )
      const watcher = await Llm.connect(server, 'watcher')
      try {
        const pid = process.child.pid ?? 0
        const find = async () => (await watcher.blenders()).find((record) => record.pid === pid)
        const record = await until(find, `the Blender ${label}`, process.output)
        return { uuid: String(record.uuid), pid, label, process }
      } finally {
        await watcher.close()
      }
    },
    async llm(server, name) {
      const llm = await Llm.connect(server, name)
      models.push(llm)
      return llm
    },
    async close() {
      for (const llm of models) await llm.close().catch(() => undefined)
      for (const running of started.reverse()) await running.kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Installs the packed add-on; returns its module, and the engine of a new file. */
async function install(
  run: (program: string, args: readonly string[]) => Running,
  folder: string,
): Promise<{ addon: string; eevee: string }> {
  const dist = join(root, 'dist')
  const zip = readdirSync(dist).find((name) => /^busbar-addon-.*\.zip$/.test(name))
  if (zip === undefined) throw new Error('No add-on in dist: npm run addon:build')
  // A Blender of another root sees this folder, and not the project's.
  const copy = join(folder, zip)
  copyFileSync(join(dist, zip), copy)
  const script = readFileSync(join(root, 'tests/fixtures/install-addon.py'), 'utf8')
  const blender = run(blenderProgram, [
    ...[...blenderArguments, '-b', '--python-exit-code', '3'],
    ...['--python-expr', script, '--', copy],
  ])
  const { code } = await within(blender.ended(), 'the installation', blender.output)
  const [, addon, eevee] = /^Installed as (\S+), beside (\S+)$/m.exec(blender.output()) ?? []
  if (code !== 0 || addon === undefined || eevee === undefined) {
    throw new Error(`The add-on could not be installed:\n${blender.output()}`)
  }
  return { addon, eevee }
}
