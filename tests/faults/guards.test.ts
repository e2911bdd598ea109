import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { RawSession, RawStream } from '../integration/wire/raw-session.ts'
import { openRawSession } from '../integration/wire/raw-session.ts'
import type { panelContract } from '../../src/shared/panel-contract.ts'
import {
  dataOf,
  endProcesses,
  eventually,
  isMessage,
  registered,
  startServer,
  type FaultServer,
} from './server.ts'

afterEach(endProcesses)

it('goes on for everybody when listeners throw at whatever they hear', async () => {
  const server = await startServer({ faulty: true, limits: { bus: { ephemeralGraceMs: 100 } } })
  const bystander = await openBystander(server)
  const panel = await openPanel(server)

  const blocked = await server.raw('blocked')
  expect(
    await blocked.call('blender_register_client', { client_uuid: 'a', client_type: 'llm' }),
  ).toMatchObject({
    status: 'ok',
  })
  await bystander.hears()
  await panel.blocks.add({ kind: 'program', subject: 'blocked', reason: 'Enough.', blockSeconds: null })
  expect(await blocked.call('blender_list_available_clients', {})).toMatchObject({ error: 'blocked' })
  const made = await panel.tokens.create({ name: 'one', userId: 'local', scopes: ['bus'] })
  if (made.outcome !== 'created') throw new Error(made.outcome)
  const ofToken = await openRawSession({ port: server.port, token: made.token }, 'of-token')
  const stream = await ofToken.openStream()
  await panel.tokens.revoke({ id: made.info.id })
  await stream.ended
  expect(
    (await fetch(server.url, { method: 'POST', headers: { authorization: 'Bearer wrong' } })).status,
  ).toBe(401)
  await bystander.hears()
  await eventually('nobody else is left', async () => {
    const uuids = await registered(bystander.session)
    return uuids.length === 1 && uuids[0] === 'bystander'
  })
  await bystander.hears()
  expect(await server.faults()).toStrictEqual({
    'fault: bus registered': 1,
    'fault: bus unregistered': 1,
    'fault: blocks added': 1,
    'fault: blocks changed': 1,
    'fault: tokens added': 1,
    'fault: tokens revoked': 1,
    'fault: logins refused': 1,
  })
})

it('takes up every timer again when what each of them needs has failed for a while', async () => {
  const server = await startServer({
    limits: { mcp: { keepaliveIntervalMs: 50, pingIntervalMs: 50 }, bus: { ephemeralGraceMs: 100 } },
  })
  const bystander = await openBystander(server)
  const leaving = await server.raw('leaving')
  await leaving.call('blender_register_client', { client_uuid: 'a', client_type: 'llm' })
  await leaving.end()
  await server.breakClock(true)
  await eventually('the timers have failed', async () => {
    const faults = await server.faults()
    return ['expiry of a bus', 'keepalive'].every((place) => `fault: ${place}` in faults)
  })
  await server.breakClock(false)
  await bystander.hears()
  await eventually(
    'the clients that left are gone',
    async () => (await registered(bystander.session)).length === 1,
  )
  // Each failed at every turn, and was told of once.
  expect(new Set(Object.values(await server.faults()))).toStrictEqual(new Set([1]))
  const pings = bystander.stream.frames.all.length
  await eventually('it is pinged again', () => bystander.stream.frames.all.length > pings)
})

/** A client that has nothing to do with it, and one to send to it. */
async function openBystander(
  server: FaultServer,
): Promise<{ session: RawSession; stream: RawStream; hears(): Promise<void> }> {
  const session = await server.raw('bystander')
  const stream = await session.openStream()
  await session.call('blender_register_client', { client_uuid: 'bystander', client_type: 'blender' })
  let count = 0
  return {
    session,
    stream,
    async hears() {
      count += 1
      const sent = await session.call('blender_send_message', {
        payload: { count },
        target_uuid: 'bystander',
      })
      expect(sent).toMatchObject({ status: 'ok', deliveries: { bystander: 'sent' } })
      expect(dataOf(await stream.frames.next(isMessage)).payload).toStrictEqual({ count })
    },
  }
}

async function openPanel({
  port,
  panelUrl,
}: FaultServer): Promise<ContractRouterClient<typeof panelContract>> {
  const key = new URL(panelUrl).hash.slice('#key='.length)
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/panel/socket`, [
    'busbar.panel.v1',
    `busbar.key.${key}`,
  ])
  await once(socket, 'open')
  return createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
}
