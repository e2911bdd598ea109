import { isTerminal } from '../../shared/protocol.ts'
import type { JobBrief } from '../../shared/clients.ts'
import type { Job } from '../bus/jobs.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** A bus's unfinished jobs by who runs them and by who asked for them, so that a row is built without a search. */
export interface JobIndex {
  /** Unfinished jobs a client was given, oldest first. */
  given(uuid: string): readonly Job[]
  /** Unfinished jobs a client asked for, oldest first. */
  asked(uuid: string): readonly Job[]
}

/** Follows a bus from its first job on: make it before anything is sent. */
export function createJobIndex(bus: UserMessageBus): JobIndex {
  const given = new Map<string, Set<Job>>()
  const asked = new Map<string, Set<Job>>()
  const add = (index: Map<string, Set<Job>>, uuid: string, job: Job): void => {
    const jobs = index.get(uuid)
    if (jobs === undefined) index.set(uuid, new Set([job]))
    else jobs.add(job)
  }
  const remove = (index: Map<string, Set<Job>>, uuid: string, job: Job): void => {
    const jobs = index.get(uuid)
    jobs?.delete(job)
    if (jobs?.size === 0) index.delete(uuid)
  }
  bus.events.on('job', (job) => {
    const change = isTerminal(job.state) ? remove : add
    change(asked, job.from_uuid, job)
    for (const uuid of job.targets) change(given, uuid, job)
  })
  // A job that was forgotten or replaced unfinished never reports an end: it is left out here.
  const unfinished = (jobs: Iterable<Job>): Job[] =>
    [...jobs].filter((job) => bus.jobs.get(job.job_id) === job && !isTerminal(job.state))
  return {
    given: (uuid) => unfinished(given.get(uuid) ?? []),
    asked: (uuid) => unfinished(asked.get(uuid) ?? []),
  }
}

export function jobBrief(job: Job): JobBrief {
  return {
    jobId: job.job_id,
    title: job.title,
    state: job.state,
    progress: job.progress,
    progressMessage: job.progress_message,
    createdAt: job.created_at,
    fromUuid: job.from_uuid,
    targetUuids: job.targets.slice(0, 20),
  }
}
