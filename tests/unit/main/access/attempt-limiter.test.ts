import { describe, expect, it } from 'vitest'
import { createAttemptLimiter } from '../../../../src/main/access/attempt-limiter.ts'

function limiter() {
  const time = { nowMs: 1_000_000 }
  const made = createAttemptLimiter(() => time.nowMs)
  const fail = (address: string, times: number) => {
    for (let n = 0; n < times; n += 1) made.failed(address)
  }
  return { time, fail, wait: (address: string) => made.waitSeconds(address) }
}

describe('wrong secrets', () => {
  it('are allowed ten times a minute, then cost a wait to the end of that minute and no longer', () => {
    const { time, fail, wait } = limiter()
    fail('10.0.0.1', 9)
    expect(wait('10.0.0.1')).toBeNull()
    time.nowMs += 15_500
    fail('10.0.0.1', 1)
    expect(wait('10.0.0.1')).toBe(45)
    time.nowMs -= 14_501
    expect(wait('10.0.0.1')).toBe(60)
    time.nowMs += 14_501
    // Going on to fail makes nothing longer.
    fail('10.0.0.1', 1000)
    expect(wait('10.0.0.1')).toBe(45)
    time.nowMs += 44_499
    expect(wait('10.0.0.1')).toBe(1)
    time.nowMs += 1
    expect(wait('10.0.0.1')).toBeNull()
  })

  it.each([
    ['another IPv4 address', '10.0.0.1', '10.0.0.2', false],
    ['the same IPv4 address through a dual-stack socket', '10.0.0.1', '::ffff:10.0.0.1', true],
    ['a neighbour in the same /64', '2001:db8:1:2:3:4:5:6', '2001:DB8:1:2::9', true],
    ['a neighbour in another /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['a neighbour in the same /64 whose zeros are left out elsewhere', '0:0:1:1::1', '::1:1:2:3:4:5', true],
    ['a neighbour in another /64 that begins with zeros', '::1:1:2:3:4:5', '::2:1:2:3:4:5', false],
    ['a neighbour in the same /64 with zeros in it', '1::4:5:6:7:8', '1:0:0:4::1', true],
    ['a neighbour in another /64 that differs at its beginning', '2001:db8:1:2::1', '2002:db8:1:2::1', false],
    ['one that is not known', 'unknown', '::1', false],
    ['one with zeros at its end', '2001:db8:1:2::', '2001:db8:1:2::1', true],
    ['the same link-local address with a zone', 'fe80::1%eth0', 'fe80::2%eth1', true],
  ])('count for %s as they should', (_, failed, asked, same) => {
    const { fail, wait } = limiter()
    fail(failed, 10)
    expect(wait(asked) !== null).toBe(same)
  })

  it('lock nobody out when the clock is set back', () => {
    const { time, fail, wait } = limiter()
    fail('a', 10)
    time.nowMs -= 3_600_000
    expect(wait('a')).toBeNull()
  })

  it('from more addresses than are remembered push out the oldest, and keep the newest', () => {
    const { fail, wait } = limiter()
    fail('first', 10)
    for (let n = 0; n < 9_999; n += 1) fail(numbered(n), 10)
    expect(wait('first')).toBe(60)
    fail(numbered(9_999), 10)
    expect([wait('first'), wait(numbered(0)), wait(numbered(9_999))]).toStrictEqual([null, 60, 60])
  })

  it('make an address one of the newest again where its earlier ones count no longer', () => {
    const { time, fail, wait } = limiter()
    fail('first', 10)
    time.nowMs += 60_000
    fail('second', 10)
    fail('first', 10)
    for (let n = 0; n < 9_999; n += 1) fail(numbered(n), 1)
    expect([wait('first'), wait('second')]).toStrictEqual([60, null])
  })
})

const numbered = (n: number): string => `10.0.${String(n >> 8)}.${String(n & 255)}`
