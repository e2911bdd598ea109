import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'
import { until } from './inbox.ts'
import type { RawSession } from './raw-session.ts'

let app: AppFixture
let llm: Plugged
beforeEach(async () => {
  app = await startApp()
  llm = await app.connect('llm')
  await register(llm, 'llm-1', { client_type: 'llm' })
})
afterEach(() => app.stop())

const send = async (payload: object, more: object = {}) =>
  (await call(llm, 'blender_send_message', { payload, target_uuid: 'blender-1', ...more })).structured

/** A client that has no stream until a test opens one. */
async function quietBlender(more: object = {}): Promise<RawSession> {
  const session = await app.raw('blender')
  await session.call('blender_register_client', {
    client_uuid: 'blender-1',
    client_type: 'blender',
    ...more,
  })
  return session
}

const dataOf = (frame: string) =>
  (
    JSON.parse(frame.replace('event: message\ndata: ', '')) as {
      params: { data: { payload: Record<string, unknown>; target_uuid: string } }
    }
  ).params.data

const receive = async (session: RawSession, args: object = {}) => {
  const { messages, ...rest } = await session.call('blender_receive_messages', {
    client_uuid: 'blender-1',
    ...args,
  })
  return { payloads: (messages as { payload: object }[] | undefined)?.map((one) => one.payload), ...rest }
}

describe('the notification', () => {
  it('[R-401] is this text on the wire', async () => {
    const blender = await quietBlender()
    const stream = await blender.openStream()
    const sent = await send({ job_id: 'job-1', text: 'h\u00e9 "quoted" \u2028\n' }, { priority: 'alert' })
    const frame = await stream.frames.next()
    const timestamp = /"timestamp":(\d+(?:\.\d+)?)\}\}\}$/.exec(frame)?.[1] ?? ''
    expect(frame).toBe(
      'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"alert",' +
        '"logger":"_message_bus","data":{"user_id":"local","from_uuid":"llm-1","target_uuid":"blender-1",' +
        '"routing":{"type":"direct","target_uuid":"blender-1"},' +
        '"payload":{"job_id":"job-1","text":"h\u00e9 \\"quoted\\" \u2028\\n"},"job_id":"job-1",' +
        `"message_id":"${String(sent.message_id)}","priority":1,"timestamp":${timestamp}}}}`,
    )
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60)
  })

  it('[R-402] comes once for each target, under its own uuid', async () => {
    const blender = await quietBlender()
    await blender.call('blender_register_client', { client_uuid: 'blender-2', client_type: 'blender' })
    const stream = await blender.openStream()
    const sent = await send({ n: 1 }, { target_uuid: null })
    expect(sent).toMatchObject({
      targets: ['blender-1', 'blender-2'],
      deliveries: { 'blender-1': 'sent', 'blender-2': 'sent' },
    })
    await send({ last: true })
    const frames = [await stream.frames.next(), await stream.frames.next(), await stream.frames.next()]
    expect(frames.map((frame) => [dataOf(frame).target_uuid, dataOf(frame).payload])).toStrictEqual([
      ['blender-1', { n: 1 }],
      ['blender-2', { n: 1 }],
      ['blender-1', { last: true }],
    ])
  })

  it('[R-403] comes at every level to a session that never set one', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    expect(await send({}, { priority: 'debug' })).toMatchObject({ deliveries: { 'blender-1': 'sent' } })
    expect((await blender.messages.next()).level).toBe('debug')
  })
})

