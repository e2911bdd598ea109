import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { RawSession } from '../integration/wire/raw-session.ts'
import { endProcesses, eventually, startServer, type FaultServer } from './server.ts'

/** One user's program hoards the memory of the server, while another user's goes on working. */

const mebibyte = 1024 * 1024
/** Of a total of 128 MiB. */
const settings = { memory_mib: 128 }
/** What the process may ever have in memory: far above what it needs, far below what each attack makes of it unbounded. */
const peakBytes = 700 * mebibyte

let server: FaultServer
let bystander: RawSession
const sockets: { destroy(): void }[] = []

beforeEach(async () => {
  server = await startServer({
    settings,
    limits: { mcp: { stalledStreamMs: 2000, keepaliveIntervalMs: 500 } },
  })
  bystander = await server.raw('bystander', await server.token('bystander', ['bus']))
  await bystander.call('blender_register_client', { client_uuid: 'bystander', client_type: 'llm' })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await endProcesses()
})

/** What the other user's program does all the while. */
async function otherWorks(): Promise<void> {
  const sent = await bystander.call('blender_send_message', {
    payload: { text: 'x'.repeat(100_000) },
    target_uuid: 'bystander',
  })
  expect(sent.deliveries).toStrictEqual({ bystander: 'queued' })
  const got = await bystander.call('blender_receive_messages', { client_uuid: 'bystander' })
  expect(got.remaining).toBe(0)
}

