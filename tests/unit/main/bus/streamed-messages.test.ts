import { describe, expect, it } from 'vitest'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import type { MailboxLimits } from '../../../../src/main/bus/mailbox.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'
import { isStreamed } from '../../../../src/main/bus/streamed-messages.ts'
import { busFixture, registration } from './bus-fixture.ts'

const kibibyte = 1024
/** The part of a message's charge that is not its payload, in one place. */
const envelope = 1024 + 128

/** A bus with the clients `a` and `b`; what is sent goes to their streams while these are open. */
function fixture({
  mailbox = { maxCount: 1000, maxBytes: 1e9 },
  shareBytes = 1e9,
}: { mailbox?: MailboxLimits; shareBytes?: number } = {}) {
  const memory = new MemoryLedger(2 * shareBytes)
  const { bus, time } = busFixture({ limits: { mailbox }, memory: memory.of('local') })
  const streams = { open: true }
  for (const uuid of ['a', 'b']) bus.register(registration(uuid), null)
  bus.events.on('message', (_, targets) => {
    for (const client of streams.open ? targets : []) {
      while (bus.mailboxes.next(client.uuid) !== undefined) bus.mailboxes.settle(client, 'sent')
    }
  })
  const send = (payload: object, more: object = {}) => {
    const sent = bus.send({ payload: { ...payload }, target_uuid: 'a', session: null, ...more })
    if (!sent.ok) throw new Error(sent.message)
    return sent.message
  }
  const clientOf = (uuid: string) => {
    const client = bus.get(uuid)
    if (client === undefined) throw new Error(`${uuid} has left.`)
    return client
  }
  const polled = (uuid = 'a', { max = 100, keep = false } = {}) =>
    bus.mailboxes.take(clientOf(uuid), max, { keep })
  /** What a client polls, by its `n`; what went to its stream has a star. */
  const poll = (uuid = 'a', how: { max?: number; keep?: boolean } = {}) =>
    polled(uuid, how).map((message) => `${String(payloadOf(message).n)}${isStreamed(message) ? '*' : ''}`)
  return { bus, time, memory, streams, send, clientOf, polled, poll }
}

describe('what went to a stream', () => {
  it('is polled once, as it was sent, with the mark of where it went', () => {
    const { send, polled } = fixture()
    const message = send({ n: 1 })
    expect(polled()).toStrictEqual([{ ...message, via_stream: true }])
    expect(polled()).toStrictEqual([])
  })

  it('is polled with what waits: most urgent first, then oldest first', () => {
    const { bus, streams, send, poll } = fixture()
    send({ n: 1 })
    send({ n: 2 }, { priority: 'error' })
    send({ n: 3 })
    streams.open = false
    send({ n: 4 })
    send({ n: 5 }, { priority: 'critical' })
    send({ n: 6 }, { priority: 'error' })
    expect(bus.mailboxes.leftFor('a')).toBe(6)
    expect(poll('a', { max: 4 })).toStrictEqual(['5', '2*', '6', '1*'])
    expect([bus.mailboxes.leftFor('a'), bus.mailboxes.sizeOf('a').count]).toStrictEqual([2, 1])
    expect(poll()).toStrictEqual(['3*', '4'])
    expect(bus.mailboxes.leftFor('a')).toBe(0)
  })

  it('is kept for each client by itself', () => {
    const { send, poll } = fixture()
    send({ n: 1 }, { target_uuid: undefined })
    expect([poll('a'), poll('a'), poll('b')]).toStrictEqual([['1*'], [], ['1*']])
  })

  it('is kept for 10 minutes, while what waits is kept however long', () => {
    const { bus, time, memory, streams, send, poll } = fixture()
    send({ n: 1 })
    time.nowMs += 1000
    send({ n: 2 })
    streams.open = false
    send({ n: 3 })
    time.nowMs += 598_999
    expect(bus.mailboxes.leftFor('a')).toBe(3)
    time.nowMs += 1
    expect(poll()).toStrictEqual(['2*', '3'])
    streams.open = true
    send({ n: 4 })
    expect(memory.usedBytes).toBe('{"n":4}'.length + envelope)
    time.nowMs += 600_000
    bus.expire()
    expect([memory.usedBytes, poll()]).toStrictEqual([0, []])
  })

  it.each([
    [{ message_type: 'command_dispatch', job_id: 'j', command: 'ping' }, {}],
    [{ message_type: 'job_dispatch', job_id: 'j', script: 'pass' }, {}],
    [{ message_type: 'job_cancel', job_id: 'j' }, { purpose: 'look' }],
  ])('is not kept of a job or a look: %j', (payload, more) => {
    const { send, poll } = fixture()
    send(payload, more)
    expect(poll()).toStrictEqual([])
  })

  it('is as much as a mailbox holds, and the oldest goes', () => {
    const ofCount = fixture({ mailbox: { maxCount: 2, maxBytes: 1e9 } })
    for (const n of [1, 2, 3]) ofCount.send({ n }, { priority: n === 1 ? 'alert' : 'info' })
    expect(ofCount.poll()).toStrictEqual(['2*', '3*'])
    const ofBytes = fixture({ mailbox: { maxCount: 100, maxBytes: 2 * ('{"n":1}'.length + 256) } })
    for (const n of [1, 2, 3]) ofBytes.send({ n })
    expect(ofBytes.poll()).toStrictEqual(['2*', '3*'])
    for (const n of [4, 5]) ofBytes.send({ n })
    expect(ofBytes.poll()).toStrictEqual(['4*', '5*'])
  })

  it('goes with its client', () => {
    const { bus, memory, send, poll } = fixture()
    send({ n: 1 }, { target_uuid: undefined })
    bus.unregister('a')
    bus.register(registration('a'), null)
    expect(poll('a')).toStrictEqual([])
    bus.unregister('b')
    expect(memory.usedBytes).toBe(0)
  })

  it('waits as any other message where it did not arrive', () => {
    const { bus, send, clientOf, poll } = fixture()
    const message = send({ n: 1 })
    bus.mailboxes.putBack(clientOf('a'), message)
    expect(bus.mailboxes.leftFor('a')).toBe(1)
    expect(poll()).toStrictEqual(['1'])
  })

  it('is handed out again, before all others, where the answer with it was lost', () => {
    const { bus, time, streams, send, clientOf, poll } = fixture()
    send({ n: 1 })
    send({ n: 2 })
    streams.open = false
    send({ n: 3 })
    expect(poll('a', { keep: true })).toStrictEqual(['1*', '2*', '3'])
    streams.open = true
    send({ n: 4 })
    // Kept anew: the answer may have been long on its way.
    time.nowMs += 599_999
    bus.mailboxes.confirm(clientOf('a'), '')
    time.nowMs += 1
    expect(poll('a', { max: 3, keep: true })).toStrictEqual(['1*', '2*', '3'])
    bus.mailboxes.confirm(clientOf('a'), 'id-3')
    expect(poll()).toStrictEqual([])
  })
})

