import { describe, expect, it, vi } from 'vitest'
import type { ClientsEvent } from '../../../../src/shared/clients.ts'
import {
  blocksSource,
  clientsSource,
  detailSource,
  secondsSource,
} from '../../../../src/main/panel/sources.ts'
import { registration } from '../bus/bus-fixture.ts'
import { panelFixture } from './panel-fixture.ts'

/** An event with each row as its uuid and label only. */
function brief(event: ClientsEvent | null) {
  const name = ({ record }: { record: { uuid: string; label?: string | undefined } }) =>
    [record.uuid, record.label].filter(Boolean).join(' ')
  if (event === null) return null
  return event.type === 'snapshot'
    ? { ...event, clients: event.clients.map(name) }
    : { ...event, upsert: event.upsert.map(name) }
}

function clientsFixture() {
  const fixture = panelFixture()
  const source = clientsSource(fixture.roster)
  let news = 0
  const stop = source.onNews(() => (news += 1))
  return { ...fixture, source, stop, take: () => brief(source.take()), news: () => news }
}

describe('the source of clients', () => {
  it('gives one snapshot, then patches of what changed since the last', () => {
    const { bus, take } = clientsFixture()
    bus.register(registration('a'), null)
    bus.register(registration('b'), null)
    expect(take()).toStrictEqual({ type: 'snapshot', revision: 1, clients: ['a', 'b'] })
    expect(take()).toBeNull()
    bus.register(registration('b', { metadata: { label: 'new' } }), null)
    bus.register(registration('c'), null)
    bus.unregister('a')
    expect(take()).toStrictEqual({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: ['b new', 'c'],
      remove: ['local\u001fa'],
    })
    bus.touch('c')
    expect(take()).toStrictEqual({ type: 'patch', from: 2, revision: 3, upsert: ['c'], remove: [] })
    expect(take()).toBeNull()
  })

  it('gathers a thousand changes of one client into one row, the newest', () => {
    const { bus, take } = clientsFixture()
    bus.register(registration('a'), null)
    take()
    for (let n = 1; n <= 1000; n += 1)
      bus.register(registration('a', { metadata: { label: String(n) } }), null)
    expect(take()).toStrictEqual({ type: 'patch', from: 1, revision: 2, upsert: ['a 1000'], remove: [] })
  })

  it('shows a client that left and came back within one patch as it is now', () => {
    const { bus, take } = clientsFixture()
    bus.register(registration('a', { is_persistent: true }), null)
    take()
    bus.unregister('a')
    bus.register(registration('a', { metadata: { label: 'again' } }), null)
    expect(take()).toStrictEqual({ type: 'patch', from: 1, revision: 2, upsert: ['a again'], remove: [] })
  })

  it('has no news of senders that are no clients', () => {
    const { bus, take, news } = clientsFixture()
    take()
    bus.send({ payload: {}, session: null })
    expect(news()).toBe(0)
    expect(take()).toBeNull()
  })

  it('is told of nothing once it is stopped', () => {
    const { bus, stop, news } = clientsFixture()
    stop()
    bus.register(registration('a'), null)
    expect(news()).toBe(0)
  })

  it('starts each watch with a snapshot of its own, so that a panel which missed something starts anew', () => {
    const { bus, roster, take } = clientsFixture()
    bus.register(registration('a'), null)
    take()
    bus.touch('a')
    take()
    expect(brief(clientsSource(roster).take())).toStrictEqual({
      type: 'snapshot',
      revision: 1,
      clients: ['a'],
    })
  })
})

describe('the source of details', () => {
  it('has news of its own client only, and ends in null', () => {
    const { bus, roster } = panelFixture()
    bus.register(registration('a'), null)
    bus.register(registration('b'), null)
    const a = { userId: 'local', uuid: 'a' }
    let told = 0
    const source = detailSource(roster, a, () => null)
    const stop = source.onNews(() => (told += 1))
    expect(source.take()).toStrictEqual({ detail: null })
    bus.touch('b')
    expect([told, source.take()]).toStrictEqual([0, null])
    bus.touch('a')
    expect([told, source.take()]).toStrictEqual([1, { detail: null }])
    bus.unregister('a')
    expect(told).toBe(2)
    stop()
  })
})

describe('the source of blocks', () => {
  it('gives the list at every change, and once more when a block runs out', () => {
    vi.useFakeTimers()
    const { blocks, time, pictures, roster } = panelFixture()
    pictures.close()
    roster.close()
    const source = blocksSource(blocks)
    let told = 0
    const stop = source.onNews(() => (told += 1))
    expect(source.take()).toStrictEqual([])
    const order = { userId: 'local', subject: 'a', reason: 'r', blockedUntil: 1_700_000_010 }
    const block = blocks.add({ kind: 'client', ...order })
    expect(told).toBe(1)
    expect(source.take()).toStrictEqual([
      {
        id: 'client\u001flocal\u001fa',
        kind: 'client',
        userId: 'local',
        subject: 'a',
        tokenId: null,
        reason: 'r',
        blockedUntil: 1_700_000_010,
        createdAt: 1_700_000_000.5,
        refused: { count: 0, lastAt: null },
      },
    ])
    expect(source.take()).toBeNull()
    blocks.noteRefused(block)
    blocks.noteRefused(block)
    // A program in a loop is told of once a second.
    expect(told).toBe(1)
    vi.advanceTimersByTime(1000)
    expect(told).toBe(2)
    expect(source.take()).toStrictEqual([{ ...block, refused: { count: 2, lastAt: 1_700_000_000.5 } }])
    time.nowMs = 1_700_000_010_000
    vi.advanceTimersByTime(1000)
    expect(told).toBe(3)
    expect(source.take()).toStrictEqual([])
    stop()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})

describe('the source of the status', () => {
  it('gives it at once and then every second', () => {
    vi.useFakeTimers()
    let n = 0
    const source = secondsSource(() => ({ sessions: (n += 1) }))
    const stop = source.onNews(() => undefined)
    expect([source.take(), source.take()]).toStrictEqual([{ sessions: 1 }, null])
    vi.advanceTimersByTime(999)
    expect(source.take()).toBeNull()
    vi.advanceTimersByTime(1)
    expect([source.take(), source.take()]).toStrictEqual([{ sessions: 2 }, null])
    stop()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})
