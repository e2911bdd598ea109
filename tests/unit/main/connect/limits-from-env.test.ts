import { describe, expect, it } from 'vitest'
import { limitsFromEnv } from '../../../../src/main/connect/limits-from-env.ts'

describe('the limits that the environment sets', () => {
  it('are none where nothing is set', () => {
    expect(limitsFromEnv({ PATH: '/bin', BUSBAR_MAX_SESSIONS: '' })).toStrictEqual({ mcp: {}, bus: {} })
  })

  it('are read in seconds, bytes and numbers', () => {
    expect(
      limitsFromEnv({
        BUSBAR_EPHEMERAL_GRACE_SECONDS: '0',
        BUSBAR_PERSISTENT_EXPIRY_SECONDS: '3600',
        BUSBAR_SESSION_IDLE_SECONDS: '2.5',
        BUSBAR_STALLED_STREAM_SECONDS: '10',
        BUSBAR_SILENT_STREAM_SECONDS: '20',
        BUSBAR_KEEPALIVE_SECONDS: '0.5',
        BUSBAR_PING_SECONDS: '1',
        BUSBAR_STREAM_BUFFER_BYTES: '65536',
        BUSBAR_MAX_SESSIONS: '5',
        BUSBAR_MAX_SESSIONS_PER_TOKEN: '4',
        BUSBAR_MAX_STREAMS: '3',
        BUSBAR_MAX_REQUESTS_PER_SECOND: '100',
        BUSBAR_MAX_CLIENTS: '7',
      }),
    ).toStrictEqual({
      bus: { ephemeralGraceMs: 0, persistentExpiryMs: 3_600_000, maxClients: 7 },
      mcp: {
        idleSessionMs: 2500,
        stalledStreamMs: 10_000,
        silentStreamMs: 20_000,
        keepaliveIntervalMs: 500,
        pingIntervalMs: 1000,
        maxStreamBufferedBytes: 65_536,
        maxSessions: 5,
        maxSessionsPerToken: 4,
        maxStreams: 3,
        maxRequestsPerSecond: 100,
      },
    })
  })

  it.each([
    ['BUSBAR_MAX_SESSIONS', '1.5', 'a whole number from 1 to 2000000'],
    ['BUSBAR_MAX_SESSIONS', '0', 'a whole number from 1 to 2000000'],
    ['BUSBAR_SESSION_IDLE_SECONDS', 'soon', 'a number of seconds from 1 to 2000000'],
    ['BUSBAR_SESSION_IDLE_SECONDS', '1e9', 'a number of seconds from 1 to 2000000'],
  ])('refuse %s=%s', (name, value, kind) => {
    expect(() => limitsFromEnv({ [name]: value })).toThrow(`${name} must be ${kind}, not "${value}"`)
  })
})
