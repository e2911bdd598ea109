import { queuedBytes, type BusMessage, type QueuedMessage } from './message.ts'

export interface MailboxLimits {
  /** Most messages one mailbox holds. */
  maxCount: number
  /** Most bytes one mailbox holds, as `queuedBytes` counts them. */
  maxBytes: number
}

/** First in, first out, without moving the rest at every removal. */
class Fifo {
  /** What stands before `#head` has been taken out. */
  #items: (QueuedMessage | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: QueuedMessage): void {
    this.#items.push(item)
  }

  /** Puts an item before all others. */
  unshift(item: QueuedMessage): void {
    if (this.#head === 0) this.#items.unshift(item)
    else this.#items[(this.#head -= 1)] = item
  }

  peek(): QueuedMessage | undefined {
    return this.#items[this.#head]
  }

  /** Removes the newest item, if it is this message. */
  takeBack(message: BusMessage): QueuedMessage | undefined {
    return this.length > 0 && this.#items.at(-1)?.message === message ? this.#items.pop() : undefined
  }

  /** Removes the first item that is meant, wherever it stands. */
  pull(isMeant: (item: QueuedMessage) => boolean): QueuedMessage | undefined {
    const index = this.#items.findIndex((item) => item !== undefined && isMeant(item))
    return index === -1 ? undefined : this.#items.splice(index, 1)[0]
  }

  find(isMeant: (item: QueuedMessage) => boolean): QueuedMessage | undefined {
    return this.#items.find((item) => item !== undefined && isMeant(item))
  }

  shift(): QueuedMessage | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    // A message of some megabytes must not live on in its old place.
    this.#items[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head > 1024) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}

/**
 * What waits for one client: most urgent first, then oldest first, bounded by count and bytes. Over a bound,
 * the least urgent, oldest message goes, which may be the one that was just put in.
 */
export class Mailbox {
  readonly #limits: MailboxLimits
  readonly #queues: (Fifo | undefined)[] = new Array<Fifo | undefined>(8)
  #count = 0
  #bytes = 0

  constructor(limits: MailboxLimits) {
    this.#limits = limits
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Adds a message and returns what had to go for it, already removed; its outcome is left to the caller. */
  put(entry: QueuedMessage): QueuedMessage[] {
    this.#queueOf(entry).push(entry)
    return this.#added(entry)
  }

  /** The same for a message that had already been taken out: it goes before all others of its priority. */
  putBack(entry: QueuedMessage): QueuedMessage[] {
    this.#queueOf(entry).unshift(entry)
    return this.#added(entry)
  }

  /** The next message to go out, left in place. */
  peek(): QueuedMessage | undefined {
    return this.#next()?.peek()
  }

  /** Removes and returns the next message to go out. */
  shift(): QueuedMessage | undefined {
    return this.#removeFrom(this.#next())
  }

  /** Removes a message that was just put in; undefined if it is not the newest of its priority. */
  takeBack(message: BusMessage): QueuedMessage | undefined {
    return this.#account(this.#queues[message.priority]?.takeBack(message))
  }

  /** Removes the first message that is meant, wherever it stands; undefined if there is none. */
  pull(isMeant: (message: BusMessage) => boolean): QueuedMessage | undefined {
    for (const queue of this.#queues) {
      const found = queue?.pull((item) => isMeant(item.message))
      if (found !== undefined) return this.#account(found)
    }
    return undefined
  }

  /** The first message to go out that is meant, left in place. */
  find(isMeant: (message: BusMessage) => boolean): QueuedMessage | undefined {
    for (const queue of this.#queues) {
      const found = queue?.find((item) => isMeant(item.message))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Whether a message is there that is meant. */
  has(isMeant: (message: BusMessage) => boolean): boolean {
    return this.find(isMeant) !== undefined
  }

  #queueOf(entry: QueuedMessage): Fifo {
    return (this.#queues[entry.message.priority] ??= new Fifo())
  }

  #added(entry: QueuedMessage): QueuedMessage[] {
    this.#count += 1
    this.#bytes += queuedBytes(entry.message)
    const overflow: QueuedMessage[] = []
    while (this.#count > this.#limits.maxCount || this.#bytes > this.#limits.maxBytes) {
      const victim = this.#removeFrom(this.#queues.findLast((candidate) => (candidate?.length ?? 0) > 0))
      if (victim === undefined) break
      overflow.push(victim)
    }
    return overflow
  }

  #next(): Fifo | undefined {
    return this.#queues.find((queue) => (queue?.length ?? 0) > 0)
  }

  #removeFrom(queue: Fifo | undefined): QueuedMessage | undefined {
    return this.#account(queue?.shift())
  }

  #account(removed: QueuedMessage | undefined): QueuedMessage | undefined {
    if (removed === undefined) return undefined
    this.#count -= 1
    this.#bytes -= queuedBytes(removed.message)
    return removed
  }
}
