import { attempt, createEvents } from '../base/guarded.ts'
import { MemoryLedger, type MemoryAccount } from '../base/ledger.ts'
import { bounds, isTerminal, type Delivery, type JsonObject, type Priority } from '../../shared/protocol.ts'
import type { BusEvents, Trouble, UnregisterCause } from './bus-events.ts'
import { defaultBusLimits, type BusLimits } from './bus-limits.ts'
import type { ClientInfo, Holder, Registration, SessionHandle } from './client-info.ts'
import { ClientRegistry, type RegistrationOutcome } from './client-registry.ts'
import { refuse, type BusError } from './errors.ts'
import { HeldMessages } from './held-messages.ts'
import { holderAfter } from './holders.ts'
import { reporterOf } from './job-reporter.ts'
import { JobReports, type JobUpdateResult } from './job-reports.ts'
import { JobTable, type Job, type JobUpdate } from './jobs.ts'
import { Mailboxes } from './mailboxes.ts'
import { refusesJobOf } from './message-size.ts'
import { composeMessage, headOf, messageBytes, type BusMessage, type JobPurpose } from './message.ts'
import { Pauses, stopEverything } from './pause.ts'
import { PlainMessages } from './plain-messages.ts'
import { recordBytes } from './record-memory.ts'
import { resolveTarget, route, type Address, type Route } from './routing.ts'
import { StreamedMessages } from './streamed-messages.ts'
import {
  checkRequest,
  isServerUuid,
  replacedType,
  shorten,
  unregisteredType,
  type SendRequest,
} from './send-request.ts'
import { tellOfJob } from './tell-of-job.ts'
import { Workers } from './workers.ts'

export interface BusPorts {
  /** Unix milliseconds. */
  clock: () => number
  /** Milliseconds that only ever grow, whatever happens to the wall clock. Default: `clock`. */
  steady?: () => number
  /** A fresh id, unique for ever. */
  newId: () => string
  /** Whether a client can be reached now; `latest` only picks such. Default: it has a session. */
  isLive?: (client: ClientInfo) => boolean
  /** The token that a session came with, null where that is not known. Default: of none. */
  tokenOf?: (session: SessionHandle) => string | null
  limits?: Partial<BusLimits>
  /** Who pays for what the bus keeps. Default: nobody, without a bound. */
  memory?: MemoryAccount
}

export interface SendResult {
  readonly ok: true
  readonly message: BusMessage
  readonly targets: readonly string[]
  readonly deliveries: Readonly<Record<string, Delivery>>
}

export interface UnregisterOrder {
  reason: string
  /** Unix seconds, null without a block. */
  blocked_until: number | null
}

const nobody: Holder = { token: null, pid: undefined, hostname: undefined }

/**
 * The message bus of one user: who is registered, what waits for whom, what is being worked on.
 *
 * It knows nothing of MCP, HTTP, panels or disks. They listen to `events`; delivery empties the `mailboxes`. It calls
 * nobody but its ports.
 */
export class UserMessageBus {
  readonly user_id: string
  readonly events = createEvents<BusEvents>('bus')
  readonly registry = new ClientRegistry()
  readonly jobs: JobTable
  readonly mailboxes: Mailboxes
  readonly pauses: Pauses
  /** Who may act on what it is sent. */
  readonly workers = new Workers()
  /** Unix seconds of the last `send` or `jobUpdate`, null before the first. */
  last_activity: number | null = null
  readonly #ports: BusPorts
  /** Who pays for what is kept here, and on the way to it. */
  readonly memory: MemoryAccount
  readonly #limits: BusLimits
  readonly #held: HeldMessages
  readonly #streamed: StreamedMessages
  readonly #plainMessages: PlainMessages
  readonly #reports: JobReports
  #largestPayload = 0
  #holders = 0

