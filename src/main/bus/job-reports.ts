import type { EventEmitter } from 'node:events'
import type { MemoryAccount } from '../base/ledger.ts'
import { bounds, isTerminal, type JsonObject, type Priority, type Routing } from '../../shared/protocol.ts'
import type { BusEvents } from './bus-events.ts'
import type { ClientInfo } from './client-info.ts'
import type { ClientRegistry } from './client-registry.ts'
import { refuse, type BusError } from './errors.ts'
import { cutText, type Job, type JobTable, type JobUpdate } from './jobs.ts'
import { messageBytes, type BusMessage, type JobPurpose } from './message.ts'
import type { Mailboxes } from './mailboxes.ts'
import type { PlainMessages } from './plain-messages.ts'
import { tellOfJob } from './tell-of-job.ts'

export interface JobUpdateResult {
  readonly ok: true
  readonly delivered: 'direct' | 'broadcast'
  readonly targets: readonly string[]
}

interface JobReportsPorts {
  readonly registry: ClientRegistry
  readonly jobs: JobTable
  readonly plainMessages: PlainMessages
  readonly mailboxes: Mailboxes
  readonly events: EventEmitter<BusEvents>
  readonly memory: MemoryAccount
  /** Whom the bus itself speaks as. */
  readonly serverUuid: string
  /** Unix seconds. */
  readonly now: () => number
  /** Sends a message of the bus's own making, whether there is room for it or not. */
  readonly post: (
    from: string,
    targets: readonly ClientInfo[],
    routing: Routing,
    priority: Priority,
    payload: JsonObject,
    purpose?: JobPurpose,
  ) => void
}

/** What is left at least of a result that there is no room for, its marker included. */
const shortestCutBytes = 256

/** Word on the jobs of one bus, from whoever has it to whoever waits for it; and the order to drop a job. */
export class JobReports {
  readonly #ports: JobReportsPorts
  /** Of jobs that ended because a client was away: whose word on them is still awaited. */
  readonly #lost = new WeakMap<Job, Set<string>>()

  constructor(ports: JobReportsPorts) {
    this.#ports = ports
  }

  /**
   * Passes a word on; `job` is undefined for one that this bus does not know (any more). A word on a message that was no
   * job goes to the sender of that, as older peers answer so. Refused: what the bus's user
   * has no room for. The end of a job is never refused: what does not fit is cut from its result and error.
   */
  report(job: Job | undefined, update: JobUpdate, reporter: string): JobUpdateResult | BusError {
    const { registry, jobs, plainMessages, events, memory, now, post } = this.#ports
    const answered = job === undefined ? plainMessages.get(update.job_id) : undefined
    const sender = registry.get((job ?? answered)?.from_uuid ?? '')
    const delivered = job?.reply === 'caller' || sender !== undefined ? 'direct' : 'broadcast'
    const isRepeat =
      job === undefined
        ? isTerminal(update.status) && answered?.endedBy.has(reporter) === true
        : jobs.isRepeat(job, reporter)
    if (isRepeat) {
      this.#hearLate(job, update, reporter)
      return { ok: true, delivered, targets: [] }
    }
    const targets =
      job?.reply === 'caller'
        ? []
        : sender !== undefined
          ? [sender]
          : [...registry.all()].filter((client) => client.uuid !== reporter)
    const fit = this.#fit(job, update, targets.length)
    // Its sender hears of the end of a job in any case; of other news and for strangers there has to be room.
    const isLastWord = job !== undefined && sender !== undefined && jobs.endsWith(job, update, reporter)
    if (!fit.fits && (job === undefined || !isTerminal(update.status))) {
      return refuse(
        'out_of_memory_share',
        `${memory.whatIsFull(fit.bytes)} Nothing was changed. Let the messages that wait be read, or report a shorter result.`,
      )
    }
    if (job !== undefined) {
      jobs.apply(job, fit.update, reporter, now())
      tellOfJob(events, jobs, job)
    } else if (answered !== undefined) {
      if (isTerminal(update.status)) answered.endedBy.add(reporter)
    } else if (isTerminal(update.status) && !jobs.noteUnknownJob(update.job_id, reporter)) {
      return { ok: true, delivered, targets: [] }
    }
    if (job?.reply === 'caller') return { ok: true, delivered, targets: [job.from_uuid] }
    if (!fit.fits && !isLastWord) return { ok: true, delivered, targets: [] }
    const routing: Routing =
      sender !== undefined ? { type: 'direct', target_uuid: sender.uuid } : { type: 'broadcast' }
    post(reporter, targets, routing, 5, payloadOfUpdate(fit.update))
    return { ok: true, delivered, targets: targets.map((client) => client.uuid) }
  }

