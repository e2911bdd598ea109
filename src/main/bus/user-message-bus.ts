import { EventEmitter } from 'node:events'
import {
  bounds,
  isTerminal,
  parsePriority,
  priorityNames,
  type Delivery,
  type JsonObject,
  type Priority,
} from '../../shared/protocol.ts'
import type { BusEvents, UnregisterCause } from './bus-events.ts'
import type { ClientInfo, Registration, SessionHandle } from './client-info.ts'
import { ClientRegistry, type RegistrationOutcome } from './client-registry.ts'
import { refuse, type BusError } from './errors.ts'
import {
  cutText,
  jobKind,
  JobTable,
  type Job,
  type JobReply,
  type JobTableLimits,
  type JobUpdate,
} from './jobs.ts'
import { Mailbox, type MailboxLimits } from './mailbox.ts'
import type { BusMessage, Outcome, QueuedMessage } from './message.ts'
import { resolveTarget, route, type Address } from './routing.ts'

export interface BusPorts {
  /** Unix milliseconds. */
  clock: () => number
  /** Milliseconds that only ever grow, whatever happens to the wall clock. Default: `clock`. */
  steady?: () => number
  /** A fresh id, unique for ever. */
  newId: () => string
  /** Whether a client can be reached now; `latest` only picks such. Default: it has a session. */
  isLive?: (client: ClientInfo) => boolean
  /** Whether another user's bus holds this job. Default: there is no other. */
  isForeignJob?: (jobId: string, userId: string) => boolean
  limits?: Partial<BusLimits>
}

export interface BusLimits {
  mailbox: MailboxLimits
  jobs: JobTableLimits
  /** Records in both buckets. */
  maxClients: number
  /** How long an ephemeral client whose session was lost may come back, milliseconds. */
  ephemeralGraceMs: number
  /** How long a persistent client without a session is kept after its last sign of life, milliseconds. */
  persistentExpiryMs: number
}

export const defaultBusLimits: BusLimits = {
  mailbox: { maxCount: 1000, maxBytes: 8 * 1024 * 1024 },
  jobs: { maxPending: 10_000, maxFinished: 1000, maxFinishedChars: 32 * 1024 * 1024 },
  maxClients: 5000,
  ephemeralGraceMs: 30_000,
  persistentExpiryMs: 24 * 3600 * 1000,
}

export interface SendRequest extends Address {
  payload: JsonObject
  /** A name in any case or an integer 0..7; default `info`. */
  priority?: unknown
  /** Who it is from; default the client bound to `session`, else `server:<user_id>`. */
  from_uuid?: string | undefined
  /** The session that asks, null for the server itself. */
  session: SessionHandle | null
  /** Default `client`. */
  reply?: JobReply
}

export interface SendResult {
  readonly ok: true
  readonly message: BusMessage
  readonly targets: readonly string[]
  readonly deliveries: Readonly<Record<string, Delivery>>
}

export interface JobUpdateResult {
  readonly ok: true
  readonly delivered: 'direct' | 'broadcast'
  readonly targets: readonly string[]
}

/** Counts since the client registered. */
export interface ClientCounters {
  sent: number
  received: number
  filtered: number
  dropped: number
}

export interface Unplugging {
  reason: string
  /** Unix seconds, null without a block. */
  blocked_until: number | null
}

/**
 * The message bus of one user: who is registered, what waits for whom, what is being worked on.
 *
 * It knows nothing of MCP, HTTP, panels or disks. They listen to `events`; delivery takes messages out with
 * `next` and `settle`. It calls nobody but its ports.
 */
export class UserMessageBus {
  readonly user_id: string
  readonly events = new EventEmitter<BusEvents>()
  readonly registry = new ClientRegistry()
  readonly jobs: JobTable
  /** Unix seconds of the last `send` or `jobUpdate`, null before the first. */
  last_activity: number | null = null
  readonly #ports: BusPorts
  readonly #limits: BusLimits
  readonly #mailboxes = new Map<string, Mailbox>()
  readonly #counters = new Map<string, ClientCounters>()
  #largestPayload = 0

