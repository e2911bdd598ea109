import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  buckets,
  call,
  register,
  startApp,
  type AppFixture,
  type PanelApi,
  type Plugged,
} from './app-fixture.ts'

let app: AppFixture
let panel: PanelApi
let llm: Plugged
beforeEach(async () => {
  app = await startApp()
  panel = await app.operator()
  llm = await app.connect('llm')
  await register(llm, 'llm-1', { client_type: 'llm' })
})
afterEach(() => app.stop())

const seconds = expect.any(Number) as number
const ref = { userId: 'local', uuid: 'blender-1' }
const unregister = (more: { reason?: string; blockSeconds?: number | null } = {}) =>
  panel.clients.unregister({
    clients: [ref],
    reason: 'The farm needs it.',
    blockSeconds: null,
    ...more,
  })

async function rawBlender() {
  const session = await app.raw('blender')
  await session.call('blender_register_client', {
    client_uuid: 'blender-1',
    client_type: 'blender',
    is_persistent: true,
  })
  return session
}

describe('a client that is unregistered', () => {
  it('[R-801] is told who did it and why, at alert', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    await unregister()
    expect(await blender.messages.next()).toStrictEqual({
      level: 'alert',
      logger: '_message_bus',
      data: {
        user_id: 'local',
        from_uuid: 'server:local',
        target_uuid: 'blender-1',
        routing: { type: 'direct', target_uuid: 'blender-1' },
        payload: {
          message_type: 'client_unregistered',
          reason: 'The farm needs it.',
          by: 'operator',
          blocked_until: null,
        },
        job_id: expect.any(String) as string,
        message_id: expect.any(String) as string,
        priority: 1,
        timestamp: seconds,
      },
    })
  })

  it('[R-814] hears that as the answer of a call that waits for messages', async () => {
    const blender = await rawBlender()
    const waiting = blender.call('blender_receive_messages', { client_uuid: 'blender-1', wait_seconds: 60 })
    // Its call has come when a later one of the same session is answered.
    await blender.call('blender_list_available_clients')
    await unregister()
    expect(await waiting).toMatchObject({
      status: 'ok',
      messages: [{ payload: { message_type: 'client_unregistered', reason: 'The farm needs it.' } }],
    })
    expect((await blender.post({ jsonrpc: '2.0', id: 99, method: 'ping' })).status).toBe(404)
  })

  it('[R-802] hears that before its stream ends, and nothing after it', async () => {
    const blender = await rawBlender()
    const stream = await blender.openStream()
    await call(llm, 'blender_send_message', { payload: { n: 1 }, target_uuid: 'blender-1' })
    await unregister()
    await stream.ended
    const kinds = stream.frames.all.map((frame) => {
      const { params } = JSON.parse(frame.replace('event: message\ndata: ', '')) as {
        params: { data: { payload: { message_type?: string } } }
      }
      return params.data.payload.message_type ?? 'message'
    })
    expect(kinds).toStrictEqual(['message', 'client_unregistered'])
  })

  it('[R-803] has no record any more, however persistent', async () => {
    await rawBlender()
    expect(await buckets(llm)).toStrictEqual({ persistent: ['blender-1'], ephemeral: ['llm-1'] })
    expect(await unregister()).toStrictEqual([
      {
        key: 'local\u001fblender-1',
        outcome: 'unregistered',
        sessionEnded: true,
        jobsCancelled: 0,
        blockedUntil: null,
        blockId: null,
      },
    ])
    expect(await buckets(llm)).toStrictEqual({ persistent: [], ephemeral: ['llm-1'] })
  })

  it('[R-804] leaves its jobs cancelled with the reason, and their senders are told', async () => {
    await rawBlender()
    const dispatch = (job_id: string) =>
      call(llm, 'blender_send_message', {
        payload: { message_type: 'job_dispatch', job_id, script: 'pass', description: '' },
        target_uuid: 'blender-1',
      })
    await dispatch('job-1')
    await dispatch('job-2')
    expect(await unregister()).toMatchObject([{ jobsCancelled: 2 }])
    const told = [await llm.messages.next(), await llm.messages.next()]
    expect(
      told.map(({ level, data: { from_uuid, payload } }) => ({ level, from_uuid, payload })),
    ).toStrictEqual(
      ['job-1', 'job-2'].map((job_id) => ({
        level: 'notice',
        from_uuid: 'blender-1',
        payload: { kind: 'job_update', job_id, status: 'cancelled', result: '', error: 'The farm needs it.' },
      })),
    )
    const { contents } = await llm.client.readResource({ uri: 'blender://jobs/job-1' })
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
      status: 'cancelled',
      error: 'The farm needs it.',
    })
  })

  it('[R-805] ends the dispatch tool that waits for it as cancelled', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    const answer = call(llm, 'blender_execute_code', { code: 'x' })
    await blender.messages.next(({ data }) => data.payload.message_type === 'command_dispatch')
    await unregister()
    expect((await answer).structured).toMatchObject({
      status: 'cancelled',
      target_uuid: 'blender-1',
      error: 'The farm needs it.',
    })
  })

  it('[R-806] gets 404 for its next request, of whatever method', async () => {
    const blender = await rawBlender()
    await unregister()
    const ping = await blender.post({ jsonrpc: '2.0', id: 9, method: 'ping' })
    expect([ping.status, JSON.parse(ping.text)]).toStrictEqual([
      404,
      {
        jsonrpc: '2.0',
        id: 9,
        error: {
          code: -32001,
          message:
            'Session not found: a person at the Busbar panel unregistered this client (The farm needs it.). ' +
            'If you are meant to come back, start a new session: send initialize',
        },
      },
    ])
    expect((await blender.openStream()).status).toBe(404)
    expect((await blender.end()).status).toBe(404)
  })

  it('[R-807] may register again at once where there is no block', async () => {
    await rawBlender()
    await unregister()
    const again = await app.connect('blender')
    const record = await register(again, 'blender-1', { is_persistent: false })
    expect(record.is_persistent).toBe(false)
    expect(await buckets(llm)).toStrictEqual({ persistent: [], ephemeral: ['llm-1', 'blender-1'] })
  })

  it('[R-808] that asked others for jobs has them stopped, also those that run', async () => {
    const blender = await app.connect('blender')
    const worker = await app.connect('worker')
    await register(blender, 'blender-1')
    await register(worker, 'worker', { client_type: 'script' })
    const payload = { message_type: 'job_dispatch', job_id: 'job-1', script: 'pass', description: '' }
    await call(blender, 'blender_send_message', { payload, target_uuid: 'worker' })
    await worker.messages.next()
    await unregister()
    expect((await worker.messages.next()).data.payload).toStrictEqual({
      message_type: 'job_cancel',
      job_id: 'job-1',
      interrupt: true,
    })
  })

  it('[R-808] hears who stopped its own call, before its session ends', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    const model = await app.connect('model')
    const answer = call(model, 'blender_execute_code', { code: 'while True: pass' })
    const { from_uuid } = (await blender.messages.next()).data
    await panel.clients.unregister({
      clients: [{ userId: 'local', uuid: from_uuid }],
      reason: 'The farm needs it.',
      blockSeconds: null,
    })
    expect((await answer).structured).toMatchObject({
      status: 'cancelled',
      target_uuid: 'blender-1',
      error:
        'A person at the Busbar panel took this client off the bus (The farm needs it.). ' +
        'What of this call had started is interrupted. Tell your user.',
    })
    await expect(call(model, 'blender_list_available_clients')).rejects.toThrow(
      'a person at the Busbar panel unregistered this client (The farm needs it.).',
    )
  })

  it('[R-809] without a stream is told by the answer of blender_register_client alone', async () => {
    await rawBlender()
    const [result] = await unregister({ blockSeconds: 60 })
    const again = await app.raw('blender')
    expect(
      await again.call('blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' }),
    ).toMatchObject({ error: 'blocked', blocked_until: result?.blockedUntil })
  })
})

