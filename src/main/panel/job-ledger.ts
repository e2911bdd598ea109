import type { EventEmitter } from 'node:events'
import { clip } from '../../shared/well-formed.ts'
import { createEvents } from '../base/guarded.ts'
import {
  jobKey,
  type JobCancelOutcome,
  type JobDetail,
  type JobRef,
  type JobRepeatOutcome,
  type JobTextInput,
  type PanelJob,
} from '../../shared/jobs.ts'
import type { ClientRef } from '../../shared/clients.ts'
import { isAbout } from '../../shared/forget.ts'
import { isTerminal, type JsonObject } from '../../shared/protocol.ts'
import { withMembers } from '../../shared/json-text.ts'
import { startOf } from '../base/start-of.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { Job } from '../bus/jobs.ts'
import { payloadOf, type BusMessage } from '../bus/message.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import { lastLine } from '../activity/last-line.ts'
import { createKeptPayloads } from './kept-payloads.ts'
import type { OperatorMessages } from './operator-messages.ts'

/** Characters of a script or of parameters, and of an error, in a row. */
const previewLength = 200
/** Characters of a result or an error in a detail: more than that nobody reads in a panel. */
const detailLength = 100_000
const targetsShown = 20

/** The jobs of all buses as a person sees them. It holds no job itself: what a bus forgets is forgotten here. */
export interface JobLedger {
  rows(): PanelJob[]
  /** Null where the bus does not know the job (any more). */
  row(ref: JobRef): PanelJob | null
  has(ref: JobRef): boolean
  detail(ref: JobRef): JobDetail | null
  /** A result or an error, whole. */
  text(ref: JobRef, part: JobTextInput['part']): string | null
  cancel(ref: JobRef): JobCancelOutcome
  repeat(ref: JobRef): JobRepeatOutcome
  /** Lets go of the jobs that have ended of a client, or of the program that it is of, here and on its bus. Returns how many. */
  forget(about: ClientRef): number
  /** A job was dispatched or changed. */
  readonly events: EventEmitter<{ changed: [ref: JobRef] }>
  /** Tells that a job has changed which is kept elsewhere (`past-jobs.ts`). */
  tell(ref: JobRef): void
  close(): void
}

/** What the bus does not keep of a job. */
interface JobNotes {
  from: { uuid: string; name: string }
  targets: { uuid: string; name: string }[]
  startedAt: number | null
  endedAt: number | null
  preview: string
}

export interface JobLedgerPorts {
  buses: BusManager
  post: Pick<OperatorMessages, 'send'>
  newId: () => string
}