  constructor(userId: string, ports: BusPorts) {
    this.user_id = userId
    this.#ports = ports
    this.#limits = { ...defaultBusLimits, ...ports.limits }
    this.jobs = new JobTable(this.#limits.jobs)
    this.events.setMaxListeners(0)
  }

  get mailboxLimits(): Readonly<MailboxLimits> {
    return this.#limits.mailbox
  }

  /** The client a sender means by a uuid, `latest` or `pid:<n>`. */
  resolve(target: string): ClientInfo | BusError {
    return resolveTarget(this.registry, target, this.#isLive)
  }

  /**
   * Makes a record or updates the one of this uuid; a session given becomes the one it is bound to. Another
   * process id than before means that the client was started anew: jobs its predecessor was handed end as `failed`.
   */
  register(registration: Registration, session: SessionHandle | null): RegistrationOutcome {
    const pidBefore = this.registry.get(registration.client_uuid)?.metadata.pid
    const outcome = this.registry.register(registration, session, this.#nowSeconds())
    outcome.client.lastSignMs = this.#steadyMs()
    if (outcome.client.session !== null) outcome.client.detachedAtMs = null
    if (outcome.created) {
      this.#counters.set(outcome.client.uuid, { sent: 0, received: 0, filtered: 0, dropped: 0 })
    }
    if (pidBefore !== undefined && outcome.client.metadata.pid !== pidBefore) {
      this.#failJobsLostBy(outcome.client.uuid)
    }
    this.events.emit('registered', outcome)
    return outcome
  }

  get(uuid: string): ClientInfo | undefined {
    return this.registry.get(uuid)
  }

  /** Why a uuid may not register: the bus is full. Null for one that may, as any that is registered. */
  refusesClient(uuid: string): BusError | null {
    const { maxClients } = this.#limits
    if (this.registry.size < maxClients || this.registry.get(uuid) !== undefined) return null
    return refuse(
      'too_many_clients',
      `The bus is full: at most ${String(maxClients)} clients may be registered. Unregister one first.`,
    )
  }

  /** How near its bounds this bus is; for payloads the largest that was sent. */
  usage(): { name: 'clients_per_bus' | 'pending_jobs' | 'payload_bytes'; used: number; max: number }[] {
    return [
      { name: 'clients_per_bus', used: this.registry.size, max: this.#limits.maxClients },
      { name: 'pending_jobs', used: this.jobs.pendingCount, max: this.#limits.jobs.maxPending },
      { name: 'payload_bytes', used: this.#largestPayload, max: bounds.payloadBytes },
    ]
  }

  /**
   * Removes a record on request; false if there is none. Its jobs in flight end as `cancelled`, and their senders
   * are told. A client that somebody else's session takes off is told by whom first, as one that is unplugged.
   */
  unregister(uuid: string, askedBy: SessionHandle | null = null): boolean {
    const client = this.registry.get(uuid)
    if (client === undefined) return false
    if (askedBy === null || client.session === null || client.session === askedBy) {
      this.#remove(uuid, 'request', 'The client unregistered.')
      return true
    }
    const by = this.registry.boundTo(askedBy)?.uuid ?? this.#serverUuid
    const reason = 'Another client asked for it.'
    this.#postNotice(client, { reason, by, blocked_until: null })
    this.#remove(uuid, 'request', `Unregistered by ${by}.`)
    return true
  }

  /**
   * A person's order to leave: the client is told first, then its record goes, its jobs end and its session is
   * given to the listeners to end. Returns null if the uuid is unknown.
   */
  unplug(uuid: string, order: Unplugging): { jobsCancelled: number; session: SessionHandle | null } | null {
    const client = this.registry.get(uuid)
    if (client === undefined) return null
    this.#postNotice(client, { reason: order.reason, by: 'operator', blocked_until: order.blocked_until })
    return this.#remove(uuid, 'unplugged', order.reason)
  }

  /** Notes a sign of life: bumps `last_seen` and nothing else. Unknown uuids are ignored. */
  touch(uuid: string): void {
    const client = this.registry.get(uuid)
    if (client === undefined) return
    client.last_seen = this.#nowSeconds()
    client.lastSignMs = this.#steadyMs()
    this.events.emit('touched', client)
  }

  /** Notes a sign of life of every client this session registered. */
  touchSession(session: SessionHandle): void {
    for (const client of this.registry.allBoundTo(session)) this.touch(client.uuid)
  }

  /**
   * A session is no more. Its persistent clients stay without a session. Its ephemeral ones leave with it where it was
   * `ended` in order; where it was `lost` they stay for the grace, in case they come back under another session.
   */
  endSession(session: SessionHandle, how: 'ended' | 'lost' = 'ended'): void {
    const waits = how === 'lost' && this.#limits.ephemeralGraceMs > 0
    for (const client of [...this.registry.allBoundTo(session)]) {
      if (client.is_persistent || waits) {
        this.registry.detach(client)
        client.detachedAtMs = this.#steadyMs()
        this.events.emit('detached', client)
      } else {
        this.#remove(client.uuid, 'session_ended', 'Its session ended.')
      }
    }
  }

  /** Unregisters who has been away for too long. Call it every second or so. */
  expire(): void {
    const nowMs = this.#steadyMs()
    const { ephemeralGraceMs, persistentExpiryMs } = this.#limits
    for (const client of [...this.registry.all()]) {
      if (client.detachedAtMs === null) continue
      if (client.is_persistent) {
        if (nowMs - client.lastSignMs >= persistentExpiryMs)
          this.#remove(client.uuid, 'expired', 'It gave no sign of life for too long.')
      } else if (nowMs - client.detachedAtMs >= ephemeralGraceMs) {
        this.#remove(client.uuid, 'session_ended', 'Its session ended, and it did not come back.')
      }
    }
  }

  /**
   * Resolves the targets, puts one message in each target's mailbox and tells the listeners, who may deliver it
   * before this returns. Refused: an unknown direct target, a foreign `from_uuid`, a priority that is none of
   * the eight, a payload over 4 MiB of JSON.
   */
  send(request: SendRequest): SendResult | BusError {
    const priority = parsePriority(request.priority ?? 'info')
    if (priority === null) {
      return refuse(
        'invalid_priority',
        `Priority ${shorten(request.priority)} is unknown. Use one of ${priorityNames.join(', ')}, or an integer 0 to 7.`,
      )
    }
    const from = this.#sender(request.from_uuid, request.session)
    if (typeof from !== 'string') return from
    const payloadJson = JSON.stringify(request.payload)
    const payloadBytes = Buffer.byteLength(payloadJson)
    if (payloadBytes > bounds.payloadBytes) {
      return refuse(
        'payload_too_large',
        `The payload is ${String(payloadBytes)} bytes of JSON; at most ${String(bounds.payloadBytes)} are allowed. ` +
          'Write large data to a file and send its path.',
      )
    }
    this.#largestPayload = Math.max(this.#largestPayload, payloadBytes)
    const found = route(this.registry, request, from, this.#isLive)
    if (!found.ok) return found
    this.last_activity = this.#nowSeconds()
    const message = this.#compose(from, found.routing, priority, request.payload, payloadJson, payloadBytes)
    const kind = jobKind(message)
    if (kind !== null && found.targets.length > 0) {
      if (!this.jobs.hasRoomFor(message.job_id, this.#nowSeconds())) {
        return refuse(
          'too_many_jobs',
          `At most ${String(this.#limits.jobs.maxPending)} jobs may be unfinished at once. Wait until some end, or cancel them.`,
        )
      }
      const targets = found.targets.map((client) => client.uuid)
      this.events.emit('job', this.jobs.add(message, kind, targets, request.reply ?? 'client'))
    }
    const entries = this.#deliver(message, found.targets)
    const sender = this.#counters.get(from)
    if (sender !== undefined) sender.sent += 1
    const deliveries: Record<string, Delivery> = Object.create(null) as Record<string, Delivery>
    found.targets.forEach((client, index) => {
      deliveries[client.uuid] = entries[index]?.outcome ?? 'queued'
    })
    return { ok: true, message, targets: found.targets.map((client) => client.uuid), deliveries }
  }

  /**
   * Passes a peer's word on a job to whoever sent the job, at `notice`; to everybody else if that is unknown or
   * gone. A repeat after the end is accepted and reaches nobody. Refused: a job of another user's bus.
   */
  jobUpdate(update: JobUpdate, session: SessionHandle | null): JobUpdateResult | BusError {
    this.last_activity = this.#nowSeconds()
    const job = this.jobs.get(update.job_id)
    if (job === undefined && this.#ports.isForeignJob?.(update.job_id, this.user_id) === true) {
      return refuse(
        'cross_user_job_update',
        `Job "${update.job_id}" belongs to another user's bus. Report it with the token it was sent under.`,
      )
    }
    const reporter = (session === null ? undefined : this.registry.boundTo(session)?.uuid) ?? this.#serverUuid
    return this.#report(job, update, reporter)
  }

  /** What waits for a client next, left in its mailbox. */
  next(uuid: string): QueuedMessage | undefined {
    return this.#mailboxes.get(uuid)?.peek()
  }

  /** Takes what `next` showed out of the mailbox, as sent or as filtered. */
  settle(client: ClientInfo, outcome: 'sent' | 'filtered'): void {
    const entry = this.#mailboxes.get(client.uuid)?.shift()
    if (entry !== undefined) this.#end(client, entry, outcome)
  }

  /** Withholds a message from a client that shut out its priority, while `message` is being told. */
  filter(client: ClientInfo, message: BusMessage): void {
    const entry = this.#mailboxes.get(client.uuid)?.takeBack(message)
    if (entry !== undefined) this.#end(client, entry, 'filtered')
  }

  /**
   * Puts a message that was settled as `sent` back in front of its mailbox: it did not arrive, or nobody can tell. Left
   * alone: a client that is no longer registered, and a job that somebody has reported on or that has ended.
   */
  putBack(client: ClientInfo, message: BusMessage): void {
    if (this.registry.get(client.uuid) !== client) return
    if (jobKind(message) !== null) {
      if (this.jobs.get(message.job_id)?.state !== 'pending') return
      this.jobs.noteNotHanded(message.job_id, client.uuid)
    }
    const counters = this.#counters.get(client.uuid)
    if (counters !== undefined) counters.received -= 1
    const entry: QueuedMessage = { message, outcome: 'queued' }
    this.events.emit('returned', client, entry)
    for (const overflow of this.#mailboxOf(client).putBack(entry)) this.#end(client, overflow, 'dropped')
  }

  /** Takes up to `max` messages out of a mailbox, in order of delivery. */
  take(client: ClientInfo, max: number): BusMessage[] {
    const taken: BusMessage[] = []
    while (taken.length < max) {
      const entry = this.next(client.uuid)
      if (entry === undefined) break
      this.settle(client, 'sent')
      taken.push(entry.message)
    }
    return taken
  }

  mailboxOf(uuid: string): { count: number; bytes: number } {
    const mailbox = this.#mailboxes.get(uuid)
    return { count: mailbox?.count ?? 0, bytes: mailbox?.bytes ?? 0 }
  }

  countersOf(uuid: string): Readonly<ClientCounters> {
    return this.#counters.get(uuid) ?? { sent: 0, received: 0, filtered: 0, dropped: 0 }
  }

  get #serverUuid(): string {
    return `server:${this.user_id}`
  }

  #isLive = (client: ClientInfo): boolean => (this.#ports.isLive ?? ((c) => c.session !== null))(client)

  #steadyMs(): number {
    return (this.#ports.steady ?? this.#ports.clock)()
  }

  #nowSeconds(): number {
    return this.#ports.clock() / 1000
  }

  #sender(fromUuid: string | undefined, session: SessionHandle | null): string | BusError {
    if (fromUuid === undefined || fromUuid === '') {
      return (session === null ? undefined : this.registry.boundTo(session)?.uuid) ?? this.#serverUuid
    }
    const owner = this.registry.get(fromUuid)?.session ?? null
    if (owner !== null && owner !== session) {
      return refuse(
        'not_your_client',
        `Client "${fromUuid}" belongs to another session. Leave from_uuid out, or register that uuid in this session first.`,
      )
    }
    return fromUuid
  }

  #compose(
    from: string,
    routing: BusMessage['routing'],
    priority: Priority,
    payload: JsonObject,
    payloadJson: string,
    payloadBytes: number,
  ): BusMessage {
    const messageId = this.#ports.newId()
    const jobId = payload.job_id
    return {
      user_id: this.user_id,
      from_uuid: from,
      routing,
      payload,
      payloadJson,
      payloadBytes,
      job_id: typeof jobId === 'string' && jobId !== '' ? jobId : messageId,
      message_id: messageId,
      priority,
      timestamp: this.#nowSeconds(),
    }
  }

  /** A message of the bus's own making: no sender to check, no job to remember. */
  #post(
    from: string,
    targets: readonly ClientInfo[],
    routing: BusMessage['routing'],
    priority: Priority,
    payload: JsonObject,
  ): void {
    const payloadJson = JSON.stringify(payload)
    const size = Buffer.byteLength(payloadJson)
    this.#deliver(this.#compose(from, routing, priority, payload, payloadJson, size), targets)
  }

  /** The last word to a client that has to leave, at `alert`. */
  #postNotice(
    client: ClientInfo,
    notice: { reason: string; by: string; blocked_until: number | null },
  ): void {
    const routing = { type: 'direct', target_uuid: client.uuid } as const
    this.#post(this.#serverUuid, [client], routing, 1, { message_type: 'client_unregistered', ...notice })
  }

  #deliver(message: BusMessage, targets: readonly ClientInfo[]): QueuedMessage[] {
    const entries = targets.map((client) => {
      const entry: QueuedMessage = { message, outcome: 'queued' }
      for (const overflow of this.#mailboxOf(client).put(entry)) this.#end(client, overflow, 'dropped')
      return entry
    })
    this.events.emit('message', message, targets)
    return entries
  }

  #mailboxOf(client: ClientInfo): Mailbox {
    let mailbox = this.#mailboxes.get(client.uuid)
    if (mailbox === undefined) {
      mailbox = new Mailbox(this.#limits.mailbox)
      this.#mailboxes.set(client.uuid, mailbox)
    }
    return mailbox
  }

  #end(client: ClientInfo, entry: QueuedMessage, outcome: Exclude<Outcome, 'queued'>): void {
    entry.outcome = outcome
    const counters = this.#counters.get(client.uuid)
    if (counters !== undefined) counters[outcome === 'sent' ? 'received' : outcome] += 1
    if (outcome === 'sent' && jobKind(entry.message) !== null) {
      this.jobs.noteHanded(entry.message.job_id, client.uuid)
    }
    this.events.emit('settled', client, entry)
  }

  #report(job: Job | undefined, update: JobUpdate, reporter: string): JobUpdateResult {
    const cut: JobUpdate = {
      ...update,
      result: cutText(update.result, bounds.resultBytes),
      error: cutText(update.error, bounds.resultBytes),
    }
    const senderOnBus = job === undefined ? undefined : this.registry.get(job.from_uuid)
    const delivered = job?.reply === 'caller' || senderOnBus !== undefined ? 'direct' : 'broadcast'
    if (job !== undefined) {
      if (!this.jobs.apply(job, cut, reporter, this.#nowSeconds()))
        return { ok: true, delivered, targets: [] }
      this.events.emit('job', job)
    } else if (isTerminal(cut.status) && !this.jobs.noteStranger(cut.job_id, reporter)) {
      return { ok: true, delivered, targets: [] }
    }
    if (job?.reply === 'caller') return { ok: true, delivered, targets: [job.from_uuid] }
    const targets =
      senderOnBus !== undefined
        ? [senderOnBus]
        : [...this.registry.all()].filter((client) => client.uuid !== reporter)
    this.#post(
      reporter,
      targets,
      senderOnBus !== undefined ? { type: 'direct', target_uuid: senderOnBus.uuid } : { type: 'broadcast' },
      5,
      {
        kind: 'job_update',
        job_id: cut.job_id,
        status: cut.status,
        result: cut.result,
        error: cut.error,
        ...(cut.progress !== undefined && { progress: cut.progress }),
        ...(cut.progress_message !== undefined && { progress_message: cut.progress_message }),
      },
    )
    return { ok: true, delivered, targets: targets.map((client) => client.uuid) }
  }

  #remove(
    uuid: string,
    cause: UnregisterCause,
    reason: string,
  ): { jobsCancelled: number; session: SessionHandle | null } | null {
    const client = this.registry.remove(uuid)
    if (client === undefined) return null
    const session = client.session
    const mailbox = this.#mailboxes.get(uuid)
    this.#mailboxes.delete(uuid)
    for (let entry = mailbox?.shift(); entry !== undefined; entry = mailbox?.shift()) {
      this.#end(client, entry, 'dropped')
    }
    this.#counters.delete(uuid)
    const jobsCancelled = this.#cancelJobsOf(uuid, reason)
    if (cause === 'unplugged') this.#withdrawJobsFrom(uuid)
    this.events.emit('unregistered', { client, session, cause, reason })
    client.session = null
    return { jobsCancelled, session }
  }

  /** Ends what a client that left was working on; returns how many jobs. */
  #cancelJobsOf(uuid: string, reason: string): number {
    const jobs = [...this.jobs.pending()].filter((job) => job.targets.includes(uuid))
    for (const job of jobs) {
      this.#report(job, { job_id: job.job_id, status: 'cancelled', result: '', error: reason }, uuid)
    }
    return jobs.length
  }

