import { request } from 'node:http'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import type { ClientsEvent } from '../../../src/shared/clients.ts'
import { call, register, startApp, type AppFixture, type PanelApi } from './app-fixture.ts'

let app: AppFixture
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const open = (protocols: string[], options: ClientOptions = {}, path = '/panel/socket') =>
  new WebSocket(`ws://127.0.0.1:${String(app.port)}${path}`, protocols, options)
const protocols = (key: string) => ['busbar.panel.v1', `busbar.key.${key}`]
const closed = (socket: WebSocket) =>
  new Promise<{ code: number; reason: string }>((resolve, reject) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    socket.once('error', reject)
  })
const refusedStatus = (socket: WebSocket) =>
  new Promise<number | undefined>((resolve, reject) => {
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode))
    socket.once('open', () => reject(new Error('It was let in')))
  })

describe("the panel's socket", () => {
  it('answers the right key, selects the protocol and never echoes the key', async () => {
    const socket = open(protocols(app.panelKey))
    await new Promise((resolve) => socket.once('open', resolve))
    expect(socket.protocol).toBe('busbar.panel.v1')
    const panel = createORPCClient<PanelApi>(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    )
    expect(await panel.connect.info()).toStrictEqual({
      url: app.url,
      dataDir: app.dataDir,
      blenderCommand: 'blender -b scene.blend --python-expr "import bpy; bpy.ops.busbar.serve()"',
    })
    expect(await panel.connect.token()).toStrictEqual({ token: app.token })
    socket.close()
  })

  it.each([
    ['a wrong key', ['busbar.panel.v1', 'busbar.key.wrong']],
    ['an empty key', ['busbar.panel.v1', 'busbar.key.']],
    ['no key', ['busbar.panel.v1']],
  ])('closes with 4401 for %s, and answers no call before', async (_, offered) => {
    const socket = open(offered)
    const heard: unknown[] = []
    socket.on('message', (data) => heard.push(data))
    socket.once('open', () => socket.send('{"i":1,"p":{"u":"/connect/token","m":"POST","b":{}}}'))
    expect(await closed(socket)).toStrictEqual({ code: 4401, reason: 'The panel key is missing or wrong' })
    expect(heard).toStrictEqual([])
  })

  it('does not take the key from the query string', async () => {
    const socket = open(['busbar.panel.v1'], {}, `/panel/socket?key=${app.panelKey}`)
    expect((await closed(socket)).code).toBe(4401)
  })

  it.each(['https://evil.example', 'http://127.0.0.1:1', 'null'])(
    'refuses the origin %s with 403, key or not',
    async (origin) => {
      expect(await refusedStatus(open(protocols(app.panelKey), { origin }))).toBe(403)
    },
  )

  it('refuses a foreign Host with 403', async () => {
    const headers = { host: 'evil.example' }
    expect(await refusedStatus(open(protocols(app.panelKey), { headers }))).toBe(403)
  })

  it('lets its own page in', async () => {
    const socket = open(protocols(app.panelKey), { origin: `http://127.0.0.1:${String(app.port)}` })
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('unexpected-response', reject)
    })
    expect(socket.protocol).toBe('busbar.panel.v1')
    socket.close()
  })

  it.each([
    ['is no JSON', 'hello'],
    ['is another JSON', '[]'],
    ['is a call without an address', '{"i":"1","p":{}}'],
    ['has no text', Buffer.from([0, 1, 2])],
  ])('closes with 4400 after a frame that %s, with one line in the log', async (_, frame) => {
    const errors = vi.spyOn(console, 'error').mockReturnValue()
    const socket = open(protocols(app.panelKey))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(frame)
    socket.send(frame)
    socket.send('{"i":"2","p":{"u":"/connect/token","b":{}}}')
    const heard: unknown[] = []
    socket.on('message', (data) => heard.push(data))
    expect(await closed(socket)).toStrictEqual({ code: 4400, reason: 'The frame is no call' })
    expect(heard).toStrictEqual([])
    expect(app.logged.filter(({ level }) => level === 'warn')).toStrictEqual([
      {
        level: 'warn',
        details: { panel: '127.0.0.1' },
        message: 'a panel sent a frame that is no call; its connection was closed',
      },
    ])
    expect(errors).not.toHaveBeenCalled()
    errors.mockRestore()
    expect((await (await app.operator()).connect.info()).url).toBe(app.url)
  })

  it('is found at its own path only', async () => {
    expect(await refusedStatus(open(protocols(app.panelKey), {}, '/panel'))).toBe(404)
  })

  it('never lets the key or the token into the log', async () => {
    await closed(open(protocols(`${app.panelKey}x`)))
    const panel = await app.operator()
    await panel.connect.token()
    await new Promise((resolve) => {
      const asked = request({
        port: app.port,
        path: `/?key=${app.panelKey}`,
        headers: { authorization: `Bearer ${app.token}x` },
      })
      asked.once('response', (response) => response.resume().once('end', resolve))
      asked.end()
    })
    const blender = await app.connect('blender')
    await register(blender, 'b')
    await panel.clients.unregister({
      clients: [{ userId: 'local', uuid: 'b' }],
      reason: 'test',
      blockSeconds: null,
    })
    const text = JSON.stringify(app.logged)
    expect(text).toContain('a panel came without the right key')
    expect(text).not.toContain(app.panelKey)
    expect(text).not.toContain(app.token)
  })
})

describe('clients.watch over the socket', () => {
  it('gives a snapshot, then patches that build on one another', async () => {
    const blender = await app.connect('blender')
    const record = await register(blender, 'b', { label: 'Shot 010' })
    const panel = await app.operator()
    const events = await panel.clients.watch({ watchId: 'w' })
    const next = async (): Promise<ClientsEvent> => {
      const { value } = await events.next()
      await panel.feed.ack({ watchId: 'w' })
      return value as ClientsEvent
    }
    expect(await next()).toStrictEqual({
      type: 'snapshot',
      revision: 1,
      clients: [
        {
          key: 'local\u001fb',
          userId: 'local',
          record,
          state: 'live',
          address: '127.0.0.1',
          program: { name: 'blender', title: 'blender', version: '1.0' },
          protocolVersion: '2025-11-25',
          queued: 0,
          sent: 0,
          received: 0,
          dropped: 0,
          job: null,
          jobsWaiting: 0,
          workingOn: null,
          target: null,
        },
      ],
    })
    const llm = await app.connect('llm')
    await register(llm, 'l', { client_type: 'llm' })
    const patch = await next()
    expect(patch).toMatchObject({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: [{ key: 'local\u001fl', state: 'live' }],
      remove: [],
    })
    await call(llm, 'blender_unregister_client', { client_uuid: 'b' })
    let after = await next()
    while (after.type === 'patch' && after.remove.length === 0) after = await next()
    expect(after).toMatchObject({ type: 'patch', remove: ['local\u001fb'] })
    await events.return(undefined)
  })
})
