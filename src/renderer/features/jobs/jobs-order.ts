import type { PanelJob } from '../../../shared/jobs.ts'
import { jobStateSchema } from '../../../shared/protocol.ts'
import { fold } from '../clients/client-text.ts'

/** Which jobs to show. All words of `query` must occur; a null `state` lets every state through. */
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

const searchTexts = new WeakMap<PanelJob, string>()

function searchText(job: PanelJob): string {
  let text = searchTexts.get(job)
  if (text === undefined) {
    const parties = [job.from, ...job.targets].flatMap(({ uuid, name }) => [uuid, name])
    text = fold([job.title, job.jobId, job.preview, job.problem, job.progressMessage, ...parties].join('\n'))
    searchTexts.set(job, text)
  }
  return text
}

/** Keys of the jobs that pass, newest first: an order that no update changes. */
export function orderJobs(byKey: ReadonlyMap<string, PanelJob>, { query, state }: JobFilter): string[] {
  const words = fold(query).split(/\s+/)
  return [...byKey.values()]
    .filter(
      (job) =>
        (state === null || job.state === state) &&
        (query === '' || words.every((word) => searchText(job).includes(word))),
    )
    .sort((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? 1 : -1))
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

export type JobTotals = Record<PanelJob['state'], number>

export function countJobs(jobs: Iterable<PanelJob>): JobTotals {
  const totals: JobTotals = { pending: 0, running: 0, completed: 0, failed: 0, cancelled: 0 }
  for (const job of jobs) totals[job.state] += 1
  return totals
}
