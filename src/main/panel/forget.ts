import type { ClientRef } from '../../shared/clients.ts'
import type { ForgetOutcome } from '../../shared/forget.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { JobLedger } from './job-ledger.ts'
import type { Pictures } from './pictures.ts'

/** Deletes all that is kept about a client or a program. What is under way goes on, and what it says is kept again. */
export function createForgetting(ports: {
  activityLog: Pick<ActivityLog, 'forget'>
  jobs: Pick<JobLedger, 'forget'>
  pictures: Pick<Pictures, 'forget'>
}): (about: ClientRef) => Promise<ForgetOutcome> {
  const { activityLog, jobs, pictures } = ports
  return async (about) => {
    const entries = await activityLog.forget(about)
    if (entries === null) {
      const message =
        'The activity log can’t be written just now, so not all of it was deleted. Try again later.'
      return { outcome: 'refused', message }
    }
    return {
      outcome: 'forgotten',
      entries,
      jobs: jobs.forget(about),
      pictures: pictures.forget(about) ? 1 : 0,
    }
  }
}
