import type { McpHttpLimits } from './limits.ts'

/**
 * Notifications that wait for a session's next stream, bounded by count and size. The oldest give way, since
 * those that the SDK's server sends on its own ("the list has changed") say less the older they are; what must
 * not be lost has the bus's mailboxes.
 */
export class NotificationBacklog {
  /** Notifications that were given up, ever. */
  dropped = 0
  readonly #limits: Pick<McpHttpLimits, 'maxPendingNotifications' | 'maxPendingNotificationBytes'>
  readonly #waiting: string[] = []
  #bytes = 0

  constructor(limits: Pick<McpHttpLimits, 'maxPendingNotifications' | 'maxPendingNotificationBytes'>) {
    this.#limits = limits
  }

  add(json: string): void {
    this.#waiting.push(json)
    this.#bytes += json.length
    while (
      this.#waiting.length > this.#limits.maxPendingNotifications ||
      this.#bytes > this.#limits.maxPendingNotificationBytes
    ) {
      this.take()
      this.dropped += 1
    }
  }

  /** The oldest, removed; null when there is none. */
  take(): string | null {
    const json = this.#waiting.shift()
    if (json === undefined) return null
    this.#bytes -= json.length
    return json
  }
}