describe('logging/setLevel', () => {
  it('[R-404] keeps less urgent messages away, and their sender is told', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    await blender.client.setLoggingLevel('warning')
    const deliveries = async (priority: string) => (await send({ priority }, { priority })).deliveries
    expect(await deliveries('notice')).toStrictEqual({ 'blender-1': 'filtered' })
    expect(await deliveries('debug')).toStrictEqual({ 'blender-1': 'filtered' })
    expect(await deliveries('warning')).toStrictEqual({ 'blender-1': 'sent' })
    expect(await deliveries('emergency')).toStrictEqual({ 'blender-1': 'sent' })
    await blender.client.setLoggingLevel('debug')
    expect(await deliveries('info')).toStrictEqual({ 'blender-1': 'sent' })
    await blender.messages.next(({ level }) => level === 'info')
    expect(blender.messages.all.map(({ level }) => level)).toStrictEqual(['warning', 'emergency', 'info'])
  })

  it('[R-405] counts for its own session only', async () => {
    const blender = await app.connect('blender')
    const other = await app.connect('other')
    await register(blender, 'blender-1')
    await register(other, 'blender-2')
    await blender.client.setLoggingLevel('error')
    expect((await send({}, { target_uuid: null })).deliveries).toStrictEqual({
      'blender-1': 'filtered',
      'blender-2': 'sent',
    })
  })

  it('[R-406] filters for a client without a stream as well, and such a message never comes later', async () => {
    const blender = await quietBlender()
    await blender.rpc('logging/setLevel', { level: 'error' })
    expect(await send({ n: 1 })).toMatchObject({ deliveries: { 'blender-1': 'filtered' } })
    expect(await send({ n: 2 }, { priority: 'error' })).toMatchObject({
      deliveries: { 'blender-1': 'queued' },
    })
    await blender.rpc('logging/setLevel', { level: 'debug' })
    const stream = await blender.openStream()
    await stream.frames.next()
    expect(stream.frames.all.map((frame) => dataOf(frame).payload)).toStrictEqual([{ n: 2 }])
  })

  it('[R-407] answers an unknown level with invalid params', async () => {
    const session = await app.raw('script')
    expect(await session.rpc('logging/setLevel', { level: 'loud' })).toMatchObject({
      error: { code: -32602 },
    })
  })
})

describe('the mailbox', () => {
  it('[R-408] holds messages until a stream opens: most urgent first, then oldest first', async () => {
    const blender = await quietBlender()
    for (const [n, priority] of [
      [1, 'info'],
      [2, 'alert'],
      [3, 'info'],
      [4, 'debug'],
      [5, 'alert'],
    ]) {
      expect((await send({ n }, { priority })).deliveries).toStrictEqual({ 'blender-1': 'queued' })
    }
    const stream = await blender.openStream()
    await stream.frames.next((frame) => dataOf(frame).payload.n === 4)
    expect(stream.frames.all.map((frame) => dataOf(frame).payload.n)).toStrictEqual([2, 5, 1, 3, 4])
    expect((await send({ n: 6 })).deliveries).toStrictEqual({ 'blender-1': 'sent' })
  })

  it('[R-409] holds messages again when the stream has closed', async () => {
    const blender = await quietBlender()
    const first = await blender.openStream()
    first.close()
    let n = 0
    const queued = await until(async () => {
      n += 1
      const sent = await send({ n })
      return (sent.deliveries as Record<string, string>)['blender-1'] === 'queued' ? n : undefined
    })
    const second = await blender.openStream()
    expect(dataOf(await second.frames.next()).payload).toStrictEqual({ n: queued })
  })

  it('[R-410] keeps what comes for a persistent client while it is away', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1', { is_persistent: true })
    await blender.leave()
    expect((await send({ n: 1 })).deliveries).toStrictEqual({ 'blender-1': 'queued' })
    expect((await send({ n: 2 }, { priority: 'error' })).deliveries).toStrictEqual({ 'blender-1': 'queued' })
    const again = await app.connect('blender')
    await register(again, 'blender-1', { is_persistent: true })
    expect((await again.messages.next()).data.payload).toStrictEqual({ n: 2 })
    expect((await again.messages.next()).data.payload).toStrictEqual({ n: 1 })
  })

  it('[R-411] drops the least urgent, oldest message when it is full, and says so', async () => {
    const blender = await quietBlender()
    const big = (n: number, priority: string) => send({ n, text: 'x'.repeat(3_145_728) }, { priority })
    const first = await big(1, 'info')
    expect(first.deliveries).toStrictEqual({ 'blender-1': 'queued' })
    const [second, third] = [await big(2, 'info'), await big(3, 'error')]
    expect([second.deliveries, third.deliveries]).toStrictEqual([
      { 'blender-1': 'queued' },
      { 'blender-1': 'queued' },
    ])
    const fourth = await big(4, 'debug')
    expect(fourth.deliveries).toStrictEqual({ 'blender-1': 'dropped' })
    expect(app.logged.filter(({ message }) => message === 'a message was dropped')).toStrictEqual([
      {
        level: 'warn',
        details: { client: 'blender-1', message: first.message_id },
        message: 'a message was dropped',
      },
      {
        level: 'warn',
        details: { client: 'blender-1', message: fourth.message_id },
        message: 'a message was dropped',
      },
    ])
    const { payloads } = await receive(blender)
    // Of this size they come as links.
    expect(payloads?.map((payload) => (payload as { uri: string }).uri)).toStrictEqual(
      [third, second].map(({ message_id }) => `blender://messages/${String(message_id)}`),
    )
  })
})

