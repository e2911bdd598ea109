import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { endProcesses, eventually, startServer, type FaultServer } from '../faults/server.ts'

/** Whoever has no token can't keep out whoever has one. */

const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await endProcesses()
})

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

const healthRequest = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

/** Connections that ask for nothing, or for what anybody may have, and stay. */
async function crowd(server: FaultServer, count: number, first: string): Promise<Socket[]> {
  const dialled: Socket[] = []
  while (dialled.length < count) {
    dialled.push(...(await Promise.all(Array.from({ length: 100 }, () => dial(server.port)))))
  }
  for (const socket of dialled) {
    socket.resume()
    if (first !== '') socket.write(first.replace('127.0.0.1', `127.0.0.1:${String(server.port)}`))
  }
  return dialled
}

it.each([
  ['that say nothing', ''],
  ['that asked for what needs no token', healthRequest],
  ['that never finish their request', 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '],
])('4,500 connections without a token %s keep nobody out', async (_, first) => {
  const server = await startServer()
  const inside = await server.raw('inside')
  await inside.call('blender_register_client', { client_uuid: 'inside', client_type: 'llm' })
  const stream = await inside.openStream()
  const before = await crowd(server, 4500, first)
  const sent = await inside.call('blender_send_message', { payload: { text: 'hi' }, target_uuid: 'inside' })
  expect(sent.deliveries).toStrictEqual({ inside: 'sent' })
  const newcomer = await server.raw('newcomer', await server.token('other', ['bus']))
  const registered = await newcomer.call('blender_register_client', {
    client_uuid: 'newcomer',
    client_type: 'llm',
  })
  expect(registered.status).toBe('ok')
  // The oldest went to make room, and what stays is a small pool.
  await eventually('the oldest are closed', () => before.filter(({ closed }) => !closed).length <= 1024)
  expect(before.slice(0, 1000).every(({ closed }) => closed)).toBe(true)
  expect(stream.frames.all.some((frame) => frame.includes('"hi"'))).toBe(true)
  stream.close()
})
