import type { EventEmitter } from 'node:events'
import { bounds, isTerminal, type JsonObject, type Priority, type Routing } from '../../shared/protocol.ts'
import type { BusEvents } from './bus-events.ts'
import type { ClientInfo } from './client-info.ts'
import type { ClientRegistry } from './client-registry.ts'
import { cutText, type Job, type JobTable, type JobUpdate } from './jobs.ts'
import type { JobPurpose } from './message.ts'
import type { Mailboxes } from './mailboxes.ts'
import { tellOfJob } from './tell-of-job.ts'

export interface JobUpdateResult {
  readonly ok: true
  readonly delivered: 'direct' | 'broadcast'
  readonly targets: readonly string[]
}

interface JobReportsPorts {
  readonly registry: ClientRegistry
  readonly jobs: JobTable
  readonly mailboxes: Mailboxes
  readonly events: EventEmitter<BusEvents>
  /** Whom the bus itself speaks as. */
  readonly serverUuid: string
  /** Unix seconds. */
  readonly now: () => number
  /** Sends a message of the bus's own making. */
  readonly post: (
    from: string,
    targets: readonly ClientInfo[],
    routing: Routing,
    priority: Priority,
    payload: JsonObject,
    purpose?: JobPurpose,
  ) => void
}

/** Word on the jobs of one bus, from whoever has it to whoever waits for it; and the order to drop a job. */
export class JobReports {
  readonly #ports: JobReportsPorts

  constructor(ports: JobReportsPorts) {
    this.#ports = ports
  }

  /** Passes a word on; `job` is undefined for one that this bus does not know (any more). */
  report(job: Job | undefined, update: JobUpdate, reporter: string): JobUpdateResult {
    const { registry, jobs, events, now, post } = this.#ports
    const cut: JobUpdate = {
      ...update,
      result: cutText(update.result, bounds.resultBytes),
      error: cutText(update.error, bounds.resultBytes),
    }
    const senderOnBus = job === undefined ? undefined : registry.get(job.from_uuid)
    const delivered = job?.reply === 'caller' || senderOnBus !== undefined ? 'direct' : 'broadcast'
    if (job !== undefined) {
      if (!jobs.apply(job, cut, reporter, now())) return { ok: true, delivered, targets: [] }
      tellOfJob(events, jobs, job)
    } else if (isTerminal(cut.status) && !jobs.noteUnknownJob(cut.job_id, reporter)) {
      return { ok: true, delivered, targets: [] }
    }
    if (job?.reply === 'caller') return { ok: true, delivered, targets: [job.from_uuid] }
    const targets =
      senderOnBus !== undefined
        ? [senderOnBus]
        : [...registry.all()].filter((client) => client.uuid !== reporter)
    const routing: Routing =
      senderOnBus !== undefined ? { type: 'direct', target_uuid: senderOnBus.uuid } : { type: 'broadcast' }
    post(reporter, targets, routing, 5, {
      kind: 'job_update',
      job_id: cut.job_id,
      status: cut.status,
      result: cut.result,
      error: cut.error,
      ...(cut.progress !== undefined && { progress: cut.progress }),
      ...(cut.progress_message !== undefined && { progress_message: cut.progress_message }),
    })
    return { ok: true, delivered, targets: targets.map((client) => client.uuid) }
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

  /** Asks the peers of a client that was unregistered to drop its jobs they have not started. */
  withdrawFrom(uuid: string): void {
    for (const job of [...this.#ports.jobs.pending()].filter((pending) => pending.from_uuid === uuid)) {
      this.cancel(job)
    }
  }

  /**
   * Asks a job's targets to drop it, by `job_cancel`. The job ends when they say so. What runs goes on, unless
   * `interrupt` asks its peer to stop it. From a target that has not been sent it yet, it is taken back and ends at once.
   */
  cancel(job: Job, interrupt = false): void {
    if (isTerminal(job.state)) return
    const { registry, mailboxes, serverUuid, post } = this.#ports
    for (const uuid of job.targets) {
      const target = registry.get(uuid)
      if (target === undefined) continue
      if (mailboxes.withdrawJob(target, job.job_id)) {
        const error = 'Withdrawn before it reached its target.'
        this.report(job, { job_id: job.job_id, status: 'cancelled', result: '', error }, uuid)
        continue
      }
      const payload = {
        message_type: 'job_cancel',
        job_id: job.job_id,
        ...(interrupt && { interrupt }),
      }
      post(serverUuid, [target], { type: 'direct', target_uuid: uuid }, 4, payload, job.purpose)
    }
  }
}
