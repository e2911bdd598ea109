import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const entry = join(import.meta.dirname, '../../../src/main/cli/main.ts')

let root: string
const children: ChildProcess[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'busbar-serve-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL')
  await rm(root, { recursive: true, force: true })
})

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

interface Started {
  readonly child: ChildProcess
  /** The lines on standard output, once both are there. */
  readonly lines: readonly string[]
  /** How it ended; null where it serves. */
  readonly code: number | null
  readonly errors: () => string
  /** The lines on standard error that are for a person: those of the log are JSON. */
  readonly told: () => readonly string[]
}

/** Starts `busbar serve` and waits until it serves or ends. */
async function serve(dataDir: string, ...args: string[]): Promise<Started> {
  const env = { ...process.env, BUSBAR_LOG_LEVEL: 'info' }
  const child = spawn(process.execPath, [entry, 'serve', '--data-dir', join(root, dataDir), ...args], { env })
  children.push(child)
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  await new Promise<void>((resolve) => {
    child.stderr.on('data', () => {
      if (errors.includes('"msg":"Busbar is running"')) resolve()
    })
    child.once('close', () => resolve())
  })
  const serves = errors.includes('"msg":"Busbar is running"')
  while (serves && !/^Panel/m.test(output)) await once(child.stdout, 'data')
  return {
    child,
    lines: output.trimEnd().split('\n'),
    code: child.exitCode,
    errors: () => errors,
    told: () => errors.split('\n').filter((line) => line !== '' && !line.startsWith('{')),
  }
}

async function announced(dataDir: string): Promise<{ url: string; panel_url: string; pid: number }> {
  return JSON.parse(await readFile(join(root, dataDir, 'endpoint.json'), 'utf8')) as {
    url: string
    panel_url: string
    pid: number
  }
}

const portOf = (url: string): string => new URL(url).port

describe('a second `busbar serve`', () => {
  it('prints the two lines of the first and ends with 0, whatever its port', async () => {
    const first = await serve('data', '--port', '0')
    const { url, panel_url, pid } = await announced('data')
    expect(first.lines).toStrictEqual([`MCP    ${url}`, `Panel  ${panel_url}`])
    expect(pid).toBe(first.child.pid)

    const second = await serve('data', '--port', '1')
    expect([second.code, second.lines]).toStrictEqual([0, first.lines])
    expect(second.told()).toStrictEqual([
      `Busbar runs on ${join(root, 'data')} already. Port ${portOf(url)} is in use, not 1. ` +
        'Another --data-dir is another server.',
    ])
    // Its end took nothing along.
    expect(await announced('data')).toMatchObject({ url, pid })
    expect((await fetch(new URL('/healthz', url))).status).toBe(200)
  })

  it('is another server on another data directory, at the next port where its own is taken', async () => {
    const first = await serve('data', '--port', '0')
    const { url } = await announced('data')
    const second = await serve('other', '--port', portOf(url))
    expect([first.code, second.code]).toStrictEqual([null, null])
    const other = await announced('other')
    expect(second.lines).toStrictEqual([`MCP    ${other.url}`, `Panel  ${other.panel_url}`])
    expect(other.url).not.toBe(url)
    expect(second.errors()).toContain('"msg":"the port is taken; the next free one is used"')
  })

  it('that starts at the same moment never serves beside the first', async () => {
    const started = await Promise.all([1, 2, 3].map(() => serve('data', '--port', '0')))
    const serving = started.filter(({ code }) => code === null)
    expect(started.map(({ code }) => code).toSorted()).toStrictEqual([0, 0, null])
    const { url, panel_url, pid } = await announced('data')
    expect(serving[0]?.child.pid).toBe(pid)
    const lines = [`MCP    ${url}`, `Panel  ${panel_url}`]
    expect(started.map((each) => each.lines)).toStrictEqual([lines, lines, lines])
  })
})

describe('a start after a crash', () => {
  it('serves at once, though somebody has the process id by now', async () => {
    const first = await serve('data', '--port', '0')
    await end(first.child, 'SIGKILL')
    const left = await announced('data')
    await writeFile(join(root, 'data/endpoint.json'), JSON.stringify({ ...left, pid: process.pid }))
    const second = await serve('data', '--port', '0')
    expect(second.code).toBeNull()
    expect((await announced('data')).pid).toBe(second.child.pid)
    await end(second.child, 'SIGTERM')
    await expect(announced('data')).rejects.toThrow('ENOENT')
  })

  it('serves at the next port where something else has its own', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    try {
      const { code } = await serve('data', '--port', String(port))
      expect(code).toBeNull()
      expect(Number(portOf((await announced('data')).url))).toBeGreaterThan(port)
    } finally {
      other.close()
    }
  })
})
