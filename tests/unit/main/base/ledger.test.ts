import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { MemoryLedger, type MemoryHold } from '../../../../src/main/base/ledger.ts'
import { memoryKinds } from '../../../../src/shared/memory.ts'

const nothing = { mailboxes: 0, jobs: 0, clients: 0, subscriptions: 0, requests: 0, output: 0 }

describe('the memory ledger', () => {
  it('gives one user at most half of the total', () => {
    const ledger = new MemoryLedger(1000)
    const ana = ledger.of('ana')
    expect(ana.take('mailboxes', 300)?.bytes).toBe(300)
    expect(ana.take('jobs', 201)).toBeNull()
    expect(ana.take('jobs', 200)?.bytes).toBe(200)
    expect(ledger.of('ana').take('output', 1)).toBeNull()
    expect(ledger.of('ben').take('output', 500)?.bytes).toBe(500)
    expect(ledger.snapshot()).toStrictEqual({
      totalBytes: 1000,
      shareBytes: 500,
      usedBytes: 1000,
      byKind: { ...nothing, mailboxes: 300, jobs: 200, output: 500 },
      users: new Map([
        ['ana', { usedBytes: 500, byKind: { ...nothing, mailboxes: 300, jobs: 200 } }],
        ['ben', { usedBytes: 500, byKind: { ...nothing, output: 500 } }],
      ]),
    })
  })

  it('refuses what the total has no room for, whoever asks', () => {
    const ledger = new MemoryLedger(1000)
    ledger.of('ana').take('jobs', 500)
    ledger.of('ben').take('jobs', 400)
    expect(ledger.of('eve').take('jobs', 101)).toBeNull()
    expect(ledger.of('eve').take('jobs', 100)?.bytes).toBe(100)
  })

  it('says whose limit is reached', () => {
    const mebibyte = 1024 * 1024
    const ledger = new MemoryLedger(10 * mebibyte)
    ledger.of('ana').take('jobs', 4.75 * mebibyte)
    expect(ledger.of('ana').whatIsFull(mebibyte)).toBe(
      'User "ana" keeps 4.8 MiB in this server, and one user may keep 5.0 MiB: there is no room for 1.0 MiB more.',
    )
    ledger.of('ben').take('jobs', 4.5 * mebibyte)
    expect(ledger.of('eve').whatIsFull(mebibyte)).toBe(
      'All users together keep 9.3 MiB in this server, which may keep 10.0 MiB: there is no room for 1.0 MiB more.',
    )
  })

  it('resizes a hold where there is room, and leaves it as it is where there is none', () => {
    const ledger = new MemoryLedger(1000)
    const hold = ledger.of('ana').take('output', 100)
    expect(hold?.resize(501)).toBe(false)
    expect([hold?.bytes, ledger.usedBytes]).toStrictEqual([100, 100])
    expect(hold?.resize(500)).toBe(true)
    expect([hold?.bytes, ledger.usedBytes]).toStrictEqual([500, 500])
  })

  describe('what a user can spare', () => {
    /** A ledger of 1,000 bytes in which Ana can spare `bytes`; what is asked of her is noted. */
    const sparing = (bytes: number) => {
      const ledger = new MemoryLedger(1000)
      const hold = ledger.of('ana').takeAnyway('mailboxes', bytes)
      const asked: number[] = []
      ledger.of('ana').spare({
        get bytes() {
          return hold.bytes
        },
        giveBack: (wanted) => {
          asked.push(wanted)
          hold.resize(Math.max(0, hold.bytes - wanted))
        },
      })
      return { ledger, hold, asked }
    }

    it('counts as room, and goes no further than it has to', () => {
      const { ledger, hold, asked } = sparing(300)
      const ana = ledger.of('ana')
      expect([ana.roomBytes, ana.freeBytes]).toStrictEqual([500, 200])
      expect(ana.take('jobs', 501)).toBeNull()
      const job = ana.take('jobs', 150)
      expect([hold.bytes, asked]).toStrictEqual([300, []])
      expect(job?.resize(250)).toBe(true)
      expect([hold.bytes, asked]).toStrictEqual([250, [50]])
      ana.takeAnyway('jobs', 400)
      expect([hold.bytes, asked, ledger.usedBytes]).toStrictEqual([0, [50, 400], 650])
    })

    it('makes room for another user where the total is short, and not where the share is', () => {
      const { ledger, hold, asked } = sparing(400)
      ledger.of('ben').take('output', 450)
      expect(ledger.of('ben').take('output', 51)).toBeNull()
      const eve = ledger.of('eve')
      expect([eve.roomBytes, eve.freeBytes]).toStrictEqual([500, 150])
      expect(eve.take('output', 200)?.bytes).toBe(200)
      expect([hold.bytes, asked]).toStrictEqual([350, [50]])
    })

    it('is not what stands against more', () => {
      const { ledger } = sparing(400)
      ledger.of('ben').take('output', 500)
      ledger.of('eve').take('output', 100)
      expect(ledger.of('ana').whatIsFull(450)).toMatch(/^All users together keep /)
      expect(ledger.of('ana').whatIsFull(501)).toMatch(/^User "ana" keeps /)
    })
  })

  it('forgets a user who holds nothing, and takes a second release for nothing', () => {
    const ledger = new MemoryLedger(1000)
    const hold = ledger.of('ana').take('requests', 100)
    hold?.release()
    hold?.release()
    expect(ledger.snapshot().users).toStrictEqual(new Map())
    expect(hold?.resize(40)).toBe(true)
    ledger.of('ana').take('requests', 2)
    expect(ledger.snapshot().users.get('ana')?.usedBytes).toBe(42)
  })

  it('never counts more or less than what is held, whatever is asked for', () => {
    const step = fc.record({
      user: fc.constantFrom('ana', 'ben', 'eve'),
      kind: fc.constantFrom(...memoryKinds),
      bytes: fc.nat(400),
      act: fc.constantFrom('take', 'resize', 'release'),
      which: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = new MemoryLedger(1000)
        const holds: { user: string; hold: MemoryHold }[] = []
        for (const { user, kind, bytes, act, which } of steps) {
          const held = holds[which % Math.max(holds.length, 1)]
          if (act === 'take') {
            const hold = ledger.of(user).take(kind, bytes)
            if (hold !== null) holds.push({ user, hold })
          } else if (act === 'resize') held?.hold.resize(bytes)
          else held?.hold.release()
          const sum = (of?: string) =>
            holds
              .filter(({ user: owner }) => of === undefined || owner === of)
              .reduce((total, one) => total + one.hold.bytes, 0)
          expect(ledger.usedBytes).toBe(sum())
          expect(ledger.usedBytes).toBeLessThanOrEqual(1000)
          for (const one of ['ana', 'ben', 'eve']) {
            expect(ledger.snapshot().users.get(one)?.usedBytes ?? 0).toBe(sum(one))
            expect(sum(one)).toBeLessThanOrEqual(500)
          }
        }
      }),
    )
  })
})
