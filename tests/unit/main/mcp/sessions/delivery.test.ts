import { describe, expect, it } from 'vitest'
import type { Priority } from '../../../../../src/shared/protocol.ts'
import { createLargeMessages } from '../../../../../src/main/mcp/sessions/large-messages.ts'
import { createDelivery } from '../../../../../src/main/mcp/sessions/delivery.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeSession, type FakeSession } from '../fake-session.ts'

function deliveryFixture() {
  const { bus } = busFixture()
  const thresholds = new Map<object, Priority>()
  const largeMessages = createLargeMessages(() => 0)
  const delivery = createDelivery((session) => thresholds.get(session) ?? null, largeMessages)
  delivery.attach(bus)
  const send = (n: number, priority = 'info', target = 'b') => {
    const sent = bus.send({ payload: { n }, priority, target_uuid: target, session: null })
    return sent.ok ? sent.deliveries[target] : sent.error
  }
  return { bus, delivery, thresholds, largeMessages, send }
}

const numbers = (session: FakeSession) =>
  session.written.map(
    (json) => (JSON.parse(json) as { params: { data: { payload: { n: number } } } }).params.data.payload.n,
  )

describe('delivery', () => {
  it('writes a link in place of a payload that would not fit, and the payload to who takes any size', () => {
    const { bus, largeMessages } = deliveryFixture()
    const [small, large] = [fakeSession(), fakeSession()]
    bus.register(registration('b', { group_id: 'g' }), small)
    bus.register(registration('c', { group_id: 'g', capabilities: ['large_messages'] }), large)
    const payloadOf = (bytes: number) => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) })
    const send = (bytes: number) => bus.send({ payload: payloadOf(bytes), group_id: 'g', session: null })
    const written = ({ written: lines }: FakeSession) =>
      (JSON.parse(lines.at(-1) ?? '') as { params: { data: { payload: object } } }).params.data.payload
    expect(send(913_408)).toMatchObject({ deliveries: { b: 'sent', c: 'sent' } })
    expect(written(small)).toStrictEqual(payloadOf(913_408))
    expect(send(913_409)).toMatchObject({ deliveries: { b: 'sent', c: 'sent' } })
    expect(written(small)).toStrictEqual({
      message_type: 'large_message',
      uri: 'blender://messages/id-2',
      bytes: 913_409,
    })
    expect(written(large)).toStrictEqual(payloadOf(913_409))
    expect(largeMessages.read(bus, 'id-2', small)).toBe(JSON.stringify(payloadOf(913_409)))
    expect([largeMessages.read(bus, 'id-1', small), largeMessages.read(bus, 'id-2', large)]).toStrictEqual([
      null,
      null,
    ])
  })

  it('keeps every notification within 900 KiB, whatever stands around the payload', () => {
    const { bus } = deliveryFixture()
    const session = fakeSession()
    const worst = '\u0001'.repeat(200)
    bus.register(registration('é'.repeat(200), { group_id: 'é'.repeat(200) }), session)
    const sent = bus.send({
      payload: { job_id: worst, t: 'x'.repeat(913_408 - JSON.stringify({ job_id: worst, t: '' }).length) },
      group_id: 'é'.repeat(200),
      from_uuid: worst,
      session: null,
    })
    expect(sent.ok).toBe(true)
    expect(Buffer.byteLength(session.written[0] ?? '')).toBeGreaterThan(913_408)
    expect(Buffer.byteLength(session.written[0] ?? '')).toBeLessThan(921_600 - 64)
  })

  it('writes the notification while the sender waits', () => {
    const { bus, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b'), session)
    expect(send(1, 'error')).toBe('sent')
    expect(session.written).toStrictEqual([
      '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","logger":"_message_bus","data":' +
        '{"user_id":"local","from_uuid":"server:local","target_uuid":"b","routing":{"type":"direct","target_uuid":"b"},' +
        '"payload":{"n":1},"job_id":"id-1","message_id":"id-1","priority":3,"timestamp":1700000000.5}}}',
    ])
    expect(bus.mailboxes.sizeOf('b')).toStrictEqual({ count: 0, bytes: 0 })
  })

  it('writes a broadcast to each target under its own uuid, quoted', () => {
    const { bus } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('a'), session)
    bus.register(registration('with "quotes"'), session)
    bus.send({ payload: {}, session: null })
    expect(
      session.written.map(
        (json) => (JSON.parse(json) as { params: { data: { target_uuid: string } } }).params.data.target_uuid,
      ),
    ).toStrictEqual(['a', 'with "quotes"'])
  })

  it('leaves messages in the mailbox while the socket is full, and goes on where it stopped', () => {
    const { bus, delivery, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b'), session)
    session.room = 1
    expect([send(1), send(2), send(3, 'debug'), send(4, 'alert')]).toStrictEqual([
      'sent',
      'queued',
      'queued',
      'queued',
    ])
    session.room = 2
    delivery.drainSession(bus, session)
    expect(numbers(session)).toStrictEqual([1, 4, 2])
    expect(bus.mailboxes.sizeOf('b').count).toBe(1)
    session.room = Infinity
    delivery.drainSession(bus, session)
    expect(numbers(session)).toStrictEqual([1, 4, 2, 3])
    expect(bus.mailboxes.countersOf('b')).toStrictEqual({ sent: 0, received: 4, filtered: 0, dropped: 0 })
  })

  it('sends what waits before what comes, once the socket takes it', () => {
    const { bus, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b'), session)
    session.room = 0
    send(1)
    session.room = Infinity
    expect(send(2)).toBe('sent')
    expect(numbers(session)).toStrictEqual([1, 2])
  })

  it('decides by the threshold at once, also behind messages that wait', () => {
    const { bus, thresholds, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b'), session)
    session.room = 0
    thresholds.set(session, 4)
    expect(send(1, 'warning')).toBe('queued')
    expect(send(2, 'notice')).toBe('filtered')
    expect(bus.mailboxes.sizeOf('b').count).toBe(1)
    expect(bus.mailboxes.countersOf('b').filtered).toBe(1)
  })

  it('filters what waited since before the threshold was raised', () => {
    const { bus, delivery, thresholds, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b'), session)
    session.room = 0
    send(1, 'info')
    send(2, 'error')
    thresholds.set(session, 3)
    session.room = Infinity
    delivery.drainSession(bus, session)
    expect(numbers(session)).toStrictEqual([2])
    expect(bus.mailboxes.sizeOf('b').count).toBe(0)
    expect(bus.mailboxes.countersOf('b')).toStrictEqual({ sent: 0, received: 1, filtered: 1, dropped: 0 })
  })

  it('takes up what waited when a client comes back with its stream open', () => {
    const { bus, send } = deliveryFixture()
    bus.register(registration('b', { is_persistent: true }), null)
    expect(send(1)).toBe('queued')
    const session = fakeSession()
    bus.register(registration('b', { is_persistent: true }), session)
    expect(numbers(session)).toStrictEqual([1])
  })

  it('writes to the session that took a client over, and never to the one that lost it', () => {
    const { bus, delivery, send } = deliveryFixture()
    const first = fakeSession()
    const second = fakeSession()
    bus.register(registration('b'), first)
    first.room = 0
    send(1)
    bus.register(registration('b'), second)
    send(2)
    first.room = Infinity
    delivery.drainSession(bus, first)
    expect([numbers(first), numbers(second)]).toStrictEqual([[], [1, 2]])
  })

  it('puts back what a stream that is lost had not confirmed, in order, but no job that may have arrived', () => {
    const { bus, delivery, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b', { is_persistent: true }), session)
    for (const n of [1, 2]) send(n)
    const job = { message_type: 'job_dispatch', job_id: 'j', n: 3 }
    bus.send({ payload: job, target_uuid: 'b', session: null })
    session.unconfirmed = session.origins.map((origin) => ({ origin: origin ?? {}, taken: true }))
    session.streamOpen = false
    send(4)
    delivery.takeBack(bus, session, 'lost')
    expect(bus.mailboxes.countersOf('b')).toStrictEqual({ sent: 0, received: 1, filtered: 0, dropped: 0 })
    const again = fakeSession()
    bus.register(registration('b', { is_persistent: true }), again)
    expect(numbers(again)).toStrictEqual([1, 2, 4])
    expect(bus.mailboxes.countersOf('b').received).toBe(4)
  })

  it('puts back, for a stream that begins anew, what the system never took, jobs among it', () => {
    const { bus, delivery, send } = deliveryFixture()
    const session = fakeSession()
    bus.register(registration('b'), session)
    send(1)
    const job = { message_type: 'job_dispatch', job_id: 'j', n: 2 }
    bus.send({ payload: job, target_uuid: 'b', session: null })
    const reported = { message_type: 'job_dispatch', job_id: 'k', n: 3 }
    bus.send({ payload: reported, target_uuid: 'b', session: null })
    bus.jobUpdate({ job_id: 'k', status: 'running', result: '', error: '' }, session)
    session.unconfirmed = session.origins.map((origin, n) => ({ origin: origin ?? {}, taken: n === 0 }))
    delivery.takeBack(bus, session, 'new-stream')
    delivery.drainSession(bus, session)
    // The job that was reported on has arrived, whatever the socket knows.
    expect(numbers(session)).toStrictEqual([1, 2, 3, 2])
  })

  it('puts back what the last session of a client had not confirmed when a new one takes over', () => {
    const { bus, send } = deliveryFixture()
    const first = fakeSession()
    const second = fakeSession()
    bus.register(registration('b'), first)
    send(1)
    first.unconfirmed = first.origins.map((origin) => ({ origin: origin ?? {}, taken: true }))
    first.streamOpen = false
    bus.register(registration('b'), second)
    expect(numbers(second)).toStrictEqual([1])
    expect(bus.mailboxes.sizeOf('b').count).toBe(0)
  })

  it('puts nothing back from a session whose stream is alive, nor for a client that has left', () => {
    const { bus, delivery, send } = deliveryFixture()
    const first = fakeSession()
    const second = fakeSession()
    bus.register(registration('b'), first)
    send(1)
    first.unconfirmed = first.origins.map((origin) => ({ origin: origin ?? {}, taken: true }))
    bus.register(registration('b'), second)
    expect(numbers(second)).toStrictEqual([])
    bus.unregister('b')
    bus.register(registration('b'), second)
    delivery.takeBack(bus, first, 'lost')
    delivery.drainSession(bus, second)
    expect(numbers(second)).toStrictEqual([])
  })
})