/** A request as text, for whoever wants to send it in other ways than a client does. */
function postText(session: RawSession, token: string, message: object): string {
  const body = JSON.stringify(message)
  return (
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${String(server.port)}\r\nAuthorization: Bearer ${token}\r\n` +
    `Mcp-Session-Id: ${session.id}\r\nAccept: application/json, text/event-stream\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`
  )
}

const call = (id: number, name: string, args: object): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

async function dial(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined)
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** Clients whose records are as large as they may be, 10 KB each. */
async function registerLarge(session: RawSession, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await session.call('blender_register_client', {
      client_uuid: `large-${String(n)}`,
      client_type: 'llm',
      capabilities: Array.from({ length: 64 }, (_, at) => `${String(at)}${'c'.repeat(90)}`),
      blend_file: `/${'f'.repeat(4000)}`,
    })
  }
}

it('bodies that come and do not end are refused over the share', async () => {
  const token = await server.token('hoarder', ['bus'])
  const session = await server.raw('hoarder', token)
  const whole = postText(session, token, call(1, 'ping', { text: 'x'.repeat(4 * mebibyte) }))
  const answers = new Map<Socket, string>()
  // 160 MiB, of which 64 and a margin of 16 have room.
  for (let n = 0; n < 40; n += 1) {
    const socket = await dial()
    socket.on('data', (data) => void answers.set(socket, (answers.get(socket) ?? '') + String(data)))
    socket.write(whole.slice(0, -1000))
    await otherWorks()
  }
  await eventually(
    'what has no room is refused',
    () => [...answers.values()].filter((answer) => answer.includes('"limit":"memory"')).length >= 20,
  )
  for (const answer of answers.values()) {
    expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*No room for this request\. User \\"hoarder\\" keeps/)
  }
  for (const socket of sockets.splice(0)) socket.destroy()
  await eventually('its user has room again', async () => 'result' in (await session.rpc('ping')))
  expect(await server.peak()).toBeLessThan(peakBytes)
})

it('calls that wait hold neither their bodies nor what was read of them', async () => {
  const token = await server.token('hoarder', ['bus'])
  const session = await server.raw('hoarder', token)
  await session.call('blender_register_client', { client_uuid: 'waits', client_type: 'llm' })
  // An argument that the tool does not take, of nearly as many values as a body may have, beside those that it does.
  const junk = Array.from({ length: 190_000 }, (_, n) => n + 1e15)
  const before = await server.memory()
  /** Sends a call with 4 MiB until it waits: its answer has begun as a stream. */
  const plant = async (id: number): Promise<void> => {
    const args = { client_uuid: 'waits', wait_seconds: 60, junk }
    for (;;) {
      const socket = await dial()
      const begins = once(socket, 'data').then(
        ([data]) => String(data),
        () => 'reset',
      )
      socket.write(postText(session, token, call(id, 'blender_receive_messages', args)))
      if ((await begins).startsWith('HTTP/1.1 200')) return
      socket.destroy()
    }
  }
  for (let n = 0; n < 60; n += 6) {
    await Promise.all(Array.from({ length: 6 }, (_, more) => plant(1000 + n + more)))
    await otherWorks()
  }
  expect((await server.memory()) - before).toBeLessThan(30 * mebibyte)
  expect(await server.peak()).toBeLessThan(peakBytes)
})

it('answers that nobody reads end at the share, and their connections at the bound', async () => {
  const token = await server.token('hoarder', ['bus'])
  const session = await server.raw('hoarder', token)
  await registerLarge(session, 100)
  const lists = Array.from({ length: 30 }, (_, n) =>
    postText(session, token, call(n, 'blender_list_available_clients', {})),
  ).join('')
  for (let round = 0; round < 20; round += 1) {
    const socket = await dial()
    socket.pause()
    // One connection after another: the ids are in use only until they are answered.
    await new Promise((resolve) => socket.write(lists, resolve))
    await otherWorks()
  }
  await eventually('they are cut', async () => {
    await otherWorks()
    return (await server.logged('answers that nobody reads were cut')) > 0
  })
  await eventually('its user has room again', async () => {
    const answer = await session.rpc('tools/call', { name: 'blender_list_available_clients', arguments: {} })
    return 'result' in answer
  })
  expect(await server.peak()).toBeLessThan(peakBytes)
})

it('a panel that does not read is closed', async () => {
  const token = await server.token('hoarder', ['bus', 'panel'])
  await registerLarge(await server.raw('hoarder', token), 100)
  const panel = new WebSocket(`ws://127.0.0.1:${String(server.port)}/panel/socket`, [
    'busbar.panel.v1',
    `busbar.key.${token}`,
  ])
  panel.on('error', () => undefined)
  await once(panel, 'open')
  panel.pause()
  for (let n = 1; n <= 7500 && panel.readyState === WebSocket.OPEN; n += 1) {
    const input = { json: { watchId: `watch-${String(n)}` } }
    panel.send(JSON.stringify({ i: String(n), p: { u: '/clients/watch', b: input } }))
    if (n % 100 === 0) await otherWorks()
  }
  await eventually('it is closed', async () => {
    await otherWorks()
    return (await server.logged('a panel that does not read was closed')) === 1
  })
  panel.terminate()
  expect(await server.peak()).toBeLessThan(peakBytes)
})

it('streams that nobody reads take what there is room for; the rest stays in the mailboxes', async () => {
  const token = await server.token('hoarder', ['bus'])
  const clients = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const session = await server.raw('hoarder', token)
      const stream = await session.openStream()
      stream.pause()
      await session.call('blender_register_client', {
        client_uuid: `deaf-${String(n)}`,
        client_type: 'llm',
        is_persistent: true,
      })
      return session
    }),
  )
  const [sender] = clients
  const answers: string[] = []
  for (let n = 0; n < 12; n += 1) {
    const args = { payload: { n, text: 'x'.repeat(900_000) }, client_type: 'llm' }
    const answer = await sender?.post(call(1000 + n, 'blender_send_message', args))
    answers.push(answer?.text ?? '')
    await otherWorks()
  }
  expect(answers.filter((text) => text.includes('"status":"ok"')).length).toBeGreaterThan(0)
  for (const text of answers) expect(text).toMatch(/"status":"ok"|User \\?"hoarder\\?" keeps/)
  await eventually('they are closed', async () => {
    await otherWorks()
    return (await server.logged('a stream that nobody reads was closed')) >= 1
  })
  expect(await server.peak()).toBeLessThan(peakBytes)
})