export function createJobLedger({ buses, post, newId }: JobLedgerPorts): JobLedger {
  const events = createEvents<{ changed: [ref: JobRef] }>('job ledger')
  const notes = new WeakMap<Job, JobNotes>()
  const payloads = createKeptPayloads((ref) => find(ref) !== null)

  const attach = (bus: UserMessageBus): void => {
    bus.events.on('job', (job) => {
      const known = notes.get(job) ?? takeNotes(bus, job)
      notes.set(job, known)
      if (job.state === 'running') known.startedAt ??= job.updated_at
      if (isTerminal(job.state)) known.endedAt ??= job.updated_at
      events.emit('changed', { userId: bus.user_id, jobId: job.job_id })
    })
    // The bus tells of a job first and then of the message that carries it.
    bus.events.on('message', (message) => {
      if (message.head.jobKind === null) return
      const job = bus.jobs.get(message.job_id)
      const known = job === undefined ? undefined : notes.get(job)
      if (job === undefined || known === undefined) return
      known.preview = previewOf(message)
      payloads.keep(bus.user_id, job, message, bus.memory)
      events.emit('changed', { userId: bus.user_id, jobId: job.job_id })
    })
  }
  const unfollow = buses.follow(attach)

  const find = ({ userId, jobId }: JobRef): { bus: UserMessageBus; job: Job } | null => {
    for (const bus of buses.buses()) {
      const job = bus.user_id === userId ? bus.jobs.get(jobId) : undefined
      if (job !== undefined) return { bus, job }
    }
    return null
  }
  const build = (bus: UserMessageBus, job: Job): PanelJob => {
    const known = notes.get(job) ?? takeNotes(bus, job)
    return {
      key: jobKey({ userId: bus.user_id, jobId: job.job_id }),
      userId: bus.user_id,
      jobId: job.job_id,
      kind: job.kind,
      title: job.title,
      state: job.state,
      progress: job.progress,
      progressMessage: job.progress_message,
      createdAt: job.created_at,
      startedAt: known.startedAt,
      endedAt: known.endedAt,
      updatedAt: job.updated_at,
      cancelRequestedAt: job.cancel_requested_at,
      from: known.from,
      targets: known.targets,
      targetCount: job.targets.length,
      preview: known.preview,
      problem: lastLine(job.error, previewLength),
    }
  }

  return {
    events,
    rows: () => [...buses.buses()].flatMap((bus) => [...bus.jobs.all()].map((job) => build(bus, job))),
    row(ref) {
      const found = find(ref)
      return found === null ? null : build(found.bus, found.job)
    },
    has: (ref) => find(ref) !== null,
    detail(ref) {
      const found = find(ref)
      if (found === null) return null
      const { result, error } = found.job
      const kept = payloads.of(ref.userId, found.job)
      return {
        payload: kept?.json ?? null,
        routing: kept?.routing ?? null,
        priority: kept?.priority ?? null,
        result: clip(result, detailLength),
        resultLength: result.length,
        error: clip(error, detailLength),
        errorLength: error.length,
      }
    },
    text: (ref, part) => find(ref)?.job[part] ?? null,
    cancel(ref) {
      const found = find(ref)
      if (found === null) return 'not_found'
      const { bus, job } = found
      if (isTerminal(job.state)) return 'ended'
      if (!job.targets.some((uuid) => bus.get(uuid) !== undefined)) return 'nobody'
      bus.cancelJob(job, { interrupt: true })
      return hasEnded(job) ? 'withdrawn' : 'asked'
    },
    repeat(ref) {
      const found = find(ref)
      const kept = found === null ? null : payloads.of(ref.userId, found.job)
      if (found === null || kept === null) {
        return { outcome: 'refused', message: 'What this job asked for is not known any more.' }
      }
      const { type, ...address } = kept.routing
      const jobId = newId()
      const payloadJson = withMembers(kept.json, { added: { job_id: JSON.stringify(jobId) } })
      const sent = post.send(found.bus, {
        ...address,
        payload: JSON.parse(payloadJson) as JsonObject,
        payloadJson,
        priority: kept.priority,
      })
      if (!sent.ok) return { outcome: 'refused', message: sent.message }
      if (sent.targets.length === 0) {
        return { outcome: 'refused', message: `Nobody is there to run it (routing: ${type}).` }
      }
      return { outcome: 'sent', jobId, targetCount: sent.targets.length }
    },
    tell: (ref) => void events.emit('changed', ref),
    forget({ userId, uuid }) {
      const bus = [...buses.buses()].find(({ user_id }) => user_id === userId)
      const ids =
        bus?.jobs.forgetEnded(({ from_uuid, targets }) =>
          [from_uuid, ...targets].some((each) => isAbout(each, uuid)),
        ) ?? []
      for (const jobId of ids) {
        payloads.forget({ userId, jobId })
        events.emit('changed', { userId, jobId })
      }
      return ids.length
    },
    close: unfollow,
  }
}

/** Read anew, for `cancelJob` may have changed it. */
function hasEnded(job: Job): boolean {
  return isTerminal(job.state)
}

function takeNotes(bus: UserMessageBus, job: Job): JobNotes {
  const party = (uuid: string): { uuid: string; name: string } => {
    const label = bus.get(uuid)?.metadata.label?.trim()
    return { uuid, name: label === undefined || label === '' ? uuid : label }
  }
  return {
    from: party(job.from_uuid),
    targets: job.targets.slice(0, targetsShown).map(party),
    startedAt: null,
    endedAt: isTerminal(job.state) ? job.updated_at : null,
    preview: '',
  }
}

/** The code of a job as it is, the parameters of any other command as JSON; white space is drawn together. */
function previewOf(message: BusMessage): string {
  const { script, params } = payloadOf(message)
  const code = typeof params === 'object' && params !== null && 'code' in params ? params.code : undefined
  const text =
    [script, code].find((each) => typeof each === 'string') ??
    (params === undefined || isEmpty(params) ? '' : JSON.stringify(params))
  return startOf(
    startOf(text, 4 * previewLength)
      .replace(/\s+/g, ' ')
      .trim(),
    previewLength,
  )
}

function isEmpty(params: unknown): boolean {
  return typeof params === 'object' && params !== null && Object.keys(params).length === 0
}
