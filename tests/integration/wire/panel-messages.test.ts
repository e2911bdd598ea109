import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ClientDetail } from '../../../src/shared/client-detail.ts'
import { call, register, startApp, type AppFixture, type PanelApi } from './app-fixture.ts'
import { until } from './inbox.ts'

let app: AppFixture
let panel: PanelApi
beforeEach(async () => {
  app = await startApp()
  panel = await app.operator()
})
afterEach(() => app.stop())

const client = { userId: 'local', uuid: 'b' }

it('a message of the operator reaches the client that it names, from the server', async () => {
  const blender = await app.connect('blender')
  await register(blender, 'b')
  const payload = { message_type: 'note', text: 'wörld\u202e', deep: { list: [1, null, true] } }
  const sent = await panel.messages.send({ client, payload, priority: 'warning' })
  expect(sent).toMatchObject({ outcome: 'sent', jobId: null, delivery: 'sent' })
  const { level, data } = await blender.messages.next()
  expect([level, data.from_uuid, data.target_uuid, data.routing, data.payload]).toStrictEqual([
    'warning',
    'server:local',
    'b',
    { type: 'direct', target_uuid: 'b' },
    payload,
  ])
})

it('the answer to a job of the operator goes to the panel and to nobody else', async () => {
  const blender = await app.connect('blender')
  const other = await app.connect('other')
  await register(blender, 'b')
  await register(other, 'o', { client_type: 'llm' })
  const sent = await panel.messages.send({
    client,
    payload: { message_type: 'command_dispatch', command: 'ping', params: {} },
    priority: 'info',
  })
  const { data } = await blender.messages.next()
  expect(sent).toMatchObject({ outcome: 'sent', jobId: data.payload.job_id })
  const update = { job_id: data.payload.job_id, status: 'failed', error: 'Traceback\nValueError: no' }
  expect((await call(blender, 'blender_job_update', update)).structured).toMatchObject({
    targets: ['server:local'],
  })
  const jobId = String(data.payload.job_id)
  expect(await panel.jobs.detail({ userId: 'local', jobId })).toMatchObject({
    error: 'Traceback\nValueError: no',
  })
  // What comes next at the other one is this message: no update came before it.
  await panel.messages.send({ client: { ...client, uuid: 'o' }, payload: { last: true }, priority: 'info' })
  expect((await other.messages.next()).data.payload).toStrictEqual({ last: true })
})

it('says what was written to a stream, what its program confirmed, and what was fetched', async () => {
  await app.stopAlone()
  await app.startAgain({ limits: { mcp: { pingIntervalMs: 50 } } })
  panel = await app.operator()
  const blender = await app.connect('blender')
  await register(blender, 'b')
  const sent = await panel.messages.send({ client, payload: {}, priority: 'info' })
  expect(sent).toMatchObject({ outcome: 'sent', delivery: 'sent' })
  const events = await panel.clients.inspect({ watchId: 'i', client })
  const becomes = async (delivery: string): Promise<void> => {
    for (;;) {
      const { value } = (await events.next()) as { value: ClientDetail }
      await panel.feed.ack({ watchId: 'i' })
      if (value.posted[0]?.delivery === delivery) return
    }
  }
  // The SDK answers a ping by itself.
  await becomes('received')
  expect((await call(blender, 'blender_receive_messages', { client_uuid: 'b' })).structured).toMatchObject({
    messages: [{ via_stream: true }],
  })
  await becomes('read')
})

it('says that it waits while there is no stream, and that it was read when it was fetched', async () => {
  const session = await app.raw('blender')
  await session.call('blender_register_client', { client_uuid: 'b', client_type: 'blender' })
  const sent = await panel.messages.send({ client, payload: {}, priority: 'info' })
  if (sent.outcome !== 'sent') expect.fail(sent.message)
  const events = await panel.clients.inspect({ watchId: 'i', client })
  const posted = async () => {
    const { value } = (await events.next()) as { value: ClientDetail }
    await panel.feed.ack({ watchId: 'i' })
    return value.posted
  }
  expect(await posted()).toStrictEqual([{ messageId: sent.messageId, delivery: 'queued' }])
  await session.call('blender_receive_messages', { client_uuid: 'b' })
  let now = await posted()
  while (now[0]?.delivery !== 'read') now = await posted()
  expect(now).toStrictEqual([{ messageId: sent.messageId, delivery: 'read' }])
})

it('is the operator’s in the history', async () => {
  const blender = await app.connect('blender')
  await register(blender, 'b')
  await panel.messages.send({ client, payload: { message_type: 'note' }, priority: 'alert' })
  const entry = await until(async () => {
    const { entries } = await panel.activity.list({ kinds: ['operator_sent'] })
    return entries.find(({ text }) => text.startsWith('note, alert'))
  })
  expect([entry.client, entry.by]).toStrictEqual(['b', 'operator'])
})

it('carries a payload as large as the bus takes, and says so of a larger one', async () => {
  const blender = await app.connect('blender')
  await register(blender, 'b')
  const most = 4 * 1024 * 1024 - '{"text":""}'.length
  const send = (length: number) =>
    panel.messages.send({ client, payload: { text: 'x'.repeat(length) }, priority: 'info' })
  expect(await send(most)).toMatchObject({ outcome: 'sent' })
  expect(await send(most + 1)).toMatchObject({ outcome: 'refused', code: 'payload_too_large' })
})
