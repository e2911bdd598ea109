import type { EventEmitter } from 'node:events'
import type { BusEvents } from './bus-events.ts'
import type { ClientInfo } from './client-info.ts'
import type { ClientRegistry } from './client-registry.ts'
import type { HeldMessages } from './held-messages.ts'
import type { JobTable } from './jobs.ts'
import { Mailbox, type MailboxLimits } from './mailbox.ts'
import { isFor, type BusMessage, type Outcome, type QueuedMessage } from './message.ts'
import { isStreamed, type StreamedMessages } from './streamed-messages.ts'
import { tellOfJob } from './tell-of-job.ts'

/** Counts since the client registered. */
export interface ClientCounters {
  sent: number
  received: number
  filtered: number
  dropped: number
}

const anyFits = (_: BusMessage): boolean => true

interface MailboxesPorts {
  readonly limits: MailboxLimits
  readonly registry: ClientRegistry
  readonly jobs: JobTable
  readonly held: HeldMessages
  readonly streamed: StreamedMessages
  readonly events: EventEmitter<BusEvents>
  /** A message did not go to a client, which is not the one any more that it was for. */
  readonly onKeptBack: (message: BusMessage, client: ClientInfo) => void
}

/**
 * What waits for each client of one bus, and what became of what waited. Delivery takes messages out with `next` and
 * `settle`, polling with `take`; every message ends exactly once for each client it was meant for, and `settled` tells how.
 */
export class Mailboxes {
  readonly #ports: MailboxesPorts
  readonly #boxes = new Map<string, Mailbox>()
  readonly #counters = new Map<string, ClientCounters>()
  /** What `take` kept for each client until it says that it has it: one answer each. */
  readonly #kept = new Map<string, readonly BusMessage[]>()

  constructor(ports: MailboxesPorts) {
    this.#ports = ports
  }

  get limits(): Readonly<MailboxLimits> {
    return this.#ports.limits
  }

  sizeOf(uuid: string): { count: number; bytes: number } {
    const box = this.#boxes.get(uuid)
    return { count: box?.count ?? 0, bytes: box?.bytes ?? 0 }
  }

  /** How many messages a client gets that polls: what waits, and what went to its stream and was not polled since. */
  leftFor(uuid: string): number {
    return this.sizeOf(uuid).count + this.#ports.streamed.countOf(uuid)
  }

  countersOf(uuid: string): Readonly<ClientCounters> {
    return this.#counters.get(uuid) ?? { sent: 0, received: 0, filtered: 0, dropped: 0 }
  }

  /** Begins to count for a client that has just registered. */
  open(uuid: string): void {
    this.#counters.set(uuid, { sent: 0, received: 0, filtered: 0, dropped: 0 })
  }

  /** Ends all that waits for a client that has just left. */
  close(client: ClientInfo): void {
    const box = this.#boxes.get(client.uuid)
    this.#boxes.delete(client.uuid)
    for (let entry = box?.shift(); entry !== undefined; entry = box?.shift()) {
      this.#end(client, entry, 'dropped')
    }
    this.#counters.delete(client.uuid)
    this.#ports.streamed.close(client.uuid)
    this.#letGo(client)
  }