describe('what is charged for what went to a stream', () => {
  it('is each message once, with its places', () => {
    const { memory, send, polled } = fixture()
    send({ text: 'x'.repeat(1000) }, { target_uuid: undefined })
    const bytes = '{"text":""}'.length + 1000 + envelope
    expect(memory.snapshot().byKind.mailboxes).toBe(bytes + 128)
    polled('b')
    expect(memory.snapshot().byKind.mailboxes).toBe(bytes)
    polled('a', { keep: true })
    expect(memory.snapshot().byKind.mailboxes).toBe(bytes)
  })

  it('makes room for anything else of its user, the oldest first, and is never in its way', () => {
    const { bus, memory, streams, send, poll } = fixture({ shareBytes: 64 * kibibyte })
    for (const n of [1, 2, 3]) send({ n, text: 'x'.repeat(20_000) })
    expect(bus.memory.roomBytes).toBe(64 * kibibyte)
    streams.open = false
    send({ n: 4, text: 'x'.repeat(20_000) }, { target_uuid: 'b' })
    expect(bus.mailboxes.leftFor('a')).toBe(2)
    expect(memory.of('local').take('requests', 64 * kibibyte)).toBeNull()
    expect(memory.of('local').take('requests', 40_000)?.bytes).toBe(40_000)
    expect([poll('a'), poll('b')]).toStrictEqual([[], ['4']])
  })

  it('makes room for other users where all together have none', () => {
    const { memory, send, poll } = fixture({ shareBytes: 64 * kibibyte })
    for (const n of [1, 2, 3]) send({ n, text: 'x'.repeat(20_000) })
    memory.of('ana').take('output', 64 * kibibyte)
    expect(memory.of('ben').take('output', 20_000)?.bytes).toBe(20_000)
    expect(poll()).toStrictEqual(['2*', '3*'])
  })

  it('takes no room from what waits: a message is not kept where there is none', () => {
    const { memory, send, poll } = fixture({ shareBytes: 64 * kibibyte })
    const other = memory.of('local').take('output', 40 * kibibyte)
    send({ n: 1, text: 'x'.repeat(20_000) })
    // It waits for a moment before it is sent, and the first one makes room for it.
    send({ n: 2, text: 'x'.repeat(20_000) })
    expect(poll()).toStrictEqual(['2*'])
    const broadcast = { n: 3, text: 'x'.repeat(22_000) }
    send(broadcast, { target_uuid: undefined })
    // While it goes to the first, it still waits for the second.
    expect([poll('a'), poll('b')]).toStrictEqual([[], ['3*']])
    other?.release()
    expect(memory.usedBytes).toBe(0)
  })
})
