import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import { messageBytes, type BusMessage } from './message.ts'

/**
 * What waits on one bus, charged to its user: each message once, however many mailboxes it stands in, for as long as
 * one of them has it.
 */
export class HeldMessages {
  readonly #account: MemoryAccount
  readonly #held = new Map<BusMessage, { hold: MemoryHold; places: number }>()

  constructor(account: MemoryAccount) {
    this.#account = account
  }

  /** Charges a new message for so many places; false, with nothing charged, where there is no room for it. */
  take(message: BusMessage, places: number): boolean {
    if (places === 0) return true
    const hold = this.#account.take('mailboxes', messageBytes(message, places))
    if (hold !== null) this.#held.set(message, { hold, places })
    return hold !== null
  }

  /** The same where there is no room, too: for what the bus itself says, and for what comes back. */
  takeAnyway(message: BusMessage, places: number): void {
    if (places === 0) return
    const hold = this.#account.takeAnyway('mailboxes', messageBytes(message, places))
    this.#held.set(message, { hold, places })
  }

  /** One place more. */
  retain(message: BusMessage): void {
    const known = this.#held.get(message)
    if (known === undefined) this.takeAnyway(message, 1)
    else known.places += 1
  }

  /** One place less; with the last one the message is gone. */
  release(message: BusMessage): void {
    const known = this.#held.get(message)
    if (known === undefined) return
    known.places -= 1
    if (known.places > 0) {
      known.hold.resize(messageBytes(message, known.places))
      return
    }
    known.hold.release()
    this.#held.delete(message)
  }
}
