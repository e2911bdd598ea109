import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { register, startApp, type AppFixture } from '../wire/app-fixture.ts'
import { openRawSession } from '../wire/raw-session.ts'

/** The same requests every time: a failure is had again by running it again. */
const seed = 0x5eed
/** Longest time of each round, and most requests in it, whichever comes first. */
const roundMs = 15_000
const requests = 4000
/** Longest wait for one answer; a server that takes longer hangs. */
const answerMs = 10_000

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
function heapUsed(): number {
  for (let n = 0; n < 4; n += 1) collect()
  return process.memoryUsage().heapUsed
}

/** mulberry32: small, fast, and the same on every machine. */
function createRandom(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
type Random = ReturnType<typeof createRandom>
const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random(items.length)] as Item

const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  2 ** 53,
  0.1,
  '',
  'x',
  'x'.repeat(5000),
  '\u0000',
  '\ud800',
  '💥',
  '../../token',
  '%s%n',
  "' OR 1=1 --",
  '<img src=x onerror=alert(1)>',
  '${7*7}',
  [],
  {},
  [[]],
  { a: {} },
  ['x', 1, null],
  '__proto__',
  'latest',
  'pid:1',
]
const oddKeys = [
  '__proto__',
  'constructor',
  'id',
  'method',
  'params',
  'name',
  'arguments',
  '',
  'x',
  'jsonrpc',
  '_meta',
]

/** A value with some of its parts taken out, put in twice, exchanged or replaced. */
function mutate(random: Random, value: unknown, depth = 0): unknown {
  if (random(6) === 0) return pick(random, oddValues)
  if (depth > 4 || typeof value !== 'object' || value === null) {
    if (typeof value === 'string' && random(3) === 0)
      return value.slice(random(value.length + 1)) + pick(random, ['', '\n', '"', '🙂'])
    return value
  }
  if (Array.isArray(value))
    return value.flatMap((item) =>
      Array.from({ length: pick(random, [0, 1, 1, 1, 2]) }, () => mutate(random, item, depth + 1)),
    )
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (random(12) === 0) return []
    return [[random(15) === 0 ? pick(random, oddKeys) : key, mutate(random, item, depth + 1)]]
  })
  if (random(10) === 0) entries.push([pick(random, oddKeys), pick(random, oddValues)])
  return Object.fromEntries(entries)
}

/** The same as text, with bytes of it changed now and then. */
function scramble(random: Random, text: string): string {
  if (random(4) !== 0) return text
  const at = random(text.length + 1)
  return (
    text.slice(0, at) +
    pick(random, ['', '}', ']', '{"', '\\u', '\ufeff', '\n', ',', '1e9999', '\u0000']) +
    text.slice(at + random(3))
  )
}

/** What cannot be written as JSON is sent as nothing. */
const textOf = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))

const call = (name: string, args: object) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
})
const seeds: readonly object[] = [
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'f', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 1, method: 'ping' },
  { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor: 'x' } },
  { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'info' } },
  { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'blender://clients/f' } },
  { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'blender://bus/clients' } },
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'prompts/get',
    params: { name: 'blender_dispatch_script', arguments: { target: 'uuid:f', script: 's' } },
  },
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'completion/complete',
    params: {
      ref: { type: 'ref/resource', uri: 'blender://clients/{uuid}' },
      argument: { name: 'uuid', value: '' },
    },
  },
  { jsonrpc: '2.0', id: 1, result: {} },
  { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } },
  { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
  call('blender_register_client', {
    client_uuid: 'f',
    client_type: 'fuzz',
    is_persistent: false,
    capabilities: ['a'],
    label: 'l',
  }),
  call('blender_unregister_client', { client_uuid: 'f' }),
  call('blender_send_message', { payload: { a: 1 }, target_uuid: 'f', priority: 'info' }),
  call('blender_send_message', {
    payload: { message_type: 'job_dispatch', job_id: 'j', script: 's', description: 'd' },
    group_id: 'g',
  }),
  call('blender_job_update', { job_id: 'j', status: 'running', progress: 0.5, result: 'r' }),
  call('blender_list_available_clients', {}),
  call('blender_execute_code', { code: 'x', target: 'nobody', timeout_seconds: 1 }),
]

