import type { MemoryHold } from '../../base/ledger.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import type { McpHttpLimits } from './limits.ts'

/** An event of the GET stream that its client has not confirmed yet. */
export interface SentEvent {
  readonly sequence: number
  /** One line of JSON. For messages to many it shares its text with the others: V8 keeps joined strings as parts. */
  readonly json: string
  /** Whatever the writer wants to know it by, null where there is nothing to take back. */
  readonly origin: object | null
}

/** What was written to one session's stream, to be written again where it did not arrive. */
export interface UnconfirmedEvents {
  /** Everything that came after the event the client named, oldest first. */
  readonly events: readonly SentEvent[]
  /** Events after that one that had to make room before it came back. */
  readonly givenUp: number
}

/** The unconfirmed events of all sessions of one user together, in UTF-16 code units. */
export interface SentBudget {
  held: number
}

export interface SentEventsPorts {
  readonly limits: Pick<
    McpHttpLimits,
    'maxUnconfirmedEvents' | 'maxUnconfirmedChars' | 'maxUnconfirmedCharsPerUser'
  >
  readonly sentBudget: SentBudget
  /** Pays for what is kept. What the system has not taken is kept even where it can't: the stream pays for that. */
  readonly memory: PassingMemory
}

const idPattern = /^g-(\d{1,15})$/

/** The SSE id of an event of the GET stream; it goes on counting over all GET streams of its session. */
export function sentEventId(sequence: number): string {
  return `g-${sequence}`
}

/** The number in such an id, null for any other id. */
export function sentEventSequence(eventId: string): number | null {
  const digits = idPattern.exec(eventId)?.[1]
  return digits === undefined ? null : Number(digits)
}

/**
 * The events of a session's GET streams that nobody has confirmed: an answer to a later ping confirms them, and so
 * does a `Last-Event-ID`. Bounded by count and size, for the session and for all sessions of its user, and by
 * that user's memory; the oldest go first, as they are the likeliest to have arrived.
 */
export class SentEvents {
  /** The number of the newest event ever written; 0 before the first. */
  last = 0
  readonly #limits: SentEventsPorts['limits']
  readonly #budget: SentBudget
  readonly #hold: MemoryHold
  #events: SentEvent[] = []
  #chars = 0
  /** The newest event that had to make room. */
  #givenUp = 0

  constructor({ limits, sentBudget, memory }: SentEventsPorts) {
    this.#limits = limits
    this.#budget = sentBudget
    this.#hold = memory.open('output')
  }

  /**
   * Keeps an event that is about to be written and gives it its number.
   *
   * @param taken the newest event that the system has taken from the process: later ones never make room, as they
   *   surely have not arrived; the bound of the stream's buffer holds for them
   */
  add(json: string, origin: object | null, taken: number): number {
    this.last += 1
    this.#events.push({ sequence: this.last, json, origin })
    this.#account(json.length)
    while (this.#isOver() || this.#hold.bytes < this.#chars) {
      const [oldest] = this.#events
      if (oldest === undefined || oldest.sequence > taken) break
      this.#events.shift()
      this.#givenUp = oldest.sequence
      this.#account(-oldest.json.length)
    }
    return this.last
  }

  /**
   * The client has everything up to this number.
   *
   * @returns what the writer knows those by that were still kept, oldest first
   */
  confirm(sequence: number): readonly object[] {
    const origins: object[] = []
    let kept = 0
    for (const event of this.#events) {
      if (event.sequence > sequence) break
      this.#account(-event.json.length)
      if (event.origin !== null) origins.push(event.origin)
      kept += 1
    }
    if (kept === this.#events.length) this.#events = []
    else if (kept > 0) this.#events.splice(0, kept)
    return origins
  }

  /** What a client that has everything up to this number is missing. */
  after(sequence: number): UnconfirmedEvents {
    const events = this.#events.filter((event) => event.sequence > sequence)
    return { events, givenUp: Math.max(0, this.#givenUp - sequence) }
  }

  /** Takes out, oldest first, what comes after this number: it will not be written under its number again. */
  takeAfter(sequence: number): SentEvent[] {
    const taken = this.#events.filter((event) => event.sequence > sequence)
    for (const { json } of taken) this.#account(-json.length)
    this.#events = this.#events.filter((event) => event.sequence <= sequence)
    return taken
  }

  #isOver(): boolean {
    return (
      this.#events.length > this.#limits.maxUnconfirmedEvents ||
      this.#chars > this.#limits.maxUnconfirmedChars ||
      this.#budget.held > this.#limits.maxUnconfirmedCharsPerUser
    )
  }

  #account(chars: number): void {
    this.#chars += chars
    this.#budget.held += chars
    this.#hold.resize(this.#chars)
  }
}
