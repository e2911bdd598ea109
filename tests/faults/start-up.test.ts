import { spawn, type ChildProcess } from 'node:child_process'
import { chownSync, closeSync, openSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** A user that no system has an entry for. */
const stranger = 54_321
const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'

const entry = join(import.meta.dirname, 'processes/command-as.ts')

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'busbar-start-up-'))))
/** What a test that failed may have left running. */
const running = new Set<ChildProcess>()
afterEach(async () => {
  for (const server of running) server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

interface Start {
  /** Beside PATH, there is nothing else. */
  readonly env?: NodeJS.ProcessEnv
  readonly args?: readonly string[]
  readonly user?: number
  readonly cwd?: string
  /** Where standard error goes. Default: to the test. */
  readonly stderr?: number
}

interface Outcome {
  /** Of the address that was printed; null for a server that did not start. */
  readonly mcp: string | null
  readonly status: number | null
  /** What standard error said beside the log. */
  readonly said: string
  readonly log: string
}

/** Runs `busbar serve` in its own process until it listens or ends, and ends it. */
function start({ env = {}, args = [], user, cwd = folder, stderr }: Start): Promise<Outcome> {
  // An option goes before the variable.
  const port = env.BUSBAR_PORT ? [] : ['--port', '0']
  const server = spawn(
    process.execPath,
    [entry, user === undefined ? '-' : String(user), 'serve', '--no-panel', ...port, ...args],
    { cwd, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', stderr ?? 'pipe'] },
  )
  running.add(server)
  return new Promise((resolve, reject) => {
    let [told, said] = ['', '']
    server.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk
      if (told.includes('\n')) server.kill('SIGTERM')
    })
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
    server.on('error', reject)
    server.on('close', (status) => {
      running.delete(server)
      const lines = said.split('\n').filter((line) => line !== '')
      resolve({
        mcp: /^MCP {4}(\S+)\n/.exec(told)?.[1] ?? null,
        status,
        said: lines.filter((line) => !line.startsWith('{"level"')).join('\n'),
        log: lines.filter((line) => line.startsWith('{"level"')).join('\n'),
      })
    })
  })
}

const started = {
  mcp: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/) as string,
  status: 0,
  said: '',
}
const refused = (said: string) => ({ mcp: null, status: 1, said: `busbar: ${said}`, log: '' })
const elsewhere = 'Name another folder with --data-dir or BUSBAR_DATA_DIR.'
const data = () => join(folder, 'data')
const inData = () => ({ BUSBAR_DATA_DIR: data() })

describe('a home', () => {
  it.runIf(isRoot && isLinux)('that nobody knows of is asked for in one line', async () => {
    const noPlace =
      'There is no place for Busbar’s data: HOME is not set, and the system knows no home of this user. ' +
      'Set HOME, or name a folder with --data-dir or BUSBAR_DATA_DIR.'
    expect(await start({ user: stranger })).toStrictEqual(refused(noPlace))
    expect(await start({ user: stranger, env: { HOME: '' } })).toStrictEqual(refused(noPlace))
    expect(await readdir(folder)).toStrictEqual([])
    chownSync(folder, stranger, stranger)
    expect(await start({ user: stranger, env: inData() })).toMatchObject(started)
    expect(await readdir(data())).toEqual(expect.arrayContaining(['panel-key', 'token']))
  })

  it.runIf(isRoot && isLinux)('of somebody else says so in one line', async () => {
    const kept = join(folder, '.local/share/busbar')
    await mkdir(kept, { recursive: true, mode: 0o700 })
    // The folder of the test itself is closed to others.
    expect(await start({ user: stranger, env: { HOME: folder }, cwd: '/' })).toStrictEqual(
      refused(`The data directory ${kept} can’t be used (EACCES). ${elsewhere}`),
    )
    expect(await readdir(kept)).toStrictEqual([])
  })

  it.runIf(isRoot && isLinux)('that holds a file of somebody else says which', async () => {
    await mkdir(data())
    await writeFile(join(data(), 'settings.json'), '{"version":1,"settings":{}}', { mode: 0o600 })
    for (const path of [folder, data()]) chownSync(path, stranger, stranger)
    expect(await start({ user: stranger, env: inData() })).toMatchObject({
      ...refused(
        `${join(data(), 'settings.json')} can’t be used (EACCES). Let this user read and write it, or move it away. ${elsewhere}`,
      ),
      // The copy of it could not be made either.
      log: expect.stringContaining('could not be backed up') as string,
    })
  })

  it.skipIf(process.platform === 'win32')(
    'that is empty, or data that is relative, is no folder where one stands',
    async () => {
      const env = { XDG_DATA_HOME: 'relative' }
      expect(await start({ env: { ...env, HOME: join(folder, 'home') } })).toMatchObject(started)
      expect(await readdir(folder)).toStrictEqual(['home'])
      expect(await readdir(join(folder, 'home/.local/share'))).toStrictEqual(['busbar'])
    },
  )
})