  /** Ends the jobs that went down with a client's last process. Whether they had begun, nobody knows. */
  #failJobsLostBy(uuid: string): void {
    const error = `"${uuid}" was closed or crashed while it had this job, and was started again. The job was not repeated.`
    for (const job of this.jobs.handedTo(uuid)) {
      this.#report(job, { job_id: job.job_id, status: 'failed', result: '', error }, uuid)
    }
  }

  /** Asks the peers of a client that was unplugged to drop its jobs they have not started. */
  #withdrawJobsFrom(uuid: string): void {
    for (const job of [...this.jobs.pending()].filter((pending) => pending.from_uuid === uuid)) {
      this.cancelJob(job)
    }
  }

  /**
   * Asks a job's targets to drop it, by `job_cancel`. The job ends when they say so; what runs may run on. From a
   * target that it is still waiting for it is taken back, and ends there and then.
   */
  cancelJob(job: Job): void {
    if (isTerminal(job.state)) return
    for (const uuid of job.targets) {
      const target = this.registry.get(uuid)
      if (target === undefined) continue
      const waiting = this.#mailboxes
        .get(uuid)
        ?.pull((message) => message.job_id === job.job_id && jobKind(message) !== null)
      if (waiting !== undefined) {
        this.#end(target, waiting, 'dropped')
        const error = 'Withdrawn before it reached its target.'
        this.#report(job, { job_id: job.job_id, status: 'cancelled', result: '', error }, uuid)
        continue
      }
      this.#post(this.#serverUuid, [target], { type: 'direct', target_uuid: uuid }, 4, {
        message_type: 'job_cancel',
        job_id: job.job_id,
      })
    }
  }
}

function shorten(value: unknown): string {
  return JSON.stringify(value ?? null).slice(0, 60)
}
