import { every } from '../../base/guarded.ts'
import type { CallContext } from '../calls/call-context.ts'

/** How often a caller hears that its call is still being worked on. */
const heartbeatMs = 10_000
/** The most that one heartbeat adds; the sum of them never reaches 1. */
const heartbeatStep = 0.001

export interface ProgressReport {
  /** What the peer says: 0..1, and a text that may be empty. */
  tell(progress: number, message: string): void
  close(): void
}

const silent: ProgressReport = { tell: () => undefined, close: () => undefined }

/**
 * Passes progress on to a caller that gave a progress token, and adds a heartbeat every 10 s. MCP wants the value to
 * grow with every notification. The first one names the job, so that a caller whose connection breaks can ask for it.
 */
export function reportProgress({ extra }: CallContext, jobId: string): ProgressReport {
  const progressToken = extra._meta?.progressToken
  if (progressToken === undefined) return silent
  let last: number | null = null
  let lastMessage = ''

  const send = (progress: number, message: string): void => {
    const text = last === null && message === '' ? `Job ${jobId}` : message
    last = progress
    lastMessage = message
    extra
      .sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 1, ...(text !== '' && { message: text }) },
      })
      // The caller is no longer there; its call ends by its own signal.
      .catch(() => undefined)
  }
  const heartbeat = every('heartbeat of a call', heartbeatMs, () => {
    const from = last ?? 0
    const next = from + Math.min(heartbeatStep, (1 - from) / 2)
    if (next > from && next < 1) send(next, lastMessage)
  })

  return {
    tell(progress, message) {
      if (last === null || progress > last) send(progress, message)
    },
    close: () => clearInterval(heartbeat),
  }
}
