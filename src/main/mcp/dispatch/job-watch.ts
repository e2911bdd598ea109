import { after, attempt } from '../../base/guarded.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import type { Job } from '../../bus/jobs.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'

/** Tells of changes of single jobs: one listener a bus, however many jobs are watched. */
export interface JobWatch {
  /** Calls `hear` after each change of the job, until the returned function is called. */
  watch(bus: UserMessageBus, jobId: string, hear: (job: Job) => void): () => void
  /** Resolves when the job has ended, after `waitMs`, or when `signal` is aborted: whichever comes first. */
  untilEnd(bus: UserMessageBus, job: Job, waitMs: number, signal: AbortSignal): Promise<void>
}

export function createJobWatch(): JobWatch {
  const buses = new WeakMap<UserMessageBus, Map<string, Set<(job: Job) => void>>>()
  const watchersOf = (bus: UserMessageBus) => {
    const known = buses.get(bus)
    if (known !== undefined) return known
    const watchers = new Map<string, Set<(job: Job) => void>>()
    buses.set(bus, watchers)
    bus.events.on('job', (job) => {
      for (const hear of [...(watchers.get(job.job_id) ?? [])]) attempt('watch of a job', () => hear(job))
    })
    return watchers
  }
  const watch: JobWatch['watch'] = (bus, jobId, hear) => {
    const watchers = watchersOf(bus)
    const ofJob = watchers.get(jobId) ?? new Set()
    watchers.set(jobId, ofJob.add(hear))
    return () => {
      ofJob.delete(hear)
      if (ofJob.size === 0 && watchers.get(jobId) === ofJob) watchers.delete(jobId)
    }
  }
  return {
    watch,
    async untilEnd(bus, job, waitMs, signal) {
      if (isTerminal(job.state) || waitMs === 0 || signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const stop = (): void => resolve(undefined)
      const unwatch = watch(bus, job.job_id, ({ state }) => {
        if (isTerminal(state)) stop()
      })
      const timer = after('wait for a job', waitMs, stop)
      signal.addEventListener('abort', stop)
      await promise
      unwatch()
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}