describe('a block', () => {
  it('[R-810] stands in the notice and answers the registration, until it runs out', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    const before = Date.now() / 1000
    const [result] = await unregister({ blockSeconds: 3600 })
    const until = result?.blockedUntil ?? 0
    expect(until).toBeGreaterThanOrEqual(before + 3600)
    expect(until).toBeLessThanOrEqual(Date.now() / 1000 + 3600)
    expect((await blender.messages.next()).data.payload).toMatchObject({ blocked_until: until })
    const again = await app.connect('blender')
    expect(
      await call(again, 'blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' }),
    ).toStrictEqual({
      structured: {
        status: 'error',
        error: 'blocked',
        message:
          `Client "blender-1" was unregistered by the operator and may not register before ${new Date(until * 1000).toISOString()} ` +
          '(The farm needs it.). Stop reconnecting; ask the operator to lift the block.',
        blocked_until: until,
      },
      isError: true,
    })
    expect(await buckets(llm)).toStrictEqual({ persistent: [], ephemeral: ['llm-1'] })
    expect((await register(again, 'blender-2')).uuid).toBe('blender-2')
  })

  it('[R-811] is lifted by a person', async () => {
    await rawBlender()
    await unregister({ blockSeconds: 3600 })
    expect(await panel.blocks.lift(ref)).toStrictEqual({ lifted: true })
    expect(await panel.blocks.lift(ref)).toStrictEqual({ lifted: false })
    const again = await app.connect('blender')
    expect((await register(again, 'blender-1')).uuid).toBe('blender-1')
  })

  it('[R-812] holds also for a client that had left when the order came', async () => {
    expect(await unregister({ blockSeconds: 3600 })).toStrictEqual([
      {
        key: 'local\u001fblender-1',
        outcome: 'not_found',
        sessionEnded: false,
        jobsCancelled: 0,
        blockedUntil: seconds,
        blockId: 'client\u001flocal\u001fblender-1',
      },
    ])
    const blender = await app.connect('blender')
    const { structured } = await call(blender, 'blender_register_client', {
      client_uuid: 'blender-1',
      client_type: 'blender',
    })
    expect(structured.error).toBe('blocked')
  })
})

