import type { Log } from '../../base/log.ts'

export interface RefusalLogPorts {
  clock(): number
  readonly log: Log
  /** Refusals logged one by one for each remote address and minute. */
  readonly maxPerMinute: number
  /** Remote addresses counted apart; all others share one count. */
  readonly maxAddresses?: number
}

/** What the log says of a refused request: no header, no query string, no body, no token. */
interface RefusedRequest {
  readonly remote: string
  readonly method: string
  readonly status: number
  readonly reason: string
}

export interface RefusalLog {
  refused(request: RefusedRequest): void
  /** Writes the summary of every minute that has passed. Call it now and then. */
  sweep(): void
  /** Writes all summaries and forgets them. */
  close(): void
}

interface Count {
  sinceMs: number
  logged: number
  left: number
  lastReason: string
}

const minuteMs = 60_000

/**
 * Logs refused requests without letting their sender fill the disk or the memory: the first few of a minute
 * from an address each get a line, the rest of that minute one line with their number.
 */
export function createRefusalLog(ports: RefusalLogPorts): RefusalLog {
  const { log, maxPerMinute, maxAddresses = 256 } = ports
  const counts = new Map<string, Count>()

  function summarise(remote: string, count: Count): void {
    if (count.left === 0) return
    log.warn(
      { remote, refused: count.left, lastReason: count.lastReason },
      'further requests refused in the last minute',
    )
  }

  return {
    refused(request) {
      const nowMs = ports.clock()
      const remote = counts.has(request.remote) || counts.size < maxAddresses ? request.remote : 'others'
      let count = counts.get(remote)
      if (count === undefined || nowMs - count.sinceMs >= minuteMs) {
        if (count !== undefined) summarise(remote, count)
        count = { sinceMs: nowMs, logged: 0, left: 0, lastReason: '' }
        counts.set(remote, count)
      }
      if (count.logged < maxPerMinute) {
        count.logged += 1
        log.warn({ ...request }, 'request refused')
      } else {
        count.left += 1
        count.lastReason = request.reason
      }
    },
    sweep() {
      const nowMs = ports.clock()
      for (const [remote, count] of counts) {
        if (nowMs - count.sinceMs < minuteMs) continue
        summarise(remote, count)
        counts.delete(remote)
      }
    },
    close() {
      for (const [remote, count] of counts) summarise(remote, count)
      counts.clear()
    },
  }
}
