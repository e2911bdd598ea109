import type { PanelJob } from '../../../shared/jobs.ts'
import { isTerminal, jobStateSchema } from '../../../shared/protocol.ts'
import { createFilterLanguage } from '../../lib/filter-language.ts'
import { compareValues, type Sort, type SortValue } from '../../lib/sorts.ts'
import { partyText } from './job-text.ts'

/** Which jobs to show. `query` is in the language of `jobFilter`; a null `state` lets every state through. */
export interface JobFilter {
  query: string
  state: PanelJob['state'] | null
}

export const jobStates = jobStateSchema.options

/** The words a person reads for a job's state. */
export const jobStateWords: Record<PanelJob['state'], string> = {
  pending: 'waiting',
  running: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** The columns of the list of jobs. */
export const jobColumns = ['job', 'state', 'parties', 'took', 'asked'] as const
export type JobColumn = (typeof jobColumns)[number]
export type JobSort = Sort<JobColumn>

export const jobColumnTitles: Record<JobColumn, string> = {
  job: 'Job',
  state: 'State',
  parties: 'From and to',
  took: 'Took',
  asked: 'Asked for',
}

/** Newest first: an order that no update changes. */
export const newestFirst: readonly JobSort[] = [{ column: 'asked', direction: 'ascending' }]

/** Values of these change by themselves: rows sorted by them are put in order at intervals only. */
export const volatileColumns: ReadonlySet<JobColumn> = new Set(['state', 'took'])

/** Seconds that a job has taken; while nobody has said that it runs, how long it waits. `now` in Unix seconds. */
export function tookSeconds(job: PanelJob, now: number): number {
  return Math.max(0, (job.endedAt ?? now) - (job.startedAt ?? job.createdAt))
}

/** What jobs can be found by. Only jobs that have ended have a `took`: that of others is another number at every look. */
export const jobFilter = createFilterLanguage<PanelJob>({
  fields: {
    job: ({ title }) => [title],
    state: ({ state }) => [jobStateWords[state]],
    from: ({ from }) => [from.name],
    to: ({ targets }) => targets.map(({ name }) => name),
    code: ({ preview }) => [preview],
    error: ({ problem }) => [problem],
    id: ({ jobId }) => [jobId],
    user: ({ userId }) => [userId],
  },
  aliases: {
    state: ({ state }) => [state],
    from: ({ from }) => [from.uuid],
    to: ({ targets }) => targets.map(({ uuid }) => uuid),
  },
  numbers: {
    took: (job) => (job.endedAt === null ? null : tookSeconds(job, job.endedAt)),
    progress: ({ progress }) => (progress === null ? null : Math.round(progress * 100)),
  },
  text({ title, jobId, preview, problem, progressMessage, from, targets }) {
    const parties = [from, ...targets].flatMap(({ uuid, name }) => [uuid, name])
    return [title, jobId, preview, problem, progressMessage, ...parties].join('\n')
  },
})

function sortValue(job: PanelJob, column: JobColumn, now: number): SortValue {
  switch (column) {
    case 'job':
      return job.title
    case 'state':
      return jobStates.indexOf(job.state)
    case 'parties':
      return partyText(job)
    case 'took':
      return tookSeconds(job, now)
    case 'asked':
      return -job.createdAt
  }
}

/** Whether a job is shown. */
export function jobPasses({ query, state }: JobFilter): (job: PanelJob) => boolean {
  const holds = jobFilter.parse(query)
  return (job) => (state === null || job.state === state) && holds(job)
}

/** Keys of the jobs that pass, sorted; those that are alike stand newest first. `now` in Unix seconds. */
export function orderJobs(
  byKey: ReadonlyMap<string, PanelJob>,
  filter: JobFilter,
  sorts: readonly JobSort[] = newestFirst,
  now = 0,
): string[] {
  return [...byKey.values()]
    .filter(jobPasses(filter))
    .sort((a, b) => {
      for (const { column, direction } of sorts) {
        const order = compareValues(sortValue(a, column, now), sortValue(b, column, now), direction)
        if (order !== 0) return order
      }
      return b.createdAt - a.createdAt || (a.key < b.key ? 1 : -1)
    })
    .map((job) => job.key)
}

/** Most jobs listed of one client: all of them stand in the list of jobs. */
const ofClientMax = 100

/** The jobs a client was given or asked for, newest first, at most 100. A job to more than 20 names only those. */
export function jobsOfClient(
  byKey: ReadonlyMap<string, PanelJob>,
  userId: string,
  uuid: string,
): readonly PanelJob[] {
  return [...byKey.values()]
    .filter(
      (job) =>
        job.userId === userId &&
        (job.from.uuid === uuid || job.targets.some((target) => target.uuid === uuid)),
    )
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, ofClientMax)
}

/** The unfinished jobs that some clients were given or sent, oldest first: what ends when they are unregistered. */
export function jobsThatEnd(
  byKey: ReadonlyMap<string, PanelJob>,
  clients: readonly { userId: string; uuid: string }[],
): readonly PanelJob[] {
  const leaving = new Set(clients.map(({ userId, uuid }) => `${userId}\u001f${uuid}`))
  return [...byKey.values()]
    .filter(
      (job) =>
        !isTerminal(job.state) &&
        [job.from, ...job.targets].some(({ uuid }) => leaving.has(`${job.userId}\u001f${uuid}`)),
    )
    .sort((a, b) => a.createdAt - b.createdAt)
}

export type JobTotals = Record<PanelJob['state'], number>

export function countJobs(jobs: Iterable<PanelJob>): JobTotals {
  const totals: JobTotals = { pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0 }
  for (const job of jobs) totals[job.state] += 1
  return totals
}
