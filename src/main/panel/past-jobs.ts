import { jobKey, type JobDetail, type JobRef, type PanelJob } from '../../shared/jobs.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import { lastLine } from '../activity/last-line.ts'
import type { PastJob } from '../activity/past-jobs.ts'
import type { JobLedger } from './job-ledger.ts'

/** Most jobs of earlier runs that are shown. */
const pastJobsMax = 1000
const targetsShown = 20
const problemLength = 200

/** Of a job whose server ended before it did: the log knows no end of it. */
const interruptedText =
  'Busbar ended before this job did. Whether it was done, nobody knows: look at the scene.'

type Ledger = Omit<JobLedger, 'close' | 'tell' | 'forget'>

/**
 * A ledger with the jobs of earlier runs in it, as far as the activity log knows them. They have ended. What they asked
 * for is not known, so none can be run again. A job that the bus knows goes before one of the same id.
 */
export function withPastJobs(
  ledger: Omit<JobLedger, 'close'>,
  activityLog: Pick<ActivityLog, 'state' | 'pastJobs' | 'events'>,
): Ledger {
  let past: ReadonlyMap<string, PanelJob> = new Map()
  const load = (): boolean => {
    if (activityLog.state().state !== 'on') return false
    past = new Map(
      activityLog.pastJobs
        .newest(pastJobsMax)
        .map(rowOf)
        // Newest first: of an id that was used again the newest job counts.
        .reverse()
        .map((row) => [row.key, row]),
    )
    return true
  }
  // A file of an earlier version is migrated first, and one that can't be opened is tried again.
  const loadLater = (): void => {
    if (!load()) return
    activityLog.events.off('written', loadLater)
    for (const { userId, jobId } of past.values()) ledger.tell({ userId, jobId })
  }
  if (!load()) activityLog.events.on('written', loadLater)

  const pastOf = (ref: JobRef): PanelJob | null => (ledger.has(ref) ? null : (past.get(jobKey(ref)) ?? null))
  const detailOf = (ref: JobRef): JobDetail | null => {
    const row = pastOf(ref)
    const kept = row === null ? null : activityLog.pastJobs.texts(ref)
    if (row === null || kept === null) return null
    const result = kept.result ?? ''
    const error = kept.error === '' ? row.problem : kept.error
    return {
      payload: null,
      routing: null,
      priority: null,
      result,
      resultLength: result.length,
      error,
      errorLength: error.length,
    }
  }
  return {
    events: ledger.events,
    rows() {
      const known = ledger.rows()
      const keys = new Set(known.map(({ key }) => key))
      return [...[...past.values()].filter(({ key }) => !keys.has(key)), ...known]
    },
    row: (ref) => ledger.row(ref) ?? pastOf(ref),
    has: (ref) => ledger.has(ref) || pastOf(ref) !== null,
    detail: (ref) => ledger.detail(ref) ?? detailOf(ref),
    text: (ref, part) => ledger.text(ref, part) ?? detailOf(ref)?.[part] ?? null,
    cancel: (ref) => (pastOf(ref) === null ? ledger.cancel(ref) : 'ended'),
    repeat: (ref) => ledger.repeat(ref),
  }
}

function rowOf(job: PastJob): PanelJob {
  const { userId, jobId, kind, title, at, updatedAt, targets, targetCount, state, error, names } = job
  const party = (uuid: string) => ({ uuid, name: names.get(uuid) ?? uuid })
  const hasEnded = state === 'completed' || state === 'failed' || state === 'cancelled'
  return {
    key: jobKey({ userId, jobId }),
    userId,
    jobId,
    kind: kind === 'job_dispatch' ? kind : 'command_dispatch',
    title,
    state: hasEnded ? state : 'failed',
    progress: null,
    progressMessage: '',
    createdAt: at,
    startedAt: null,
    endedAt: updatedAt,
    updatedAt,
    cancelRequestedAt: null,
    from: party(job.from),
    targets: targets.slice(0, targetsShown).map(party),
    targetCount,
    preview: '',
    problem: hasEnded ? lastLine(error, problemLength) : interruptedText,
  }
}
