import { describe, expect, test } from 'vitest'
import { createRefusalLog } from '../../../../../src/main/mcp/http/refusal-log.ts'
import { recordedLog } from '../../access/recorded-log.ts'

const refused = (
  remote: string,
  reason = 'bad_token',
): Parameters<ReturnType<typeof createRefusalLog>['refused']>[0] => ({
  remote,
  method: 'POST',
  status: 401,
  reason,
})

describe('the refusal log', () => {
  test('writes a few lines a minute for each address, then one with the number of the rest', () => {
    const time = { nowMs: 0 }
    const log = recordedLog()
    const refusals = createRefusalLog({ clock: () => time.nowMs, log, maxPerMinute: 2 })
    for (let n = 0; n < 5; n += 1) refusals.refused(refused('10.0.0.1', n === 4 ? 'method' : 'bad_token'))
    refusals.refused(refused('10.0.0.2'))
    time.nowMs = 59_999
    refusals.sweep()
    expect(log.lines.map(({ details }) => details)).toEqual([
      refused('10.0.0.1'),
      refused('10.0.0.1'),
      refused('10.0.0.2'),
    ])
    time.nowMs = 60_000
    refusals.sweep()
    refusals.sweep()
    expect(log.lines.slice(3)).toEqual([
      {
        level: 'warn',
        details: { remote: '10.0.0.1', refused: 3, lastReason: 'method' },
        message: 'further requests refused in the last minute',
      },
    ])
    refusals.refused(refused('10.0.0.1'))
    expect(log.lines).toHaveLength(5)
  })

  test('counts only so many addresses apart', () => {
    const log = recordedLog()
    const refusals = createRefusalLog({ clock: () => 0, log, maxPerMinute: 1, maxAddresses: 3 })
    for (let n = 0; n < 1000; n += 1) refusals.refused(refused(`10.0.${String(n >> 8)}.${String(n & 255)}`))
    expect(log.lines).toHaveLength(4)
    refusals.close()
    refusals.close()
    expect(log.lines.slice(4)).toEqual([
      {
        level: 'warn',
        details: { remote: 'others', refused: 996, lastReason: 'bad_token' },
        message: 'further requests refused in the last minute',
      },
    ])
  })
})