  /**
   * An update cut to its bounds, and one that ends something so far that there is room for it. `fits` is false where
   * there is none, not even for that; `bytes` is what it takes.
   */
  #fit(
    job: Job | undefined,
    update: JobUpdate,
    targets: number,
  ): { update: JobUpdate; fits: boolean; bytes: number } {
    const { jobs, memory } = this.#ports
    let maxBytes: number = bounds.resultBytes
    for (;;) {
      const cut = {
        ...update,
        result: cutText(update.result, maxBytes),
        error: cutText(update.error, maxBytes),
      }
      const bytes =
        (job === undefined ? 0 : Math.max(0, jobs.growth(job, cut))) +
        (targets === 0 ? 0 : messageBytes(asMessage(cut), targets))
      const fits = bytes <= memory.roomBytes
      if (fits || !isTerminal(update.status) || maxBytes <= shortestCutBytes)
        return { update: cut, fits, bytes }
      maxBytes = Math.max(shortestCutBytes, Math.floor(maxBytes / 4))
    }
  }

  /** Ends what a client that left was working on; returns how many jobs, looks not counted. */
  cancelAllOf(uuid: string, reason: string): number {
    const left = this.#ports.jobs.unfinishedOf(uuid)
    for (const job of left) {
      this.report(job, { job_id: job.job_id, status: 'cancelled', result: '', error: reason }, uuid)
    }
    return left.filter((job) => job.purpose === 'work').length
  }

  /** Ends the jobs that went down with a client's last process. Whether they had begun, nobody knows. */
  failLostBy(uuid: string): void {
    const error = `"${uuid}" was closed or crashed while it had this job, and was started again. The job was not repeated.`
    for (const job of this.#ports.jobs.handedTo(uuid)) {
      this.report(job, { job_id: job.job_id, status: 'failed', result: '', error }, uuid)
    }
  }

  /** Ends the jobs that a client was handed whose process a person ended. */
  cancelHandedTo(uuid: string, error: string): void {
    for (const job of this.#ports.jobs.handedTo(uuid)) {
      this.report(job, { job_id: job.job_id, status: 'cancelled', result: '', error }, uuid)
    }
  }

  /**
   * Ends the jobs of a client that is away and is not waited for any longer. Where it comes back, it drops what it has
   * not begun.
   */
  failLost(uuid: string, error: string): void {
    for (const job of this.#ports.jobs.handedTo(uuid)) {
      this.#askToDrop(job, uuid, false)
      this.report(job, { job_id: job.job_id, status: 'failed', result: '', error }, uuid)
      this.#lost.set(job, (this.#lost.get(job) ?? new Set<string>()).add(uuid))
    }
  }

  /** Tells once of the end that a client reports whose job was given up. */
  #hearLate(job: Job | undefined, update: JobUpdate, reporter: string): void {
    if (job?.purpose !== 'work' || !isTerminal(update.status)) return
    if (this.#lost.get(job)?.delete(reporter) === true) this.#ports.events.emit('late', job, update, reporter)
  }

  /** Ends a job that was kept back from whoever has the uuid by now of the client that it was for. */
  failReplaced(message: BusMessage, uuid: string): void {
    if (message.head.jobKind === null) return
    const job = this.#ports.jobs.get(message.job_id)
    if (job === undefined || isTerminal(job.state)) return
    const error =
      `Another program has taken the place of "${uuid}" since a person allowed this, and was not given it. ` +
      'Send it again: the person is then asked about the one that is there now.'
    this.report(job, { job_id: job.job_id, status: 'failed', result: '', error }, uuid)
  }

  /**
   * Stops what a client sent that a person took off, as nobody wants any of it any more; returns how many jobs. They
   * end when their targets say so.
   */
  stopAllFrom(uuid: string): number {
    const sent = [...this.#ports.jobs.pending()].filter((job) => job.from_uuid === uuid)
    for (const job of sent) this.cancel(job, true)
    return sent.length
  }

  /**
   * Asks a job's targets to drop it, by `job_cancel`. The job ends when they say so. What runs goes on, unless
   * `interrupt` asks its peer to stop it. From a target that has not been sent it yet, it is taken back and ends at once.
   * Who asks for less than was asked for before changes nothing.
   */
  cancel(job: Job, interrupt = false): void {
    if (isTerminal(job.state) || (!interrupt && job.cancel_requested_at !== null)) return
    for (const uuid of job.targets) this.#askToDrop(job, uuid, interrupt)
  }

  #askToDrop(job: Job, uuid: string, interrupt: boolean): void {
    const { registry, jobs, events, mailboxes, serverUuid, now, post } = this.#ports
    const target = registry.get(uuid)
    if (target === undefined) return
    if (mailboxes.withdrawJob(target, job.job_id)) {
      const error = 'Withdrawn before it reached its target.'
      this.report(job, { job_id: job.job_id, status: 'cancelled', result: '', error }, uuid)
      return
    }
    const payload = {
      message_type: 'job_cancel',
      job_id: job.job_id,
      ...(interrupt && { interrupt }),
    }
    // One that waits is enough: there may be no room for more, and the bus does not ask for it.
    if (mailboxes.has(target, JSON.stringify(payload))) return
    post(serverUuid, [target], { type: 'direct', target_uuid: uuid }, 4, payload, job.purpose)
    if (interrupt && jobs.noteCancelRequested(job, now())) tellOfJob(events, jobs, job)
  }
}

function payloadOfUpdate({
  job_id,
  status,
  result,
  error,
  progress,
  progress_message,
}: JobUpdate): JsonObject {
  return {
    kind: 'job_update',
    job_id,
    status,
    result,
    error,
    ...(progress !== undefined && { progress }),
    ...(progress_message !== undefined && { progress_message }),
  }
}

/** What a message about an update would keep. */
function asMessage(update: JobUpdate): { payloadJson: string; payloadBytes: number } {
  const payloadJson = JSON.stringify(payloadOfUpdate(update))
  return { payloadJson, payloadBytes: Buffer.byteLength(payloadJson) }
}
