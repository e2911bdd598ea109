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
    for (let n = 0; n < 10_000; n += 1)
      fail(`10.${String(n >> 16)}.${String((n >> 8) & 255)}.${String(n & 255)}`, 10)
    expect(wait('first')).toBeNull()
    expect(wait('10.0.39.15')).toBe(60)
  })
})
