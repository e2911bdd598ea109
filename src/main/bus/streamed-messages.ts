import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import type { MailboxLimits } from './mailbox.ts'
import { messageBytes, queuedBytes, type BusMessage } from './message.ts'

/** How long a client that polls may still ask for what went to its stream. */
const keptMs = 10 * 60 * 1000

/** A message that went to the stream of a client. A copy: what is kept for the original, such as its frame, is not. */
export interface StreamedMessage extends BusMessage {
  readonly via_stream: true
}

export const isStreamed = (message: BusMessage): message is StreamedMessage => 'via_stream' in message

/** What is kept of one message for one client. */
interface Entry {
  readonly uuid: string
  readonly message: StreamedMessage
  readonly sinceMs: number
}

/** What is kept for one client. */
interface Kept {
  /** By message id, in the order they were sent. */
  readonly entries: Map<string, Entry>
  bytes: number
}

interface StreamedMessagesPorts {
  /** For one client, as much as one mailbox. Past either bound the oldest goes. */
  readonly limits: MailboxLimits
  readonly memory: MemoryAccount
  /** Milliseconds that only ever grow. */
  readonly steadyMs: () => number
}

/**
 * What went to the streams of one bus's clients within the last 10 minutes and was not polled since. A stream ends in
 * an SDK: many a program shows its model nothing of it, and the model asks by `blender_receive_messages`. Jobs are not
 * kept, since no peer may run one twice; nor are looks.
 *
 * It is charged to the bus's user, as something that can be spared: the oldest go as soon as anything else needs the
 * room, for they have been sent.
 */
export class StreamedMessages {
  readonly #ports: StreamedMessagesPorts
  readonly #byClient = new Map<string, Kept>()
  /** Of all clients, the oldest first. */
  readonly #entries = new Set<Entry>()
  /** Each message is charged once, with its places. */
  readonly #held = new Map<StreamedMessage, { hold: MemoryHold; places: number }>()
  readonly #copies = new WeakMap<BusMessage, StreamedMessage>()
  #bytes = 0

  constructor(ports: StreamedMessagesPorts) {
    this.#ports = ports
    const bytes = (): number => this.#bytes
    ports.memory.spare({
      get bytes() {
        return bytes()
      },
      giveBack: (wanted) => {
        const target = this.#bytes - wanted
        while (this.#bytes > target && this.#dropOldest());
      },
    })
  }

  /** How many a client may still ask for. */
  countOf(uuid: string): number {
    this.expire()
    return this.#byClient.get(uuid)?.entries.size ?? 0
  }

  /** What a client may still ask for: most urgent first, then oldest first. */
  of(uuid: string): StreamedMessage[] {
    this.expire()
    const messages = Array.from(this.#entriesOf(uuid), ({ message }) => message)
    return messages.sort((a, b) => a.priority - b.priority)
  }

  /** Keeps what has just gone to a client's stream, where there is room for it. */
  keep(uuid: string, message: BusMessage): void {
    // What is for one holder of a uuid alone has gone to it.
    if (message.head.jobKind !== null || message.purpose === 'look' || message.holders !== undefined) return
    let copy = this.#copies.get(message)
    if (copy === undefined) {
      copy = { ...message, via_stream: true }
      this.#copies.set(message, copy)
    }
    this.#add(uuid, copy, 'last')
  }

  /** Keeps again what was polled, in front of all others: the answer did not arrive. */
  putBack(uuid: string, message: StreamedMessage): void {
    this.#add(uuid, message, 'first')
  }

  /** Lets go of a message that a client has, or that waits for it again. */
  remove(uuid: string, messageId: string): void {
    const entry = this.#byClient.get(uuid)?.entries.get(messageId)
    if (entry !== undefined) this.#drop(entry)
  }

  /** Lets go of all that is kept for a client that has left. */
  close(uuid: string): void {
    for (const entry of this.#entriesOf(uuid)) this.#drop(entry)
  }

  /** Lets go of what is too old to be asked for. */
  expire(): void {
    const oldestMs = this.#ports.steadyMs() - keptMs
    for (const entry of this.#entries) {
      if (entry.sinceMs > oldestMs) break
      this.#drop(entry)
    }
  }

  #add(uuid: string, message: StreamedMessage, where: 'first' | 'last'): void {
    this.expire()
    this.remove(uuid, message.message_id)
    if (!this.#charge(message)) return
    const entry: Entry = { uuid, message, sinceMs: this.#ports.steadyMs() }
    this.#entries.add(entry)
    const { entries: others, bytes } = this.#byClient.get(uuid) ?? {
      entries: new Map<string, Entry>(),
      bytes: 0,
    }
    const entries =
      where === 'first'
        ? new Map([[message.message_id, entry], ...others])
        : others.set(message.message_id, entry)
    this.#byClient.set(uuid, { entries, bytes: bytes + queuedBytes(message) })
    this.#cut(uuid)
  }

  #cut(uuid: string): void {
    const { maxCount, maxBytes } = this.#ports.limits
    for (const oldest of this.#entriesOf(uuid)) {
      const { entries, bytes } = this.#byClient.get(uuid) ?? { entries: new Map(), bytes: 0 }
      if (entries.size <= maxCount && bytes <= maxBytes) break
      this.#drop(oldest)
    }
  }

  #entriesOf(uuid: string): Iterable<Entry> {
    return this.#byClient.get(uuid)?.entries.values() ?? []
  }

  /** Charges one place more for a message; others that are kept make room for it, and nothing else does. */
  #charge(message: StreamedMessage): boolean {
    for (;;) {
      const known = this.#held.get(message)
      const places = (known?.places ?? 0) + 1
      const bytes = messageBytes(message, places)
      const more = bytes - (known?.hold.bytes ?? 0)
      if (more <= this.#ports.memory.freeBytes) {
        const hold = known?.hold ?? this.#ports.memory.takeAnyway('mailboxes', 0)
        hold.resize(bytes)
        this.#held.set(message, { hold, places })
        this.#bytes += more
        return true
      }
      if (!this.#dropOldest()) return false
    }
  }

  #dropOldest(): boolean {
    for (const oldest of this.#entries) {
      this.#drop(oldest)
      return true
    }
    return false
  }

  #drop(entry: Entry): void {
    const { uuid, message } = entry
    this.#entries.delete(entry)
    const kept = this.#byClient.get(uuid)
    if (kept?.entries.delete(message.message_id) === true) {
      if (kept.entries.size === 0) this.#byClient.delete(uuid)
      else kept.bytes -= queuedBytes(message)
    }
    const held = this.#held.get(message)
    if (held === undefined) return
    const before = held.hold.bytes
    held.places -= 1
    if (held.places > 0) held.hold.resize(messageBytes(message, held.places))
    else {
      held.hold.release()
      this.#held.delete(message)
    }
    this.#bytes -= before - held.hold.bytes
  }
}