describe('a data directory', () => {
  it.runIf(isLinux)('that can’t be made is named in one line', async () => {
    expect(await start({ args: ['--data-dir', '/proc/x'] })).toStrictEqual(
      refused(`The data directory /proc/x can’t be used (ENOENT). ${elsewhere}`),
    )
  })

  it('that is a file is named in one line', async () => {
    await writeFile(data(), '')
    expect(await start({ env: inData() })).toStrictEqual(
      refused(`The data directory ${data()} can’t be used (EEXIST). ${elsewhere}`),
    )
  })

  it('with folders in the places of its files starts, and keeps them', async () => {
    const names = ['endpoint.json', 'settings.json', 'blocks.json', 'approvals.json', 'targets.json']
    for (const name of [...names, 'tokens.json', 'history.db']) {
      await mkdir(join(data(), name, 'kept'), { recursive: true })
    }
    const { log, ...outcome } = await start({ env: inData() })
    expect(outcome).toStrictEqual(started)
    const found = await readdir(data(), { recursive: true })
    for (const name of names) {
      expect(
        found.filter((path) => path.startsWith(`${name}.damaged-`) && path.endsWith('kept')),
      ).toHaveLength(1)
    }
    expect(found).toEqual(expect.arrayContaining([join('tokens.json', 'kept'), join('history.db', 'kept')]))
    expect(log).toContain('the tokens cannot be read; none of them is let in until they can')
    expect(log).toContain('the activity log is not being kept')
  })

  it.each(['token', 'panel-key'])(
    'with a folder in the place of its %s names it in one line',
    async (name) => {
      await mkdir(join(data(), name), { recursive: true })
      expect(await start({ env: inData() })).toStrictEqual(
        refused(
          `${join(data(), name)} is a folder, and a secret belongs there. Move it away to have a new one made.`,
        ),
      )
    },
  )

  it('with settings of an editor that writes a byte order mark takes them', async () => {
    await mkdir(data())
    const settings = '\ufeff{"version":1,"settings":{"max_sessions":7}}'
    await writeFile(join(data(), 'settings.json'), settings)
    const { log, ...outcome } = await start({ env: inData() })
    expect(outcome).toStrictEqual(started)
    expect(log).not.toContain('could not be read')
    expect(await readFile(join(data(), 'settings.json'), 'utf8')).toBe(settings)
  })
})

describe('standard error', () => {
  it.runIf(isLinux)('on a full disk costs the log, and nothing else', async () => {
    const stderr = openSync('/dev/full', 'w')
    expect(await start({ env: inData(), stderr })).toMatchObject({ ...started, log: '' })
    closeSync(stderr)
  })
})

describe('a variable', () => {
  it.each([
    [
      { BUSBAR_LOG_LEVEL: 'verbose' },
      'BUSBAR_LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent, not "verbose".',
    ],
    [{ BUSBAR_PORT: '98\n77' }, String.raw`BUSBAR_PORT must be a port from 0 to 65535, not "98\n77".`],
    [
      { BUSBAR_TOKEN: 'short' },
      'BUSBAR_TOKEN has fewer than 16 characters and can be guessed. Set another one, or leave it out and Busbar makes one.',
    ],
    [
      { BUSBAR_MAX_SESSIONS: 'many' },
      'BUSBAR_MAX_SESSIONS must be a whole number from 1 to 2000000, not "many"',
    ],
  ])('that is malformed, %j, is named in one line', async (env, said) => {
    const outcome = await start({ env: { ...inData(), ...env } })
    expect({ ...outcome, log: '' }).toStrictEqual(refused(said))
  })

  it('that is empty is none', async () => {
    const names = [
      'LOG_LEVEL',
      'PORT',
      'TOKEN',
      'MAX_SESSIONS',
      'HISTORY_PAYLOADS',
      'KEEPALIVE_SECONDS',
      'MEMORY_MIB',
    ]
    const empty = Object.fromEntries(names.map((name) => [`BUSBAR_${name}`, '']))
    expect(await start({ env: { ...inData(), ...empty, XDG_DATA_HOME: '' } })).toMatchObject(started)
  })
})
