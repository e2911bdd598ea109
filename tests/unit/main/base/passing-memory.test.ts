import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryLedger, type MemoryHold } from '../../../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../../../src/main/base/passing-memory.ts'

describe('what passes through', () => {
  it('is charged to the ledger where that has room', () => {
    const ledger = new MemoryLedger(1000)
    const hold = createPassingMemory(ledger, 50)('ana').take('requests', 400)
    expect([hold?.bytes, ledger.snapshot().byKind.requests]).toStrictEqual([400, 400])
    hold?.release()
    hold?.release()
    expect([hold?.bytes, ledger.usedBytes]).toStrictEqual([0, 0])
  })

  it('may go beyond a full share by the margin, which each user has once', () => {
    const ledger = new MemoryLedger(1000)
    const of = createPassingMemory(ledger, 50)
    ledger.of('ana').take('mailboxes', 490)
    const request = of('ana').take('requests', 40)
    expect(request?.bytes).toBe(40)
    expect(of('ana').take('output', 11)).toBeNull()
    expect(of('ana').take('output', 10)?.bytes).toBe(10)
    expect(of('ben').take('output', 550)).toBeNull()
    expect(ledger.usedBytes).toBe(500)
    request?.release()
    expect(of('ana').take('output', 41)?.bytes).toBe(41)
  })

  it('moves out of the margin as soon as it fits', () => {
    const ledger = new MemoryLedger(1000)
    const of = createPassingMemory(ledger, 50)
    const mail = ledger.of('ana').take('mailboxes', 500)
    const answer = of('ana').take('output', 50)
    expect(of('ana').take('output', 1)).toBeNull()
    mail?.release()
    expect(answer?.resize(50)).toBe(true)
    expect(ledger.usedBytes).toBe(50)
    expect(of('ana').take('output', 450)?.bytes).toBe(450)
    expect(of('ana').take('output', 50)?.bytes).toBe(50)
    expect(of('ana').take('output', 1)).toBeNull()
  })

  it('stays as it is where there is no room for more, and always becomes less', () => {
    const ledger = new MemoryLedger(1000)
    const of = createPassingMemory(ledger, 50)
    const hold = of('ana').take('output', 530)
    expect(hold).toBeNull()
    ledger.of('ana').take('jobs', 500)
    const within = of('ana').take('output', 30)
    expect([within?.resize(51), within?.bytes]).toStrictEqual([false, 30])
    expect([within?.resize(20), within?.bytes]).toStrictEqual([true, 20])
  })

  it('says whose limit stands in the way', () => {
    const ledger = new MemoryLedger(4 * 1024 * 1024)
    expect(createPassingMemory(ledger, 0)('ana').whatIsFull(3 * 1024 * 1024)).toBe(
      'User "ana" keeps 0.0 MiB in this server, and one user may keep 2.0 MiB: there is no room for 3.0 MiB more.',
    )
  })

  it('never counts more or less than what is held, and gives everything back', () => {
    const step = fc.record({
      bytes: fc.nat(700),
      act: fc.constantFrom('take', 'resize', 'release'),
      which: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = new MemoryLedger(1000)
        const account = createPassingMemory(ledger, 100)('ana')
        const holds: MemoryHold[] = []
        for (const { bytes, act, which } of steps) {
          const held = holds[which % Math.max(holds.length, 1)]
          if (act === 'take') {
            const hold = account.take('output', bytes)
            if (hold !== null) holds.push(hold)
          } else if (act === 'resize') {
            const before = held?.bytes ?? 0
            if (held?.resize(bytes) === false) expect(held.bytes).toBe(before)
          } else held?.release()
          const sum = holds.reduce((total, one) => total + one.bytes, 0)
          expect(sum).toBeLessThanOrEqual(600)
          expect(ledger.usedBytes).toBeLessThanOrEqual(Math.min(500, sum))
          expect(sum - ledger.usedBytes).toBeLessThanOrEqual(100)
        }
        for (const hold of holds) hold.release()
        expect(ledger.usedBytes).toBe(0)
        ledger.of('ana').take('jobs', 500)
        expect(account.take('output', 100)?.bytes).toBe(100)
      }),
    )
  })
})