describe('a message that was written to a stream that broke', () => {
  it('[R-417] comes again after Last-Event-ID, and what was read does not', async () => {
    const blender = await quietBlender()
    const first = await blender.openStream()
    await send({ n: 1 })
    await first.frames.next()
    const readUpTo = first.lastEventId()
    await send({ n: 2 })
    await first.frames.next()
    first.close()
    await first.ended
    const second = await blender.openStream(readUpTo)
    expect(dataOf(await second.frames.next()).payload).toStrictEqual({ n: 2 })
    await send({ n: 3 })
    expect(dataOf(await second.frames.next()).payload).toStrictEqual({ n: 3 })
  })

  it('[R-418] comes again to the next session under its id, but a job does not', async () => {
    const blender = await quietBlender()
    const first = await blender.openStream()
    const { message_id } = await send({ n: 1 })
    await send({ message_type: 'job_dispatch', job_id: 'job-1', script: 'pass' })
    await first.frames.next((frame) => frame.includes('job-1'))
    first.close()
    await until(async () => {
      const { deliveries } = await send({ probe: true }, { priority: 'debug' })
      return (deliveries as Record<string, string>)['blender-1'] === 'queued' ? true : undefined
    })
    const again = await app.raw('blender')
    const second = await again.openStream()
    await again.call('blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' })
    const frame = await second.frames.next()
    expect(dataOf(frame).payload).toStrictEqual({ n: 1 })
    expect(frame).toContain(`"message_id":"${String(message_id)}"`)
    await send({ last: true })
    await second.frames.next((text) => dataOf(text).payload.last === true)
    expect(second.frames.all.filter((text) => text.includes('job-1'))).toStrictEqual([])
  })

  it('[R-419] does not come again after DELETE', async () => {
    const blender = await quietBlender({ is_persistent: true })
    const first = await blender.openStream()
    await send({ n: 1 })
    await first.frames.next()
    await blender.end()
    await send({ n: 2 })
    const again = await app.raw('blender')
    const second = await again.openStream()
    await again.call('blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' })
    expect(dataOf(await second.frames.next()).payload).toStrictEqual({ n: 2 })
  })
})

