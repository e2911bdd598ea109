import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { boundConnections, type Connections } from '../../../../src/main/http/connections.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Scene {
  readonly connections: Connections
  readonly time: { nowMs: number }
  readonly dial: () => Promise<Socket>
  /** Asks for a path: `/as/<user>` proves to be a user, `/held` is not answered. Resolves with the server's side. */
  readonly ask: (
    socket: Socket,
    path: string,
  ) => Promise<{ request: IncomingMessage; response: ServerResponse }>
}

async function scene(limits: Parameters<typeof boundConnections>[1]['limits'], maxKnown = 4): Promise<Scene> {
  const time = { nowMs: 0 }
  const server: Server = createServer()
  const nothing = (): void => undefined
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
  const connections = boundConnections(server, {
    clock: () => time.nowMs,
    log,
    maxKnown,
    ...(limits !== undefined && { limits }),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    connections.close()
    server.closeAllConnections()
    server.close()
  })
  return {
    connections,
    time,
    async dial() {
      const accepted = once(server, 'connection')
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
      socket.on('error', nothing)
      socket.resume()
      cleanups.push(() => socket.destroy())
      await Promise.all([accepted, once(socket, 'connect')])
      return socket
    },
    async ask(socket, path) {
      const asked = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      const [request, response] = await asked
      return { request, response }
    },
  }
}

/** Ends a request's answer, and waits until the server is done with it. */
async function answer(response: ServerResponse): Promise<string> {
  const closed = once(response, 'close')
  response.end('ok')
  await closed
  return String(response.getHeader('keep-alive'))
}

it('of the connections without a token the oldest that is idle makes room', async () => {
  const { dial, ask, connections } = await scene({ maxStrangers: 2 })
  const first = await dial()
  const { response } = await ask(first, '/held')
  const second = await dial()
  const gone = once(second, 'close')
  await dial()
  await gone
  expect(first.closed).toBe(false)
  expect(connections.usage()).toStrictEqual([
    { name: 'connections', used: 0, max: 4 },
    { name: 'connections_per_user', used: 0, max: 2 },
    { name: 'connections_without_token', used: 2, max: 2 },
  ])
  await answer(response)
})

it('where none of them is idle, the oldest goes', async () => {
  const { dial, ask } = await scene({ maxStrangers: 1 })
  const first = await dial()
  await ask(first, '/held')
  const gone = once(first, 'close')
  const second = await dial()
  await gone
  expect(second.closed).toBe(false)
})

it('they have short times, which their answers say, and nobody else has', async () => {
  const { dial, ask, connections, time } = await scene({ strangerIdleMs: 7000, strangerBusyMs: 20_000 })
  const [idle, busy, known] = [await dial(), await dial(), await dial()]
  const { response: first } = await ask(idle, '/')
  expect(await answer(first)).toBe('timeout=7')
  await ask(busy, '/held')
  const { request, response: own } = await ask(known, '/')
  expect(connections.belongsTo(request, 'alice')).toBeNull()
  expect(await answer(own)).toBe('undefined')
  time.nowMs = 7000
  await once(idle, 'close')
  expect([busy.closed, known.closed]).toStrictEqual([false, false])
  time.nowMs = 20_000
  await once(busy, 'close')
  expect(known.closed).toBe(false)
})

it('a user has half of the rest, and makes room among its own', async () => {
  const { dial, ask, connections } = await scene({}, 4)
  const take = async (user: string): Promise<{ socket: Socket; response: ServerResponse; full: unknown }> => {
    const socket = await dial()
    const { request, response } = await ask(socket, '/')
    return { socket, response, full: connections.belongsTo(request, user) }
  }
  const bob = await take('bob')
  await answer(bob.response)
  const [one, two] = [await take('alice'), await take('alice')]
  expect((await take('alice')).full).toStrictEqual({ limit: 'connections_per_user', max: 2 })
  await answer(one.response)
  const gone = once(one.socket, 'close')
  expect((await take('alice')).full).toBeNull()
  await gone
  expect([bob.socket.closed, two.socket.closed]).toStrictEqual([false, false])
})

it('where all are taken, who has the most makes room for who has fewer', async () => {
  const { dial, ask, connections } = await scene({}, 3)
  const take = async (user: string): Promise<{ socket: Socket; response: ServerResponse; full: unknown }> => {
    const socket = await dial()
    const { request, response } = await ask(socket, '/')
    return { socket, response, full: connections.belongsTo(request, user) }
  }
  const [one, two, bob] = [await take('alice'), await take('alice'), await take('bob')]
  expect((await take('carol')).full).toStrictEqual({ limit: 'connections', max: 3 })
  await answer(bob.response)
  expect((await take('carol')).full).toStrictEqual({ limit: 'connections', max: 3 })
  await answer(two.response)
  const gone = once(two.socket, 'close')
  expect((await take('carol')).full).toBeNull()
  await gone
  expect([one.socket.closed, bob.socket.closed]).toStrictEqual([false, false])
  expect(connections.usage()[0]).toStrictEqual({ name: 'connections', used: 3, max: 3 })
})
