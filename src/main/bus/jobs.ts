import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import { keptBytes } from '../base/raw-json.ts'
import { isTerminal, type JobState, type JobStatus } from '../../shared/protocol.ts'
import { keepNewest } from '../../shared/keep-newest.ts'
import type { BusMessage, JobKind, JobPurpose } from './message.ts'

/** Who hears of a job's updates: the client that sent it, or the caller in this process that waits for it. */
export type JobReply = 'client' | 'caller'

/** One job, from its dispatch to its end. Times are Unix seconds. Only `JobTable` changes it. */
export interface Job {
  readonly job_id: string
  readonly kind: JobKind
  /** What it is called where people read of it; at most 200 characters. */
  readonly title: string
  /** The name of the command; null for a `job_dispatch`. */
  readonly command: string | null
  readonly from_uuid: string
  readonly reply: JobReply
  readonly purpose: JobPurpose
  /** Uuids it was sent to, at least one. */
  readonly targets: readonly string[]
  readonly created_at: number
  state: JobState
  /** 0..1, null where no peer reported any. */
  progress: number | null
  progress_message: string
  result: string
  error: string
  updated_at: number
  /** When somebody asked for it to be stopped where it runs, null where nobody did. It ends when its peer says so. */
  cancel_requested_at: number | null
}

export interface JobUpdate {
  job_id: string
  status: JobStatus
  result: string
  error: string
  progress?: number | undefined
  progress_message?: string | undefined
}

export interface JobTableLimits {
  /** Most jobs that have not ended. */
  maxPending: number
  /** Most jobs kept after their end, oldest forgotten first. */
  maxFinished: number
  /** Most characters of results and errors kept after the end of their jobs. */
  maxFinishedChars: number
}

/** Looks that are known, ended ones too: a peer that reports twice must not be taken for a stranger. */
const knownLooksMax = 1000

/** Silence after which an unfinished job gives up its place to a new one. */
const silentJobSeconds = 3600

/** Bytes for a job's record, and for the tables that name it. */
const recordBytes = 1024
/** Bytes for a target of a job: its uuid, how its part ended, and whether it was handed the job. */
const targetBytes = 192
/** What ended jobs may take at most of what their user may have: the rest is for what goes on. */
const finishedShare = 1 / 4

/**
 * Cuts text to so many bytes of UTF-8 and says how much went. The whole, marker included, stays within
 * `maxBytes`, and no character is cut in half.
 */
export function cutText(text: string, maxBytes: number): string {
  const size = Buffer.byteLength(text)
  if (size <= maxBytes) return text
  const room = maxBytes - 64
  const kept = Buffer.from(text)
    .subarray(0, room)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
  return `${kept}\n[cut: ${String(size - Buffer.byteLength(kept))} of ${String(size)} bytes left out]`
}

/** The jobs of one bus: those in flight, and the last of those that ended. All of it is charged to the bus's user. */
export class JobTable {
  readonly #limits: JobTableLimits
  readonly #account: MemoryAccount
  readonly #holds = new WeakMap<Job, MemoryHold>()
  readonly #pending = new Map<string, Job>()
  readonly #finished = new Map<string, Job>()
  /** Looks apart from all work, in the order they were sent, whether they have ended or not. */
  readonly #looks = new Map<string, Job>()
  /** For jobs with several targets: how each one that has ended did end. */
  readonly #parts = new WeakMap<Job, Map<string, JobStatus>>()
  /** Targets that a job was really handed to: for them it may have begun, whatever is heard of it. */
  readonly #handedTo = new WeakMap<Job, Set<string>>()
  /** Ends that were reported of jobs this bus never knew, by job and reporter; the oldest are forgotten first. */
  readonly #unknownJobs = new Set<string>()
  #finishedChars = 0
  #finishedBytes = 0

  constructor(limits: JobTableLimits, account: MemoryAccount) {
    this.#limits = limits
    this.#account = account
  }

  /** Of work; looks do not count. */
  get pendingCount(): number {
    return this.#pending.size
  }

  /** Work or a look. */
  get(jobId: string): Job | undefined {
    return this.#pending.get(jobId) ?? this.#finished.get(jobId) ?? this.#looks.get(jobId)
  }

  /** Work that has not ended. */
  pending(): IterableIterator<Job> {
    return this.#pending.values()
  }