describe('blender_receive_messages', () => {
  it('[R-412] takes what waits as the data of the notifications, most urgent first', async () => {
    const blender = await quietBlender()
    const first = await send({ n: 1 })
    const second = await send({ n: 2 }, { priority: 'critical' })
    const common = {
      user_id: 'local',
      from_uuid: 'llm-1',
      target_uuid: 'blender-1',
      routing: { type: 'direct', target_uuid: 'blender-1' },
    }
    const timestamp = expect.any(Number) as number
    expect(await blender.call('blender_receive_messages', { client_uuid: 'blender-1' })).toStrictEqual({
      status: 'ok',
      messages: [
        {
          ...common,
          payload: { n: 2 },
          job_id: second.message_id,
          message_id: second.message_id,
          priority: 2,
          timestamp,
        },
        {
          ...common,
          payload: { n: 1 },
          job_id: first.message_id,
          message_id: first.message_id,
          priority: 6,
          timestamp,
        },
      ],
      remaining: 0,
    })
  })

  it('[R-413] takes at most max and says how many remain', async () => {
    const blender = await quietBlender()
    for (const n of [1, 2, 3]) await send({ n })
    expect(await receive(blender, { max: 2 })).toStrictEqual({
      payloads: [{ n: 1 }, { n: 2 }],
      status: 'ok',
      remaining: 1,
    })
    expect(await receive(blender)).toStrictEqual({ payloads: [{ n: 3 }], status: 'ok', remaining: 0 })
    expect(await receive(blender)).toStrictEqual({ payloads: [], status: 'ok', remaining: 0 })
  })

  it('[R-414] waits for the first message, and no longer than asked', async () => {
    const blender = await quietBlender()
    const waiting = receive(blender, { wait_seconds: 60 })
    await send({ n: 1 })
    expect(await waiting).toStrictEqual({ payloads: [{ n: 1 }], status: 'ok', remaining: 0 })
    expect(await receive(blender, { wait_seconds: 0.05 })).toStrictEqual({
      payloads: [],
      status: 'ok',
      remaining: 0,
    })
  })

  it('[R-424] also takes what went to the stream and was not polled, once, with via_stream; no jobs', async () => {
    const blender = await quietBlender()
    await send({ n: 1 })
    const stream = await blender.openStream()
    await stream.frames.next()
    const second = await send({ n: 2 }, { priority: 'critical' })
    expect(second.deliveries).toStrictEqual({ 'blender-1': 'sent' })
    await send({ message_type: 'job_dispatch', job_id: 'job-1', script: 'pass' })
    await stream.frames.next((frame) => frame.includes('job-1'))
    const answer = await blender.call('blender_receive_messages', { client_uuid: 'blender-1', max: 1 })
    expect(answer).toStrictEqual({
      status: 'ok',
      messages: [
        {
          user_id: 'local',
          from_uuid: 'llm-1',
          target_uuid: 'blender-1',
          routing: { type: 'direct', target_uuid: 'blender-1' },
          payload: { n: 2 },
          job_id: second.message_id,
          message_id: second.message_id,
          priority: 2,
          timestamp: expect.any(Number) as number,
          via_stream: true,
        },
      ],
      remaining: 1,
    })
    expect(await receive(blender)).toStrictEqual({ payloads: [{ n: 1 }], status: 'ok', remaining: 0 })
    expect(await receive(blender)).toStrictEqual({ payloads: [], status: 'ok', remaining: 0 })
  })

  it('[R-424] answers a call that waits while a stream is open', async () => {
    const blender = await quietBlender()
    await blender.openStream()
    const waiting = receive(blender, { wait_seconds: 60 })
    await send({ n: 1 })
    expect(await waiting).toStrictEqual({ payloads: [{ n: 1 }], status: 'ok', remaining: 0 })
  })

  it('[R-424] hands out again what went to the stream where "after" says that the answer was lost', async () => {
    const blender = await quietBlender()
    const stream = await blender.openStream()
    const { message_id } = await send({ n: 1 })
    await stream.frames.next()
    const once = { payloads: [{ n: 1 }], status: 'ok', remaining: 0 }
    expect(await receive(blender, { after: '' })).toStrictEqual(once)
    expect(await receive(blender, { after: '' })).toStrictEqual(once)
    expect(await receive(blender, { after: message_id })).toStrictEqual({ ...once, payloads: [] })
  })

  it("[R-415] refuses another live session's client", async () => {
    await quietBlender()
    const stranger = await app.connect('stranger')
    expect(await call(stranger, 'blender_receive_messages', { client_uuid: 'blender-1' })).toStrictEqual({
      structured: {
        status: 'error',
        error: 'not_your_client',
        message:
          'Client "blender-1" belongs to another session. Register it in this session to take it over.',
      },
      isError: true,
    })
  })

  it('[R-416] refuses a client that is not registered', async () => {
    expect(await call(llm, 'blender_receive_messages', { client_uuid: 'nobody' })).toStrictEqual({
      structured: {
        status: 'error',
        error: 'unknown_client',
        message: 'No client "nobody" is registered. Call blender_register_client first.',
      },
      isError: true,
    })
  })
})
