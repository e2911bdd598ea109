import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryLedger } from '../../../../../src/main/base/ledger.ts'
import { createSubscriptions } from '../../../../../src/main/mcp/sessions/subscriptions.ts'
import type { UserMessageBus } from '../../../../../src/main/bus/user-message-bus.ts'
import type { McpSession } from '../../../../../src/main/mcp/http/session.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeSession } from '../fake-session.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const clients = 'blender://bus/clients'
const stats = 'blender://bus/stats'

function subscriptionsFixture() {
  const { bus } = busFixture()
  const other = busFixture().bus
  const buses = new Map<McpSession, UserMessageBus>()
  const notices: [McpSession, string][] = []
  const memory = new MemoryLedger(1_048_576)
  const subscriptions = createSubscriptions({
    notify: (session, uri) => notices.push([session, uri]),
    busOf: (session) => buses.get(session) ?? bus,
    memory,
  })
  subscriptions.attach(bus)
  subscriptions.attach(other)
  return { bus, other, buses, notices, memory, subscriptions, session: fakeSession() }
}

describe('subscriptions', () => {
  it('makes one notice of all changes of a tenth of a second', () => {
    const { bus, notices, subscriptions, session } = subscriptionsFixture()
    subscriptions.add(session, clients)
    for (let n = 0; n < 100; n += 1) bus.register(registration(`b${String(n)}`), null)
    vi.advanceTimersByTime(99)
    expect(notices).toStrictEqual([])
    vi.advanceTimersByTime(1)
    expect(notices).toStrictEqual([[session, clients]])
    vi.advanceTimersByTime(10_000)
    expect(notices).toHaveLength(1)
    bus.unregister('b1')
    vi.advanceTimersByTime(100)
    expect(notices).toHaveLength(2)
  })

  it('is woken by jobs for the stats and the job, and by a sign of life for nothing', () => {
    const { bus, notices, subscriptions, session } = subscriptionsFixture()
    bus.register(registration('b'), null)
    for (const uri of [clients, stats, 'blender://jobs/j%2F1', 'blender://clients/b']) {
      subscriptions.add(session, uri)
    }
    bus.touch('b')
    vi.advanceTimersByTime(1000)
    expect(notices).toStrictEqual([])
    bus.send({
      payload: { message_type: 'command_dispatch', job_id: 'j/1', command: 'ping' },
      target_uuid: 'b',
      session: null,
    })
    vi.advanceTimersByTime(1000)
    expect(notices).toStrictEqual([
      [session, stats],
      [session, 'blender://jobs/j%2F1'],
    ])
  })

  it("hears nothing of another user's bus", () => {
    const { other, buses, notices, subscriptions, session } = subscriptionsFixture()
    const theirs = fakeSession()
    buses.set(theirs, other)
    subscriptions.add(session, clients)
    subscriptions.add(theirs, clients)
    other.register(registration('b'), null)
    vi.advanceTimersByTime(100)
    expect(notices).toStrictEqual([[theirs, clients]])
  })

  it('holds at most 256 addresses a session, and takes a known one again', () => {
    const { subscriptions, session } = subscriptionsFixture()
    const add = (n: number) => subscriptions.add(session, `blender://clients/${String(n)}`)
    expect(Array.from({ length: 256 }, (_, n) => add(n)).every((refusal) => refusal === null)).toBe(true)
    expect(add(256)).toBe('A session may subscribe to 256 resources. Unsubscribe from one first.')
    expect(add(0)).toBeNull()
    expect(subscriptions.add(fakeSession(), clients)).toBeNull()
    subscriptions.remove(session, 'blender://clients/0')
    expect(add(256)).toBeNull()
  })

  it('takes addresses of at most 2,048 characters', () => {
    const { subscriptions, session, memory } = subscriptionsFixture()
    const uri = (length: number) => 'blender://clients/'.padEnd(length, 'x')
    expect(subscriptions.add(session, uri(2049))).toBe(
      'The address has 2049 characters; at most 2048 are allowed.',
    )
    expect(memory.usedBytes).toBe(0)
    expect(subscriptions.add(session, uri(2048))).toBeNull()
    expect(memory.usedBytes).toBe(2304)
  })

  it('charges each address to its user, once, and gives it back with the last of it', () => {
    const { subscriptions, session, memory } = subscriptionsFixture()
    const other = fakeSession()
    for (const each of [session, session, other]) subscriptions.add(each, clients)
    subscriptions.add(session, stats)
    const { user_id } = session.caller
    expect(memory.snapshot().users.get(user_id)?.byKind.subscriptions).toBe(3 * 256 + 2 * 21 + 19)
    subscriptions.remove(session, stats)
    subscriptions.remove(session, stats)
    subscriptions.removeSession(session)
    expect(memory.usedBytes).toBe(256 + 21)
    subscriptions.close()
    expect(memory.usedBytes).toBe(0)
  })

  it('refuses what its user has no room for, and keeps nothing of it', () => {
    const { subscriptions, session, memory } = subscriptionsFixture()
    memory.of(session.caller.user_id).take('mailboxes', 524_288 - 300)
    expect(subscriptions.add(session, clients)).toBeNull()
    expect(subscriptions.add(session, stats)).toBe(
      'User "local" keeps 0.5 MiB in this server, and one user may keep 0.5 MiB: there is no room for 1 KiB more. ' +
        'You were not subscribed. Let the messages that wait be read, or unsubscribe from something.',
    )
    subscriptions.remove(session, clients)
    expect(subscriptions.add(session, stats)).toBeNull()
  })

  it('takes nothing from a session that has ended', () => {
    const { subscriptions, memory } = subscriptionsFixture()
    expect(subscriptions.add(fakeSession({ ended: true }), clients)).toBeNull()
    expect(memory.usedBytes).toBe(0)
  })

  it('forgets a session that ended, and a notice that was on its way', () => {
    const { bus, notices, subscriptions, session } = subscriptionsFixture()
    subscriptions.add(session, clients)
    bus.register(registration('b'), null)
    subscriptions.removeSession(session)
    vi.advanceTimersByTime(1000)
    expect(notices).toStrictEqual([])
  })

  it('is silent after close', () => {
    const { bus, notices, subscriptions, session } = subscriptionsFixture()
    subscriptions.add(session, clients)
    bus.register(registration('b'), null)
    subscriptions.close()
    bus.register(registration('c'), null)
    vi.advanceTimersByTime(1000)
    expect(notices).toStrictEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
