import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { MemoryLedger } from '../../src/main/base/ledger.ts'
import {
  callTool,
  goodHeaders,
  type Host,
  initializeMessage,
  openMessages,
  openSession,
  post,
  send,
  sessionOf,
  tokens,
  until,
  useHosts,
} from './mcp-http-host.ts'

const host = useHosts()

const mebibyte = 1024 * 1024
const asBob = { authorization: `Bearer ${tokens.bob}` }
const hint =
  'Read the answers that wait, fetch waiting messages with blender_receive_messages, or try again later; ' +
  'a person can raise the setting "Memory"'
const text = (mebibytes: number): string => 'x'.repeat(mebibytes * mebibyte)

/** A call whose answer has the size of what it is sent, on a connection that reads nothing until it is told to. */
function unreadCall(one: Host, session: string, id: number, mebibytes: number): Socket {
  const body = JSON.stringify(callTool('echo', id, { text: text(mebibytes) }))
  const socket = connect(one.port, '127.0.0.1', () =>
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.alice}\r\n` +
        `Mcp-Session-Id: ${session}\r\nAccept: application/json, text/event-stream\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    ),
  )
  socket.on('error', () => undefined)
  socket.pause()
  return socket
}

test('a body that finds no room is refused, says whose limit was reached, and keeps nobody else out', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory, limits: { maxBeyondShareBytes: 0 } })
  const alice = await openSession(one)
  const bob = await openSession(one, undefined, tokens.bob)
  const held = post(one, alice, callTool('hold', 1, { text: text(1.5) }))
  await until(() => one.held() === 1, 'the call waits')

  const refused = await post(one, alice, callTool('echo', 2, { text: text(1.5) }))
  expect([refused.status, refused.headers['retry-after'], JSON.parse(refused.text)]).toStrictEqual([
    503,
    '10',
    {
      jsonrpc: '2.0',
      id: null,
      error: {
        code: -32000,
        message:
          'No room for this request. User "alice" keeps 1.5 MiB in this server, and one user may keep 2.0 MiB: ' +
          `there is no room for 1.5 MiB more. ${hint}`,
        data: { limit: 'memory' },
      },
    },
  ])
  const others = await post(one, bob, callTool('echo', 1, { text: text(0.7) }), asBob)
  expect([others.status, others.text.length > 0.7 * mebibyte]).toStrictEqual([200, true])

  one.release()
  expect((await held).status).toBe(200)
  await until(() => memory.usedBytes === 0, 'everything is given back')
  expect((await post(one, alice, callTool('echo', 3, { text: text(0.7) }))).status).toBe(200)
})

test('a body is charged while it arrives, and given back when its sender goes away', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory })
  const id = await openSession(one)
  const socket = connect(one.port, '127.0.0.1')
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.alice}\r\nMcp-Session-Id: ${id}\r\n` +
      'Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${String(mebibyte)}\r\n\r\n${'x'.repeat(500_000)}`,
  )
  await until(() => memory.snapshot().byKind.requests === 500_000, 'what came is charged')
  socket.destroy()
  await until(() => memory.usedBytes === 0, 'it is given back')
  expect(memory.snapshot().users).toStrictEqual(new Map())
})

test('a call that waits and needs nothing of its body is not charged for it', async () => {
  const memory = new MemoryLedger(64 * mebibyte)
  const one = await host({ memory })
  const id = await openSession(one)
  const held = post(one, id, callTool('hold', 1, { text: text(1.5) }))
  await until(() => one.held() === 1, 'the call waits')
  expect(memory.snapshot().byKind.requests).toBeGreaterThan(1.5 * mebibyte)
  sessionOf(one, id).letGoOfBody(1)
  expect(memory.snapshot().byKind.requests).toBe(0)
  one.release()
  await held
  await until(() => memory.usedBytes === 0, 'everything is given back')
})

test('a full share still lets a request in and its answer out', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory })
  const id = await openSession(one)
  memory.of('alice').take('mailboxes', 2 * mebibyte)
  const answer = await post(one, id, callTool('echo', 1, { text: text(2) }))
  expect([answer.status, answer.text.length > 2 * mebibyte]).toStrictEqual([200, true])
})

test('an answer that finds no room is replaced by an error, and others are not', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory, limits: { maxBeyondShareBytes: 0 } })
  const id = await openSession(one)
  memory.of('alice').take('mailboxes', 1 * mebibyte)
  const body = JSON.stringify(callTool('echo', 'big', { text: '"'.repeat(400_000) }))
  const answer = await send(one, 'POST', goodHeaders(id), body)
  expect([answer.status, JSON.parse(answer.text)]).toStrictEqual([
    200,
    {
      jsonrpc: '2.0',
      id: 'big',
      error: {
        code: -32000,
        message:
          'The request was carried out, but there is no room for its answer. User "alice" keeps 1.0 MiB in this ' +
          `server, and one user may keep 2.0 MiB: there is no room for 1.5 MiB more. ${hint}`,
        data: { limit: 'memory' },
      },
    },
  ])
  expect((await post(one, id, callTool('echo', 1))).text).toContain('"result"')
})