  /** Everything that a client was given and that has not ended, looks too. */
  unfinishedOf(uuid: string): Job[] {
    const looks = [...this.#looks.values()].filter((job) => !isTerminal(job.state))
    return [...this.#pending.values(), ...looks].filter((job) => job.targets.includes(uuid))
  }

  /** All work that is known. */
  *all(): Generator<Job> {
    yield* this.#pending.values()
    yield* this.#finished.values()
  }

  /**
   * Whether another job may be added. Where there are as many as may be, one of which nothing was heard for an hour
   * makes room: its peer will not answer any more.
   */
  hasRoom(nowSeconds: number): boolean {
    if (this.#pending.size < this.#limits.maxPending) return true
    for (const job of this.#pending.values()) {
      if (nowSeconds - job.updated_at < silentJobSeconds) continue
      this.#pending.delete(job.job_id)
      this.#release(job)
      return true
    }
    return false
  }

  /**
   * Remembers a dispatched job; null, and nothing changes, where its user has no room for it. The id of one
   * that has ended means the new one from then on.
   */
  add(message: BusMessage, kind: JobKind, targets: readonly string[], reply: JobReply): Job | null {
    const job: Job = {
      job_id: message.job_id,
      kind,
      title: message.head.title,
      command: message.head.command,
      from_uuid: message.from_uuid,
      reply,
      purpose: message.purpose,
      targets: [...targets],
      created_at: message.timestamp,
      state: 'pending',
      progress: null,
      progress_message: '',
      result: '',
      error: '',
      updated_at: message.timestamp,
      cancel_requested_at: null,
    }
    const hold = this.#account.take('jobs', bytesOf(job))
    if (hold === null) return null
    this.#forgetFinished(job.job_id)
    this.#forgetLook(job.job_id)
    this.#holds.set(job, hold)
    if (job.purpose === 'look') this.#addLook(job)
    else this.#pending.set(job.job_id, job)
    return job
  }

  /** Notes that a job has gone out to one of its targets. */
  noteDelivered(jobId: string, uuid: string): void {
    const job = this.get(jobId)
    if (job === undefined) return
    const known = this.#handedTo.get(job)
    if (known === undefined) this.#handedTo.set(job, new Set([uuid]))
    else known.add(uuid)
  }

  /** Takes `noteDelivered` back: the job did not arrive. */
  noteWithdrawn(jobId: string, uuid: string): void {
    const job = this.get(jobId)
    if (job !== undefined) this.#handedTo.get(job)?.delete(uuid)
  }

  /** Unfinished jobs that a client was handed. */
  handedTo(uuid: string): Job[] {
    return this.unfinishedOf(uuid).filter((job) => this.#handedTo.get(job)?.has(uuid) === true)
  }

  /** Whether an update comes after the end of the job, or of its reporter's part of it: then it changes nothing. */
  isRepeat(job: Job, reporterUuid: string): boolean {
    return isTerminal(job.state) || this.#parts.get(job)?.has(reporterUuid) === true
  }

  /** Whether the job is over with this update, and not a part of it alone. */
  endsWith(job: Job, update: JobUpdate, reporterUuid: string): boolean {
    if (!isTerminal(update.status)) return false
    const isPart = job.targets.length > 1 && job.targets.includes(reporterUuid)
    return !isPart || (this.#parts.get(job)?.size ?? 0) + 1 >= job.targets.length
  }

  /** Bytes that a job takes more with an update than it takes now. */
  growth(job: Job, update: Pick<JobUpdate, 'result' | 'error' | 'progress_message'>): number {
    const progress_message = update.progress_message ?? job.progress_message
    return bytesOf({ ...job, ...update, progress_message }) - (this.#holds.get(job)?.bytes ?? 0)
  }

  /** Notes that somebody wants it stopped; false where that is known or it has ended. */
  noteCancelRequested(job: Job, nowSeconds: number): boolean {
    if (job.cancel_requested_at !== null || isTerminal(job.state)) return false
    job.cancel_requested_at = nowSeconds
    return true
  }

  /**
   * Applies an update, for which there should be room; false when it is a repeat after the end, which changes nothing. Of a job with several
   * targets each ends its own part, and the job ends with the last part: `failed` if one failed, else
   * `cancelled` if one was cancelled. A reporter that is no target speaks for the whole job.
   */
  apply(job: Job, update: JobUpdate, reporterUuid: string, nowSeconds: number): boolean {
    if (this.isRepeat(job, reporterUuid)) return false
    let state: JobStatus = update.status
    if (job.targets.length > 1 && job.targets.includes(reporterUuid)) {
      const parts = this.#parts.get(job) ?? new Map<string, JobStatus>()
      if (isTerminal(update.status)) {
        this.#parts.set(job, parts.set(reporterUuid, update.status))
        state = parts.size < job.targets.length ? 'running' : worst(parts.values())
      }
    }
    job.state = state
    job.updated_at = nowSeconds
    job.result = update.result
    job.error = update.error
    if (update.progress !== undefined) job.progress = update.progress
    if (update.progress_message !== undefined) job.progress_message = update.progress_message
    this.#charge(job)
    if (isTerminal(state)) this.#finish(job)
    return true
  }

  /**
   * Notes the end of a job that this bus does not know (it was sent before a restart, or long ago); false when its
   * peer has reported the end before. A peer whose answer got lost on the way reports again.
   */
  noteUnknownJob(jobId: string, reporterUuid: string): boolean {
    const name = JSON.stringify([jobId, reporterUuid])
    if (this.#unknownJobs.has(name)) return false
    this.#unknownJobs.add(name)
    keepNewest(this.#unknownJobs, this.#limits.maxFinished)
    return true
  }

  /** Lets go of the jobs that have ended and are meant; returns their ids. */
  forgetEnded(isMeant: (job: Job) => boolean): string[] {
    const meant = [...this.#finished.values()].filter(isMeant).map(({ job_id }) => job_id)
    for (const id of meant) this.#forgetFinished(id)
    return meant
  }

  /** Lets go of what a look answered, once those who waited for it have been told. */
  dropAnswer(look: Job): void {
    look.result = ''
    look.error = ''
    this.#charge(look)
  }

  #addLook(job: Job): void {
    this.#looks.set(job.job_id, job)
    for (const oldest of this.#looks.values()) {
      if (this.#looks.size <= knownLooksMax) break
      this.#forgetLook(oldest.job_id)
    }
  }

  #forgetLook(jobId: string): void {
    const look = this.#looks.get(jobId)
    if (look === undefined) return
    this.#looks.delete(jobId)
    this.#release(look)
  }

  #finish(job: Job): void {
    if (job.purpose === 'look') return
    this.#pending.delete(job.job_id)
    this.#finished.set(job.job_id, job)
    this.#finishedChars += job.result.length + job.error.length
    this.#finishedBytes += this.#holds.get(job)?.bytes ?? 0
    const maxBytes = this.#account.shareBytes * finishedShare
    for (const id of this.#finished.keys()) {
      const fits =
        this.#finished.size <= this.#limits.maxFinished &&
        this.#finishedChars <= this.#limits.maxFinishedChars &&
        this.#finishedBytes <= maxBytes
      if (fits || id === job.job_id) break
      this.#forgetFinished(id)
    }
  }

  #forgetFinished(jobId: string): void {
    const job = this.#finished.get(jobId)
    if (job === undefined) return
    this.#finished.delete(jobId)
    this.#finishedChars -= job.result.length + job.error.length
    this.#finishedBytes -= this.#holds.get(job)?.bytes ?? 0
    this.#release(job)
  }

  /** Charges what a job takes by now, also where that is more than there is room for: it has been accepted. */
  #charge(job: Job): void {
    const hold = this.#holds.get(job)
    const bytes = bytesOf(job)
    if (hold === undefined || hold.resize(bytes)) return
    hold.release()
    this.#holds.set(job, this.#account.takeAnyway('jobs', bytes))
  }

  #release(job: Job): void {
    this.#holds.get(job)?.release()
    this.#holds.delete(job)
  }
}

/** What keeping a job takes. */
function bytesOf(job: Pick<Job, 'targets' | 'result' | 'error' | 'progress_message'>): number {
  const { targets, result, error, progress_message } = job
  const texts = [result, error, progress_message].reduce((sum, text) => sum + keptBytes(text), 0)
  return recordBytes + targets.length * targetBytes + texts
}

function worst(ends: Iterable<JobStatus>): JobStatus {
  const all = new Set(ends)
  if (all.has('failed')) return 'failed'
  return all.has('cancelled') ? 'cancelled' : 'completed'
}