  /**
   * Puts a message, for whose places the caller has charged, into the mailbox of each target and tells the listeners, who
   * may deliver it before this returns.
   */
  deliver(message: BusMessage, targets: readonly ClientInfo[]): QueuedMessage[] {
    const entries = targets.map((client) => {
      const entry: QueuedMessage = { message, outcome: 'queued' }
      for (const overflow of this.#boxOf(client).put(entry)) this.#end(client, overflow, 'dropped')
      return entry
    })
    this.#ports.events.emit('message', message, targets)
    return entries
  }

  /** Counts a message for who sent it; others than clients are not counted. */
  countSent(fromUuid: string): void {
    const counters = this.#counters.get(fromUuid)
    if (counters !== undefined) counters.sent += 1
  }

  /** What waits for a client next, left in its mailbox. What is not for who holds its uuid by now ends here. */
  next(uuid: string): QueuedMessage | undefined {
    const box = this.#boxes.get(uuid)
    const client = this.#ports.registry.get(uuid)
    for (;;) {
      const entry = box?.peek()
      if (entry === undefined || client === undefined || isFor(entry.message, client)) return entry
      box?.shift()
      this.#end(client, entry, 'dropped')
      this.#ports.onKeptBack(entry.message, client)
    }
  }

  /** Takes what `next` showed out of the mailbox, as sent to the client's stream or as filtered. */
  settle(client: ClientInfo, outcome: 'sent' | 'filtered'): void {
    const entry = this.#boxes.get(client.uuid)?.shift()
    if (entry === undefined) return
    this.#end(client, entry, outcome)
    if (outcome === 'sent') this.#ports.streamed.keep(client.uuid, entry.message)
  }

  /** Withholds a message from a client that filters out its priority, while `message` is being told. */
  filter(client: ClientInfo, message: BusMessage): void {
    const entry = this.#boxes.get(client.uuid)?.takeBack(message)
    if (entry !== undefined) this.#end(client, entry, 'filtered')
  }

  /**
   * Takes up to `max` messages for a client that polls, in order of delivery, up to the first that `fits` does not let
   * through: what waits in its mailbox, and what went to its stream (see `StreamedMessages`). With `keep` they are
   * remembered until `confirm` says what became of them. Who does not hold the client's uuid (`holds`) leaves there what
   * is for one holder alone.
   */
  take(client: ClientInfo, max: number, { keep = false, fits = anyFits, holds = true } = {}): BusMessage[] {
    const { held, streamed } = this.#ports
    const taken: BusMessage[] = []
    const again = streamed.of(client.uuid).values()
    let sent = again.next().value
    while (taken.length < max) {
      const waiting = this.#waitingFor(client, holds)
      // What has been sent is older than what waits.
      const isSent = sent !== undefined && (waiting === undefined || sent.priority <= waiting.priority)
      const message = isSent ? sent : waiting
      if (message === undefined || !fits(message)) break
      if (isSent) {
        streamed.remove(client.uuid, message.message_id)
        sent = again.next().value
      }
      if (keep) held.retain(message)
      if (!isSent) this.#takeOut(client, message)
      taken.push(message)
      this.#ports.events.emit('read', client, message)
    }
    if (keep && taken.length > 0) {
      this.#letGo(client)
      this.#kept.set(client.uuid, taken)
    }
    return taken
  }

  /**
   * A client says which message it was the last to have of those that `take` kept: if that is not the last of them, the
   * answer they went out with did not arrive, and they wait again. Undefined, from a client that does not say, lets
   * them go.
   */
  confirm(client: ClientInfo, lastId: string | undefined): void {
    const kept = this.#kept.get(client.uuid)
    if (kept === undefined) return
    if (lastId !== undefined && kept.at(-1)?.message_id !== lastId) {
      for (const message of kept.toReversed()) {
        if (isStreamed(message)) {
          this.#ports.streamed.putBack(client.uuid, message)
          this.#ports.events.emit('unread', client, message)
        } else this.putBack(client, message)
      }
    }
    this.#letGo(client)
  }

  /**
   * Puts a message that was settled as `sent` back in front of its mailbox: it did not arrive, or nobody can tell. Left
   * alone: a client that is no longer registered, and a job that somebody has reported on or that has ended.
   */
  putBack(client: ClientInfo, message: BusMessage): void {
    const { registry, jobs, events, streamed } = this.#ports
    if (registry.get(client.uuid) !== client) return
    streamed.remove(client.uuid, message.message_id)
    if (message.head.jobKind !== null) {
      const job = jobs.get(message.job_id)
      if (job?.state !== 'pending') return
      jobs.noteWithdrawn(message.job_id, client.uuid)
      if (job.purpose === 'look') {
        // A look is of now: it never waits for a peer to come back.
        const error = `"${client.uuid}" lost its connection before it could be looked at.`
        const end = { job_id: job.job_id, status: 'cancelled', result: '', error } as const
        jobs.apply(job, end, client.uuid, job.updated_at)
        tellOfJob(events, jobs, job)
        return
      }
    }
    const counters = this.#counters.get(client.uuid)
    if (counters !== undefined) counters.received -= 1
    const entry: QueuedMessage = { message, outcome: 'queued' }
    this.#ports.held.retain(message)
    events.emit('returned', client, entry)
    for (const overflow of this.#boxOf(client).putBack(entry)) this.#end(client, overflow, 'dropped')
  }

  /** A client has a message that was settled as `sent`: it has confirmed it. */
  noteReceived(client: ClientInfo, message: BusMessage): void {
    if (this.#ports.registry.get(client.uuid) === client) this.#ports.events.emit('received', client, message)
  }

  /** Takes a job that still waits for a client back; false where it does not, or not any more. */
  withdrawJob(client: ClientInfo, jobId: string): boolean {
    const waiting = this.#boxes
      .get(client.uuid)
      ?.pull((message) => message.job_id === jobId && message.head.jobKind !== null)
    if (waiting === undefined) return false
    this.#end(client, waiting, 'dropped')
    return true
  }

  /** Whether a message with this very payload waits for a client. */
  has(client: ClientInfo, payloadJson: string): boolean {
    return this.#boxes.get(client.uuid)?.has((message) => message.payloadJson === payloadJson) === true
  }

  #waitingFor(client: ClientInfo, holds: boolean): BusMessage | undefined {
    if (holds) return this.next(client.uuid)?.message
    return this.#boxes.get(client.uuid)?.find(({ holders }) => holders === undefined)?.message
  }

  #takeOut(client: ClientInfo, message: BusMessage): void {
    const entry = this.#boxes.get(client.uuid)?.pull((each) => each === message)
    if (entry !== undefined) this.#end(client, entry, 'sent')
  }

  /** Forgets what `take` kept for a client. */
  #letGo(client: ClientInfo): void {
    for (const message of this.#kept.get(client.uuid) ?? []) this.#ports.held.release(message)
    this.#kept.delete(client.uuid)
  }

  #boxOf(client: ClientInfo): Mailbox {
    let box = this.#boxes.get(client.uuid)
    if (box === undefined) {
      box = new Mailbox(this.#ports.limits)
      this.#boxes.set(client.uuid, box)
    }
    return box
  }

  #end(client: ClientInfo, entry: QueuedMessage, outcome: Exclude<Outcome, 'queued'>): void {
    entry.outcome = outcome
    const counters = this.#counters.get(client.uuid)
    if (counters !== undefined) counters[outcome === 'sent' ? 'received' : outcome] += 1
    if (outcome === 'sent' && entry.message.head.jobKind !== null) {
      this.#ports.jobs.noteDelivered(entry.message.job_id, client.uuid)
    }
    this.#ports.held.release(entry.message)
    this.#ports.events.emit('settled', client, entry)
  }
}
