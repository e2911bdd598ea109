import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, expect, it } from 'vitest'
import { openBlackHole } from './black-hole.ts'
import type { WorkersWord } from './processes/workers.ts'
import { WebSocket } from 'ws'
import type { panelContract } from '../../src/shared/panel-contract.ts'
import { dataOf, endProcesses, eventually, isMessage, registered, startPeers, startServer } from './server.ts'

afterEach(endProcesses)

const dayMs = 24 * 3600 * 1000

it('expires and revives nobody when the wall clock is set', async () => {
  const server = await startServer({
    limits: { mcp: { idleSessionMs: 2000, keepaliveIntervalMs: 200 }, bus: { ephemeralGraceMs: 1000 } },
  })
  const watcher = await server.raw('watcher')
  await watcher.openStream()
  const stays = await server.raw('stays')
  await stays.openStream()
  await stays.call('blender_register_client', {
    client_uuid: 'stays',
    client_type: 'blender',
    is_persistent: true,
  })
  const away = await server.raw('away')
  await away.call('blender_register_client', {
    client_uuid: 'away',
    client_type: 'blender',
    is_persistent: true,
  })
  await away.end()
  for (const jump of [3 * dayMs, -6 * dayMs, 3 * dayMs]) {
    await server.jump(jump)
    // The books are looked through once a second: after a whole look nothing has changed.
    const looks = performance.now() + 1500
    await eventually('a look at the books', () => performance.now() > looks)
    expect(await registered(watcher, false)).toStrictEqual(['stays'])
    expect(await registered(watcher)).toStrictEqual(['stays', 'away'])
  }
  // And with the clock set back, who vanishes still leaves in time.
  await server.jump(-3 * dayMs)
  const crowd = startPeers<string>('crowd', [String(server.port), 'gone', '1'])
  await eventually('it is plugged in', () => crowd.said.includes('ready'))
  await crowd.kill()
  await eventually('it has left', async () => !(await registered(watcher)).includes('gone-0'))
})

it('keeps an ephemeral client that comes back within the grace, with what was sent meanwhile', async () => {
  const server = await startServer({
    limits: { mcp: { idleSessionMs: 1000, keepaliveIntervalMs: 100 }, bus: { ephemeralGraceMs: 60_000 } },
  })
  const sender = await server.raw('sender')
  await sender.openStream()
  const crowd = startPeers<string>('crowd', [String(server.port), 'peer', '1'])
  await eventually('it is plugged in', () => crowd.said.includes('ready'))
  await crowd.kill()
  await eventually('its session has ended', async () => (await server.logged('a session has ended')) === 1)
  const sent = await sender.call('blender_send_message', { payload: { n: 1 }, target_uuid: 'peer-0' })
  expect(sent.deliveries).toStrictEqual({ 'peer-0': 'queued' })
  const back = await server.raw('back')
  const stream = await back.openStream()
  await back.call('blender_register_client', { client_uuid: 'peer-0', client_type: 'llm' })
  expect(dataOf(await stream.frames.next(isMessage)).payload).toStrictEqual({ n: 1 })
})

it('ends the stream of a client whose machine stands still, and shows it as gone', async () => {
  const server = await startServer({
    limits: { mcp: { pingIntervalMs: 200, keepaliveIntervalMs: 200, silentStreamMs: 2000 } },
  })
  const watcher = await server.raw('watcher')
  const workers = startPeers('workers', [server.url, 'frozen', '1'])
  await eventually('it is plugged in', async () => (await registered(watcher, false)).includes('frozen-0'))
  // It has answered a ping: from then on its silence counts.
  const answered = performance.now() + 1000
  await eventually('it answers pings', () => performance.now() > answered)
  workers.freeze()
  await eventually(
    'its silence is noticed',
    async () => (await server.logged('the stream of a client that fell silent was closed')) === 1,
  )
  expect(await registered(watcher, false)).toStrictEqual([])
  workers.thaw()
  await eventually('it is back', async () => (await registered(watcher, false)).includes('frozen-0'))
})

it('finds a connection that the network lost, and takes its client back when it returns', async () => {
  const way = await openBlackHole()
  try {
    const server = await startServer({
      limits: { mcp: { pingIntervalMs: 200, keepaliveIntervalMs: 200, silentStreamMs: 2000 } },
      allowHosts: [`127.0.0.1:${String(way.port)}`],
    })
    way.leadTo(server.port)
    const watcher = await server.raw('watcher')
    const workers = startPeers<WorkersWord>('workers', [
      `http://127.0.0.1:${String(way.port)}/mcp`,
      'lost',
      '1',
    ])
    await eventually('it is plugged in', async () => (await registered(watcher, false)).includes('lost-0'))
    const answered = performance.now() + 1000
    await eventually('it answers pings', () => performance.now() > answered)
    way.swallow()
    await eventually(
      'its silence is noticed',
      async () => (await server.logged('the stream of a client that fell silent was closed')) === 1,
    )
    // Kept and marked: its record is there for those who ask for stale ones, and is no target.
    expect([await registered(watcher, false), await registered(watcher)]).toStrictEqual([[], ['lost-0']])
    const sent = await watcher.call('blender_send_message', { payload: { n: 1 }, target_uuid: 'lost-0' })
    expect(sent.deliveries).toStrictEqual({ 'lost-0': 'queued' })
    way.recover()
    await eventually('what was sent meanwhile has come', () =>
      workers.said.some((word) => word.kind === 'got' && word.payload.n === 1),
    )
    expect(workers.said.filter(({ kind }) => kind === 'got')).toHaveLength(1)
  } finally {
    await way.close()
  }
})

it('ends the job of a client that is unregistered in the middle of it, and tells who waits', async () => {
  const server = await startServer()
  const peer = await server.raw('peer')
  const stream = await peer.openStream()
  await peer.call('blender_register_client', {
    client_uuid: 'peer',
    client_type: 'blender',
    is_persistent: true,
  })
  const caller = await server.raw('caller')
  const outcome = caller.call('blender_execute_code', { code: '1 + 1', target: 'peer' })
  const { job_id } = dataOf(await stream.frames.next(isMessage))
  await peer.call('blender_job_update', { job_id, status: 'running' })
  const socket = new WebSocket(`ws://127.0.0.1:${String(server.port)}/panel/socket`, [
    'busbar.panel.v1',
    `busbar.key.${new URL(server.panelUrl).hash.slice('#key='.length)}`,
  ])
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const panel = createORPCClient<ContractRouterClient<typeof panelContract>>(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  )
  const [removed] = await panel.clients.unregister({
    clients: [{ userId: 'local', uuid: 'peer' }],
    reason: 'The farm needs it.',
    blockSeconds: null,
  })
  expect(removed).toMatchObject({ outcome: 'unregistered', sessionEnded: true, jobsCancelled: 1 })
  expect(await outcome).toMatchObject({ status: 'cancelled', job_id, error: 'The farm needs it.' })
  await stream.ended
  expect(
    stream.frames.all.filter(isMessage).map((frame) => dataOf(frame).payload.message_type),
  ).toStrictEqual(['command_dispatch', 'client_unregistered'])
  expect((await peer.post({ jsonrpc: '2.0', id: 99, method: 'ping' })).status).toBe(404)
  socket.close()
})