describe('random and mutated requests', () => {
  it('to /mcp: each is answered, nothing of the server’s own is told, and the memory comes back', async () => {
    const random = createRandom(seed)
    const session = await openRawSession({ port: app.port, token: app.token }, 'fuzz')
    const bystander = await app.connect('bystander')
    await register(bystander, 'bystander')
    const secrets = [app.token, app.panelKey, session.id]
    const statuses = new Map<number, number>()
    const send = async (): Promise<void> => {
      const message =
        random(8) === 0
          ? [mutate(random, pick(random, seeds)), mutate(random, pick(random, seeds))]
          : mutate(random, pick(random, seeds))
      const headers: Record<string, string> = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      }
      if (random(20) !== 0) headers.authorization = `Bearer ${app.token}`
      if (random(4) !== 0) headers['mcp-session-id'] = session.id
      const response = await fetch(app.url, {
        method: 'POST',
        headers,
        body: scramble(random, textOf(message)),
        signal: AbortSignal.timeout(answerMs),
      })
      const text = await response.text()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      for (const secret of secrets) expect(text).not.toContain(secret)
      expect(text).not.toContain(app.dataDir)
      expect(text).not.toMatch(/\n {4}at |node_modules|\.ts:\d+/)
      // Each session that garbage opened is closed, as a program that ends does; the rest of it must go by itself.
      const opened = response.headers.get('mcp-session-id')
      if (opened !== null && opened !== session.id) {
        await fetch(app.url, {
          method: 'DELETE',
          headers: { authorization: `Bearer ${app.token}`, 'mcp-session-id': opened },
        })
      }
    }
    const run = async (count: number): Promise<number> => {
      const until = performance.now() + roundMs
      let sent = 0
      // Eight at a time, as clients come.
      while (sent < count && performance.now() < until) {
        await Promise.all(Array.from({ length: 8 }, send))
        sent += 8
      }
      return sent
    }
    await run(800)
    const before = heapUsed()
    expect(await run(requests)).toBeGreaterThan(400)
    expect(heapUsed() - before).toBeLessThan(24 * 1024 * 1024)
    expect(statuses.get(500)).toBeUndefined()
    expect([...statuses.keys()].toSorted((a, b) => a - b)).toStrictEqual([200, 202, 400, 401])
    // Who stands beside it is served as before.
    const { structuredContent } = await bystander.client.callTool({
      name: 'blender_send_message',
      arguments: { payload: { ok: 1 }, target_uuid: 'bystander' },
    })
    expect(structuredContent).toMatchObject({ status: 'ok', deliveries: { bystander: 'sent' } })
    expect(app.logged.filter(({ level }) => level === 'error')).toStrictEqual([])
  })

  const frames: readonly object[] = [
    { i: '1', p: { u: '/clients/watch', b: { watchId: 'w' }, m: 'POST' } },
    {
      i: '2',
      p: { u: '/clients/inspect', b: { json: { watchId: 'i', client: { userId: 'local', uuid: 'x' } } } },
    },
    {
      i: '3',
      p: {
        u: '/clients/unregister',
        b: { json: { clients: [{ userId: 'nobody', uuid: 'x' }], reason: 'r', blockSeconds: null } },
      },
    },
    { i: '4', p: { u: '/feed/ack', b: { json: { watchId: 'w' } } } },
    { i: '5', p: { u: '/status/ping' } },
    { i: '6', p: { u: '/blocks/lift', b: { json: { id: 'x' } } } },
    { i: '7', p: { u: '/activity/list', b: { json: { limit: 5, text: "%'" } } } },
    { i: '8', p: { u: '/jobs/detail', b: { json: { userId: 'local', jobId: 'x' } } } },
    { i: '9', p: { u: '/tokens/revoke', b: { json: { id: 'x' } } } },
    { i: '1', t: 4 },
    { i: '1', t: 3, p: { e: 'message', d: {} } },
  ]

  it.each(['with the key', 'without it'])(
    'to the panel’s socket, %s: it lives, and tells nothing',
    async (how) => {
      const random = createRandom(seed + 1)
      const bystander = await app.operator()
      const secrets = [app.token, app.panelKey]
      const heard: string[] = []
      const before = heapUsed()
      const until = performance.now() + roundMs
      let sockets = 0
      for (let sent = 0; sent < requests && performance.now() < until; sockets += 1) {
        const offers =
          how === 'with the key'
            ? ['busbar.panel.v1', `busbar.key.${app.panelKey}`]
            : ['busbar.panel.v1', 'busbar.key.x']
        const socket = new WebSocket(`ws://127.0.0.1:${app.port}/panel/socket`, offers)
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.on('error', () => undefined)
        socket.on('message', (data: Buffer) => heard.push(data.toString('latin1').slice(0, 20_000)))
        await new Promise((resolve) => socket.once('open', resolve))
        // The server closes the socket after a frame that is no call.
        for (let n = 0; n < 100 && socket.readyState === WebSocket.OPEN; n += 1, sent += 1) {
          const frame = mutate(random, pick(random, frames))
          const text = scramble(random, textOf(frame))
          socket.send(random(5) === 0 ? Buffer.from(text) : text)
          if (n % 5 === 4) await new Promise(setImmediate)
        }
        socket.close()
        await closed
      }
      expect(sockets).toBeGreaterThan(3)
      if (how === 'without it') expect(heard).toStrictEqual([])
      for (const secret of secrets) expect(heard.some((text) => text.includes(secret))).toBe(false)
      heard.length = 0
      expect((await bystander.connect.info()).url).toBe(app.url)
      expect(heapUsed() - before).toBeLessThan(24 * 1024 * 1024)
      expect(app.logged.filter(({ level }) => level === 'error')).toStrictEqual([])
    },
  )
})
