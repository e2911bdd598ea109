import type { MemoryHold } from '../../base/ledger.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import type { McpHttpLimits } from './limits.ts'

/**
 * Notifications that wait for a session's next stream, bounded by count, size and its user's memory. The oldest give way, since
 * those that the SDK's server sends on its own ("the list has changed") say less the older they are; what must
 * not be lost has the bus's mailboxes.
 */
export class NotificationBacklog {
  /** Notifications that were given up, ever. */
  dropped = 0
  readonly #limits: Pick<McpHttpLimits, 'maxPendingNotifications' | 'maxPendingNotificationBytes'>
  readonly #waiting: string[] = []
  readonly #hold: MemoryHold
  #bytes = 0

  constructor(
    limits: Pick<McpHttpLimits, 'maxPendingNotifications' | 'maxPendingNotificationBytes'>,
    memory: PassingMemory,
  ) {
    this.#limits = limits
    this.#hold = memory.open('output')
  }

  add(json: string): void {
    this.#waiting.push(json)
    this.#bytes += json.length
    while (
      this.#waiting.length > this.#limits.maxPendingNotifications ||
      this.#bytes > this.#limits.maxPendingNotificationBytes ||
      !this.#hold.resize(this.#bytes)
    ) {
      this.take()
      this.dropped += 1
    }
  }

  /** Gives up all of it. */
  clear(): void {
    this.#waiting.length = 0
    this.#bytes = 0
    this.#hold.release()
  }

  /** The oldest, removed; null when there is none. */
  take(): string | null {
    const json = this.#waiting.shift()
    if (json === undefined) return null
    this.#bytes -= json.length
    this.#hold.resize(this.#bytes)
    return json
  }
}
