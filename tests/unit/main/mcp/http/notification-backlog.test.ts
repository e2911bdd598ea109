import { describe, expect, test } from 'vitest'
import { MemoryLedger } from '../../../../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../../../../src/main/base/passing-memory.ts'
import { NotificationBacklog } from '../../../../../src/main/mcp/http/notification-backlog.ts'

const memory = createPassingMemory(new MemoryLedger(Infinity))('alice')

function drain(backlog: NotificationBacklog): (string | null)[] {
  const all: (string | null)[] = []
  for (let json = backlog.take(); json !== null; json = backlog.take()) all.push(json)
  return all
}

describe('the notification backlog', () => {
  test('keeps the newest, by count', () => {
    const backlog = new NotificationBacklog(
      { maxPendingNotifications: 2, maxPendingNotificationBytes: 1000 },
      memory,
    )
    for (const json of ['1', '2', '3']) backlog.add(json)
    expect([drain(backlog), backlog.dropped]).toEqual([['2', '3'], 1])
  })

  test('keeps the newest, by size', () => {
    const backlog = new NotificationBacklog(
      { maxPendingNotifications: 100, maxPendingNotificationBytes: 10 },
      memory,
    )
    for (const json of ['aaaa', 'bbbb', 'cccc']) backlog.add(json)
    expect([drain(backlog), backlog.dropped]).toEqual([['bbbb', 'cccc'], 1])
    backlog.add('x'.repeat(11))
    expect([drain(backlog), backlog.dropped]).toEqual([[], 2])
    backlog.add('fits again')
    expect(drain(backlog)).toEqual(['fits again'])
  })

  test('keeps the newest that there is memory for, and gives the memory back', () => {
    const ledger = new MemoryLedger(20)
    const backlog = new NotificationBacklog(
      { maxPendingNotifications: 100, maxPendingNotificationBytes: 1000 },
      createPassingMemory(ledger, 2)('alice'),
    )
    for (const json of ['aaaa', 'bbbb', 'cccc', 'dddd']) backlog.add(json)
    expect([drain(backlog), backlog.dropped, ledger.usedBytes]).toEqual([['cccc', 'dddd'], 2, 0])
    backlog.add('eeee')
    backlog.clear()
    expect([drain(backlog), ledger.usedBytes]).toEqual([[], 0])
  })
})
