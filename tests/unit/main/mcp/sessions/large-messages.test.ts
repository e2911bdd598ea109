import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MemoryLedger } from '../../../../../src/main/base/ledger.ts'
import { createLargeMessages } from '../../../../../src/main/mcp/sessions/large-messages.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeSession } from '../fake-session.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function fixture() {
  const { bus, time } = busFixture()
  const large = createLargeMessages(() => time.nowMs)
  const session = fakeSession()
  const { client } = bus.register(registration('b'), session)
  const send = (payload: Record<string, unknown>) => {
    const sent = bus.send({ payload, target_uuid: 'b', session: null })
    if (!sent.ok) throw new Error(sent.message)
    return sent.message
  }
  return { bus, time, large, session, client, send }
}

it('a payload is read by the client that was given its link, and by nobody else', () => {
  const { bus, large, session, client, send } = fixture()
  const other = fakeSession()
  bus.register(registration('c'), other)
  const message = send({ n: 1 })
  expect(large.read(bus, message.message_id, session)).toBeNull()
  large.keep(bus, message, client)
  expect(large.read(bus, message.message_id, session)).toBe('{"n":1}')
  expect(large.read(bus, message.message_id, other)).toBeNull()
  expect(large.read(bus, message.message_id, fakeSession())).toBeNull()
  expect(large.read(busFixture().bus, message.message_id, session)).toBeNull()
})

it('it is read from whichever session the client is in, until it is unregistered', () => {
  const { bus, large, session, client, send } = fixture()
  const message = send({ n: 1 })
  large.keep(bus, message, client)
  const next = fakeSession()
  bus.register(registration('b'), next)
  expect(large.read(bus, message.message_id, session)).toBeNull()
  expect(large.read(bus, message.message_id, next)).toBe('{"n":1}')
  bus.unregister('b')
  bus.register(registration('b'), next)
  expect(large.read(bus, message.message_id, next)).toBeNull()
})

it('it is kept for 10 minutes after its link was last handed out, and not a moment longer', () => {
  const { bus, time, large, session, client, send } = fixture()
  const message = send({ n: 1 })
  const read = () => large.read(bus, message.message_id, session)
  large.keep(bus, message, client)
  time.nowMs += 599_000
  large.keep(bus, message, client)
  time.nowMs += 599_999
  expect(read()).toBe('{"n":1}')
  time.nowMs += 1
  expect(read()).toBeNull()
})

it('what is too old is freed although nobody asks, and then no timer is left', () => {
  const { bus, time, large, session, client, send } = fixture()
  const message = send({ n: 1 })
  large.keep(bus, message, client)
  expect(vi.getTimerCount()).toBe(1)
  time.nowMs += 600_000
  vi.advanceTimersByTime(600_000)
  time.nowMs -= 600_000
  expect(large.read(bus, message.message_id, session)).toBeNull()
  expect(vi.getTimerCount()).toBe(0)
})

it('of one bus 32 MiB are kept, and those whose link was handed out longest ago go first', () => {
  const { bus, large, session, client, send } = fixture()
  const text = 'x'.repeat(4 * 1024 * 1024 - 16)
  const messages = Array.from({ length: 9 }, () => send({ text }))
  for (const message of messages) large.keep(bus, message, client)
  const isKept = messages.map(({ message_id }) => large.read(bus, message_id, session) !== null)
  expect(isKept).toStrictEqual([false, true, true, true, true, true, true, true, true])
})

it('of one bus 256 are kept, however small', () => {
  const { bus, large, session, client, send } = fixture()
  const messages = Array.from({ length: 257 }, (_, n) => send({ n }))
  for (const message of messages) large.keep(bus, message, client)
  const isKept = (n: number) => large.read(bus, messages[n]?.message_id ?? '', session) !== null
  expect([isKept(0), isKept(1), isKept(256)]).toStrictEqual([false, true, true])
})

it('it counts for its user for as long as it can be read', () => {
  const memory = new MemoryLedger(1_000_000)
  const { bus } = busFixture({ memory: memory.of('local') })
  const large = createLargeMessages(() => 0)
  const session = fakeSession()
  const { client } = bus.register(registration('b'), session)
  const sent = bus.send({ payload: { text: 'x'.repeat(100_000) }, target_uuid: 'b', session: null })
  if (!sent.ok) throw new Error(sent.message)
  const waiting = memory.usedBytes
  expect(waiting).toBeGreaterThan(100_000)
  bus.mailboxes.take(client, 1)
  large.keep(bus, sent.message, client)
  large.keep(bus, sent.message, client)
  expect(memory.usedBytes).toBe(waiting)
  expect(memory.of('local').roomBytes).toBe(500_000)
  expect(memory.of('local').take('jobs', 450_000)?.bytes).toBe(450_000)
  expect(memory.usedBytes).toBe(450_000)
  expect(large.read(bus, sent.message.message_id, session)).toBeNull()
})

it('it counts no more when its client has left', () => {
  const memory = new MemoryLedger(1_000_000)
  const { bus } = busFixture({ memory: memory.of('local') })
  const large = createLargeMessages(() => 0)
  const { client } = bus.register(registration('b'), fakeSession())
  const sent = bus.send({ payload: { n: 1 }, target_uuid: 'b', session: null })
  if (!sent.ok) throw new Error(sent.message)
  bus.mailboxes.take(client, 1)
  large.keep(bus, sent.message, client)
  expect(memory.usedBytes).toBeGreaterThan(0)
  bus.unregister('b')
  expect(memory.usedBytes).toBe(0)
})