describe('the others', () => {
  it('[R-813] stay as they are when a client is unregistered', async () => {
    await rawBlender()
    const other = await app.connect('other')
    await register(other, 'blender-2', { is_persistent: true })
    await unregister()
    await call(llm, 'blender_send_message', { payload: { n: 1 }, target_uuid: 'blender-2' })
    await other.messages.next()
    expect(other.messages.all.map(({ data }) => data.payload)).toStrictEqual([{ n: 1 }])
    expect(await buckets(llm)).toStrictEqual({ persistent: ['blender-2'], ephemeral: ['llm-1'] })
  })
})

it('[R-815] is the server’s word alone, under a name that is its own', async () => {
  const blender = await app.connect('blender')
  await register(blender, 'blender-1')
  const notice = { message_type: 'client_unregistered', reason: 'x', by: 'operator', blocked_until: null }
  expect(
    (await call(llm, 'blender_send_message', { payload: notice, target_uuid: 'blender-1' })).structured,
  ).toStrictEqual({
    status: 'error',
    error: 'reserved_message',
    message:
      'Only the server says "client_unregistered": a client that hears it stops. Use blender_unregister_client.',
  })
  const asServer = { payload: { n: 1 }, target_uuid: 'blender-1', from_uuid: 'server:local' }
  expect((await call(llm, 'blender_send_message', asServer)).structured).toStrictEqual({
    status: 'error',
    error: 'reserved_name',
    message: 'Only the server speaks as "server:…". Leave from_uuid out.',
  })
  const name = { client_uuid: 'server:local', client_type: 'llm' }
  expect((await call(llm, 'blender_register_client', name)).structured).toStrictEqual({
    status: 'error',
    error: 'reserved_name',
    message: '"server:local" is a name of the server. Register another uuid.',
  })
  expect(blender.messages.all).toStrictEqual([])
})