  constructor(userId: string, ports: BusPorts) {
    this.user_id = userId
    this.#ports = ports
    this.#limits = { ...defaultBusLimits, ...ports.limits }
    this.memory = ports.memory ?? new MemoryLedger(Infinity).of(userId)
    this.#held = new HeldMessages(this.memory)
    this.jobs = new JobTable(this.#limits.jobs, this.memory)
    this.#plainMessages = new PlainMessages(this.#limits.jobs.maxFinished)
    const { registry, jobs, events } = this
    const held = this.#held
    this.#streamed = new StreamedMessages({
      limits: this.#limits.mailbox,
      memory: this.memory,
      steadyMs: () => this.#steadyMs(),
    })
    const streamed = this.#streamed
    this.pauses = new Pauses(events, () => this.#nowSeconds())
    this.mailboxes = new Mailboxes({
      ...{ limits: this.#limits.mailbox, registry, jobs, held, streamed, events },
      onKeptBack: (message, client) => this.#reports.failReplaced(message, client.uuid),
    })
    this.#reports = new JobReports({
      registry,
      jobs,
      plainMessages: this.#plainMessages,
      events,
      mailboxes: this.mailboxes,
      memory: this.memory,
      serverUuid: this.#serverUuid,
      now: () => this.#nowSeconds(),
      post: (...message) => this.#post(...message),
    })
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
    const known = this.registry.get(registration.client_uuid)
    const pidBefore = known?.metadata.pid
    const token = session === null ? null : (this.#ports.tokenOf?.(session) ?? null)
    const before = { holder: known?.heldBy ?? nobody, session: known?.session ?? null }
    const { holder, isSame } = holderAfter(before, registration, session, token)
    const outcome = this.registry.register(registration, session, this.#nowSeconds())
    outcome.client.heldBy = holder
    if (outcome.created || !isSame) outcome.client.holder = this.#holders += 1
    outcome.client.lastSignMs = this.#steadyMs()
    if (outcome.client.session !== null) outcome.client.detachedAtMs = null
    if (outcome.created) this.mailboxes.open(outcome.client.uuid)
    if (pidBefore !== undefined && outcome.client.metadata.pid !== pidBefore) {
      this.#reports.failLostBy(outcome.client.uuid)
    }
    this.events.emit('registered', outcome)
    return outcome
  }

  /**
   * What a session is to be told that has lost a client to another session: that it was unregistered, where that came with
   * another token, and else that it was replaced, as by itself after a reconnect. It stands in no mailbox: that belongs to
   * who took the uuid over.
   */
  noticeOfLoss(client: ClientInfo, lostBy: SessionHandle): BusMessage {
    const token = this.#ports.tokenOf?.(lostBy) ?? null
    const payload = {
      message_type: token === client.heldBy.token ? replacedType : unregisteredType,
      reason: 'Another session has registered this uuid.',
      by: 'another program',
      blocked_until: null,
    }
    return this.#compose({
      from: this.#serverUuid,
      routing: { type: 'direct', target_uuid: client.uuid },
      priority: 1,
      payloadJson: JSON.stringify(payload),
      head: headOf(payload),
      purpose: 'work',
    })
  }

  get(uuid: string): ClientInfo | undefined {
    return this.registry.get(uuid)
  }

  /**
   * Why a uuid may not register: it is the server's, the bus is full, or its user has no room for the record. Null for one
   * that may, as any that is registered and does not grow.
   */
  refusesClient(uuid: string, registration?: Registration): BusError | null {
    if (isServerUuid(uuid)) {
      return refuse('reserved_name', `${shorten(uuid)} is a name of the server. Register another uuid.`)
    }
    const { maxClients } = this.#limits
    const known = this.registry.get(uuid)
    if (this.registry.size >= maxClients && known === undefined) {
      return refuse(
        'too_many_clients',
        `The bus is full: at most ${String(maxClients)} clients may be registered. Unregister one first.`,
      )
    }
    if (registration === undefined) return null
    const more = recordBytes(registration) - (known === undefined ? 0 : recordBytes(known))
    if (more <= 0 || more <= this.memory.roomBytes) return null
    return refuse(
      'out_of_memory_share',
      `${this.memory.whatIsFull(more)} The client was not registered. Let the messages that wait be read, or unregister clients that nobody needs.`,
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
   * are told. A client that somebody else's session takes off is told by whom first.
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
   * A person's order to leave: the client is told first, then its record goes, and the jobs end that it was given or
   * sent, also those that run. What becomes of its session, the listeners decide. Returns null if the uuid is unknown.
   */
  forceUnregister(
    uuid: string,
    order: UnregisterOrder,
  ): { jobsCancelled: number; session: SessionHandle | null } | null {
    const client = this.registry.get(uuid)
    if (client === undefined) return null
    this.#postNotice(client, { reason: order.reason, by: 'operator', blocked_until: order.blocked_until })
    return this.#remove(uuid, 'operator', order.reason)
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

  /** Unregisters who has been away for too long, and frees what is too old to be polled. Call it every second or so. */
  expire(): void {
    this.#streamed.expire()
    const nowMs = this.#steadyMs()
    const { ephemeralGraceMs, persistentExpiryMs } = this.#limits
    const remove = (client: ClientInfo, cause: UnregisterCause, reason: string): void =>
      attempt('expiry of a client', () => this.#remove(client.uuid, cause, reason))
    for (const client of [...this.registry.all()]) {
      if (client.detachedAtMs === null) continue
      if (client.is_persistent) {
        if (nowMs - client.lastSignMs >= persistentExpiryMs)
          remove(client, 'expired', 'It gave no sign of life for too long.')
      } else if (nowMs - client.detachedAtMs >= ephemeralGraceMs) {
        remove(client, 'session_ended', 'Its session ended, and it did not come back.')
      }
    }
  }

  /** Who a message from `fromUuid` would go to now. Refused: a direct target that is nobody's. */
  routeOf(address: Address, fromUuid: string): Route | BusError {
    return route(this.registry, address, fromUuid, this.#isLive)
  }

  /**
   * Resolves the targets, puts one message in each target's mailbox and tells the listeners, who may deliver it
   * before this returns. Refused: what `checkRequest` refuses, an unknown direct target, a job too many, too large
   * for a target or under the id of one that has not ended, what the bus's user has no room for.
   */
  send(request: SendRequest): SendResult | BusError {
    const checked = checkRequest(request, this.registry, this.#serverUuid)
    if (!checked.ok) return checked
    const { from, priority, payloadJson, payloadBytes, head } = checked
    this.#largestPayload = Math.max(this.#largestPayload, payloadBytes)
    const found = request.route ?? this.routeOf(request, from)
    if (!found.ok) return found
    const { targets } = found
    this.last_activity = this.#nowSeconds()
    const message = this.#compose({
      from,
      routing: found.routing,
      priority,
      payloadJson,
      head,
      purpose: request.purpose ?? 'work',
      holders: request.holders,
    })
    const kind = head.jobKind
    if (kind !== null && targets.length > 0) {
      const tooLarge = refusesJobOf(payloadBytes, targets)
      if (tooLarge !== null) return tooLarge
      const inUse = this.refusesJobId(message.job_id)
      if (inUse !== null) return inUse
      if (!this.jobs.hasRoom(this.#nowSeconds())) {
        return refuse(
          'too_many_jobs',
          `At most ${String(this.#limits.jobs.maxPending)} jobs may be unfinished at once. Wait until some end, or cancel them.`,
        )
      }
    }
    if (!this.#held.take(message, targets.length)) return this.#noRoomFor(message, targets)
    if (kind !== null && targets.length > 0) {
      const uuids = targets.map((client) => client.uuid)
      const job = this.jobs.add(message, kind, uuids, request.reply ?? 'client')
      if (job === null) {
        for (const _ of targets) this.#held.release(message)
        return this.#noRoomFor(message, targets)
      }
      this.workers.note(targets)
      tellOfJob(this.events, this.jobs, job)
    }
    if (targets.length > 0) this.#plainMessages.note(message)
    const entries = this.mailboxes.deliver(message, targets)
    this.mailboxes.countSent(from)
    const deliveries: Record<string, Delivery> = Object.create(null) as Record<string, Delivery>
    targets.forEach((client, index) => {
      deliveries[client.uuid] = entries[index]?.outcome ?? 'queued'
    })
    return { ok: true, message, targets: targets.map((client) => client.uuid), deliveries }
  }

  /** Why a job may not go by this id: one that has not ended does. Null for any other. */
  refusesJobId(jobId: string): BusError | null {
    const known = this.jobs.get(jobId)
    if (known === undefined || isTerminal(known.state)) return null
    return refuse(
      'job_id_in_use',
      `Job "${jobId}" has not ended. Nothing was sent. Send another job_id or none, or wait until that job has ended.`,
    )
  }

  /**
   * Passes a peer's word on a job to whoever sent the job, at `notice`; to everybody else if that is unknown or
   * gone. A repeat after the end is accepted and reaches nobody. Refused: a session that was not given the job (see
   * `reporterOf`), and what there is no room for (see `JobReports.report`).
   *
   * @param session null for the server itself, which may report on any job
   */
  jobUpdate(update: JobUpdate, session: SessionHandle | null): JobUpdateResult | BusError {
    this.last_activity = this.#nowSeconds()
    const job = this.jobs.get(update.job_id)
    const server = this.#serverUuid
    const reporter = session === null ? server : reporterOf(this.registry, job, session, server)
    return typeof reporter === 'string' ? this.#reports.report(job, update, reporter) : reporter
  }

  /** Asks a job's targets to drop it, and with `interrupt` also to stop it where it runs: see `JobReports.cancel`. */
  cancelJob(job: Job, how?: { readonly interrupt: boolean }): void {
    this.#reports.cancel(job, how?.interrupt === true)
  }

  /** Ends as cancelled what a client was handed: its process was ended. What waits for it still waits. */
  cancelHandedTo(uuid: string, error: string): void {
    this.#reports.cancelHandedTo(uuid, error)
  }

  /** Tells whoever listens that a session does the same in vain again and again. The bus keeps nothing of it. */
  noteTrouble(session: SessionHandle, trouble: Trouble): void {
    this.events.emit('trouble', session, trouble)
  }

  /**
   * A client is away and is not waited for any longer: the jobs that had gone out to it end as `failed`, and what it
   * reports of them later is told by `late`.
   */
  failLost(uuid: string, error: string): void {
    this.#reports.failLost(uuid, error)
  }

  /** Stops all work and pauses all programs: see `stopEverything`. Returns how many jobs were told to stop. */
  stopEverything(by: string): number {
    return stopEverything({ pauses: this.pauses, jobs: this.jobs, reports: this.#reports }, by)
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

  #compose(draft: Parameters<typeof composeMessage>[1]): BusMessage {
    const origin = { user_id: this.user_id, message_id: this.#ports.newId(), timestamp: this.#nowSeconds() }
    return composeMessage(origin, draft)
  }

  #noRoomFor(message: BusMessage, targets: readonly ClientInfo[]): BusError {
    return refuse(
      'out_of_memory_share',
      `${this.memory.whatIsFull(messageBytes(message, targets.length))} Nothing was sent. Let the messages that wait be read, or unregister clients that nobody reads for.`,
    )
  }

  /** A message of the bus's own making: no sender to check, no job to remember, and no question of room. */
  #post(
    from: string,
    targets: readonly ClientInfo[],
    routing: BusMessage['routing'],
    priority: Priority,
    payload: JsonObject,
    purpose: JobPurpose = 'work',
  ): void {
    const draft = { payloadJson: JSON.stringify(payload), head: headOf(payload) }
    const message = this.#compose({ from, routing, priority, ...draft, purpose })
    this.#held.takeAnyway(message, targets.length)
    this.mailboxes.deliver(message, targets)
  }

  /** The last word to a client that has to leave, at `alert`. */
  #postNotice(
    client: ClientInfo,
    notice: { reason: string; by: string; blocked_until: number | null },
  ): void {
    const routing = { type: 'direct', target_uuid: client.uuid } as const
    this.#post(this.#serverUuid, [client], routing, 1, { message_type: unregisteredType, ...notice })
  }

  #remove(
    uuid: string,
    cause: UnregisterCause,
    reason: string,
  ): { jobsCancelled: number; session: SessionHandle | null } | null {
    const client = this.registry.remove(uuid)
    if (client === undefined) return null
    const session = client.session
    this.mailboxes.close(client)
    const given = this.#reports.cancelAllOf(uuid, reason)
    const sent = cause === 'operator' ? this.#reports.stopAllFrom(uuid) : 0
    this.events.emit('unregistered', { client, session, cause, reason })
    client.session = null
    return { jobsCancelled: given + sent, session }
  }
}
