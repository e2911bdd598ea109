import { describe, expect, it } from 'vitest'
import { MemoryLedger } from '../../../../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../../../../src/main/base/passing-memory.ts'
import {
  type SentBudget,
  SentEvents,
  sentEventId,
  sentEventSequence,
} from '../../../../../src/main/mcp/http/sent-events.ts'

const limits = { maxUnconfirmedEvents: 3, maxUnconfirmedChars: 10, maxUnconfirmedCharsPerUser: 15 }
const sentEvents = (sentBudget: SentBudget, ledger = new MemoryLedger(Infinity)) =>
  new SentEvents({ limits, sentBudget, memory: createPassingMemory(ledger, 0)('alice') })
const kept = (sent: SentEvents, after = 0) =>
  sent.after(after).events.map(({ sequence, json }) => [sequence, json])

describe('the events that nobody has confirmed', () => {
  it('are numbered from 1 and kept in order until they are confirmed', () => {
    const budget = { held: 0 }
    const sent = sentEvents(budget)
    expect([
      sent.last,
      sent.add('a', null, Infinity),
      sent.add('bb', null, Infinity),
      sent.add('c', null, Infinity),
    ]).toEqual([0, 1, 2, 3])
    expect(kept(sent, 1)).toEqual([
      [2, 'bb'],
      [3, 'c'],
    ])
    sent.confirm(2)
    expect([kept(sent), budget.held]).toEqual([[[3, 'c']], 1])
    sent.confirm(99)
    expect([kept(sent), budget.held, sent.last]).toEqual([[], 0, 3])
  })

  it('say what they are known by when they are confirmed, once', () => {
    const sent = sentEvents({ held: 0 })
    const [first, third] = [{ name: 'first' }, { name: 'third' }]
    sent.add('a', first, Infinity)
    sent.add('b', null, Infinity)
    sent.add('c', third, Infinity)
    expect([sent.confirm(2), sent.confirm(2), sent.confirm(9), sent.confirm(9)]).toStrictEqual([
      [first],
      [],
      [third],
      [],
    ])
  })

  it('give way by count and by size, oldest first, and a client that comes too late is told how many', () => {
    const budget = { held: 0 }
    const sent = sentEvents(budget)
    for (const json of ['1', '2', '3', '4']) sent.add(json, null, Infinity)
    expect(sent.after(0)).toEqual({
      events: [
        { sequence: 2, json: '2', origin: null },
        { sequence: 3, json: '3', origin: null },
        { sequence: 4, json: '4', origin: null },
      ],
      givenUp: 1,
    })
    expect(sent.after(1).givenUp).toBe(0)
    sent.add('x'.repeat(9), null, Infinity)
    expect([kept(sent), budget.held]).toEqual([
      [
        [4, '4'],
        [5, 'x'.repeat(9)],
      ],
      10,
    ])
    sent.add('x'.repeat(11), null, Infinity)
    expect([kept(sent), budget.held, sent.after(4).givenUp]).toEqual([[], 0, 2])
  })

  it('never give way while the system has not taken them', () => {
    const budget = { held: 0 }
    const sent = sentEvents(budget)
    sent.add('a', null, 0)
    for (const json of ['bbbbbbbb', 'cccccccc', 'dddddddd']) sent.add(json, null, 1)
    expect([kept(sent).map(([sequence]) => sequence), budget.held]).toEqual([[2, 3, 4], 24])
  })

  it('share one budget over all sessions', () => {
    const budget = { held: 0 }
    const one = sentEvents(budget)
    const other = sentEvents(budget)
    one.add('x'.repeat(9), null, Infinity)
    other.add('yyyy', null, Infinity)
    other.add('zzz', null, Infinity)
    expect([kept(other), budget.held]).toEqual([[[2, 'zzz']], 12])
  })

  it('are taken out once, from a number on', () => {
    const budget = { held: 0 }
    const sent = sentEvents(budget)
    const origin = {}
    sent.add('a', null, Infinity)
    sent.add('b', origin, Infinity)
    expect(sent.takeAfter(1)).toEqual([{ sequence: 2, json: 'b', origin }])
    expect([sent.takeAfter(1), kept(sent), budget.held]).toEqual([[], [[1, 'a']], 1])
    expect(sent.add('c', null, Infinity)).toBe(3)
  })
})

describe('the id of such an event', () => {
  it('holds its number, and no other text is one', () => {
    expect(sentEventId(12)).toBe('g-12')
    expect(['g-12', 'g-0', '1-12', 'g-', 'g-1x', 'g-1234567890123456'].map(sentEventSequence)).toEqual([
      12,
      0,
      null,
      null,
      null,
      null,
    ])
  })

  it('give way where their user has no memory left, except what the system has not taken', () => {
    const ledger = new MemoryLedger(12)
    const sent = sentEvents({ held: 0 }, ledger)
    sent.add('aaa', null, 0)
    sent.add('bbb', null, 1)
    expect([kept(sent), ledger.snapshot().byKind.output]).toEqual([
      [
        [1, 'aaa'],
        [2, 'bbb'],
      ],
      6,
    ])
    sent.add('c', null, 1)
    expect([kept(sent), ledger.usedBytes]).toEqual([
      [
        [2, 'bbb'],
        [3, 'c'],
      ],
      4,
    ])
    // Nothing but the second may go, and that alone makes no room.
    sent.add('dddddd', null, 2)
    expect(kept(sent)).toEqual([
      [3, 'c'],
      [4, 'dddddd'],
    ])
    sent.takeAfter(0)
    expect([kept(sent), ledger.usedBytes]).toEqual([[], 0])
  })
})