test('of a batch, only the answer that finds no room is replaced', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory, limits: { maxBeyondShareBytes: 0 } })
  const id = await openSession(one, '2025-03-26')
  memory.of('alice').take('mailboxes', 1 * mebibyte)
  const batch = [callTool('echo', 1, { text: '"'.repeat(400_000) }), callTool('echo', 2, { n: 2 })]
  const answers = JSON.parse((await post(one, id, batch)).text) as { id: number; error?: { code: number } }[]
  expect(answers.map(({ id, error }) => [id, error?.code])).toStrictEqual([
    [1, -32000],
    [2, undefined],
  ])
  await until(() => memory.usedBytes === mebibyte, 'everything else is given back')
})

test('an answer that nobody reads is charged, and its connection cut at the bound; that is logged', async () => {
  const memory = new MemoryLedger(64 * mebibyte)
  const one = await host({ memory, limits: { keepaliveIntervalMs: 20, stalledStreamMs: 60_000 } })
  const id = await openSession(one)
  const socket = unreadCall(one, id, 1, 4.5)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await until(() => memory.snapshot().byKind.output > 4.5 * mebibyte, 'the answer is charged')
  one.time.nowMs += 60_001
  await until(() => memory.usedBytes === 0, 'it is given back')
  socket.resume()
  await closed
  expect(socket.bytesRead).toBeLessThan(4.5 * mebibyte)
  expect(one.logged.filter(({ message }) => message.includes('nobody reads'))).toStrictEqual([
    { level: 'warn', details: { answers: 1 }, message: 'answers that nobody reads were cut' },
  ])
  expect((await post(one, id, callTool('echo', 2))).status).toBe(200)
})

test('an answer beyond the longest string becomes an error, and the log says so once', async () => {
  const one = await host()
  const id = await openSession(one)
  const answer = await post(one, id, callTool('endless', 7))
  expect([answer.status, JSON.parse(answer.text)]).toStrictEqual([
    200,
    {
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32603,
        message:
          'Internal error: the request was carried out, but its answer could not be written. It was logged; ' +
          'ask for less at once',
      },
    },
  ])
  expect(one.logged.filter(({ level }) => level === 'error')).toStrictEqual([
    {
      level: 'error',
      details: { err: new RangeError('Invalid string length'), session: 'session-' },
      message: 'an answer could not be written',
    },
  ])
  expect((await post(one, id, callTool('echo', 8))).status).toBe(200)
})

test('an event that there is no memory for stays with its writer, who hears when it is worth another try', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory, limits: { maxBeyondShareBytes: 0 } })
  const id = await openSession(one)
  const stream = await openMessages(one, id)
  const session = sessionOf(one, id)
  const mail = memory.of('alice').take('mailboxes', 2 * mebibyte)
  expect([session.writeEvent('"1"'), session.streamOpen]).toStrictEqual([false, true])
  mail?.release()
  await post(one, id, { jsonrpc: '2.0', id: 'busbar-ping-1', result: {} })
  expect(one.happened.filter((name) => name === 'writable')).toStrictEqual(['writable'])
  expect(session.writeEvent('"2"')).toBe(true)
  expect(await stream.next()).toBe('event: message\ndata: "2"')
})

test('what was written and not confirmed is charged until its session is over', async () => {
  const memory = new MemoryLedger(4 * mebibyte)
  const one = await host({ memory })
  const id = await openSession(one)
  const stream = await openMessages(one, id)
  sessionOf(one, id).writeEvent(JSON.stringify(text(0.1)))
  await stream.next()
  expect(memory.snapshot().byKind.output).toBe(Math.floor(0.1 * mebibyte) + 2)
  await send(one, 'DELETE', goodHeaders(id))
  await until(() => memory.usedBytes === 0, 'it is given back')
})

test('an id is at most 200 characters, as it is kept until its answer', async () => {
  const one = await host()
  const id = await openSession(one)
  const longest = 'x'.repeat(200)
  expect(JSON.parse((await post(one, id, callTool('echo', longest))).text)).toMatchObject({ id: longest })
  const refused = await post(one, id, callTool('echo', `${longest}x`))
  expect([refused.status, JSON.parse(refused.text)]).toStrictEqual([
    400,
    {
      jsonrpc: '2.0',
      id: null,
      error: {
        code: -32600,
        message: 'Invalid Request: the id of a request may have 200 characters at most',
      },
    },
  ])
})

test('a session keeps no more of what its client says of itself than is shown', async () => {
  const one = await host()
  const long = 'x'.repeat(20_000)
  const message = initializeMessage() as { params: object }
  const answer = await post(one, undefined, {
    ...message,
    params: {
      ...message.params,
      capabilities: { roots: {}, experimental: { long: { long } } },
      clientInfo: { name: long, version: long, title: long, websiteUrl: `https://${long}` },
    },
  })
  expect(answer.status).toBe(200)
  const session = sessionOf(one, String(answer.headers['mcp-session-id']))
  const kept = { name: 'x'.repeat(200), version: 'x'.repeat(200), title: 'x'.repeat(200) }
  expect([
    session.clientInfo,
    one.server(session).getClientVersion(),
    one.server(session).getClientCapabilities(),
  ]).toStrictEqual([kept, kept, {}])
})
