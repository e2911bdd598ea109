import { isTerminal } from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { Job } from '../../bus/jobs.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Presence } from '../sessions/presence.ts'

/** How a wait for a job ended: the job did, the time was over, the caller gave up, or its Blender stayed away. */
export type WaitEnd = 'ended' | 'timeout' | 'aborted' | 'lost'

export interface WaitRequest {
  bus: UserMessageBus
  jobId: string
  /** Who works on it; undefined where nobody is on the bus any more. */
  target: ClientInfo | undefined
  timeoutMs: number
  signal: AbortSignal
  onProgress: (job: Job) => void
}

export interface JobWaits {
  /** Starts to wait; `ended` resolves once. Several may wait for one job. `close` gives up. */
  start(request: WaitRequest): { ended: Promise<WaitEnd>; close: () => void }
  /** How many calls wait for a job. */
  count(bus: UserMessageBus, jobId: string): number
}

/** How often it is looked whether a job's Blender is still there. */
const contactCheckMs = 500

type Waiters = Map<string, Set<(job: Job) => void>>

/**
 * Calls that wait for jobs: one listener a bus, however many wait.
 *
 * @param ports.lostTargetGraceMs how long a Blender may stay away before nobody waits for it any longer
 */
export function createJobWaits(ports: {
  presence: Presence
  /** Unix milliseconds. */
  clock: () => number
  lostTargetGraceMs: number
}): JobWaits {
  const { presence, clock } = ports
  const waiting = new WeakMap<UserMessageBus, Waiters>()

  const waitersOf = (bus: UserMessageBus): Waiters => {
    const known = waiting.get(bus)
    if (known !== undefined) return known
    const waiters: Waiters = new Map()
    waiting.set(bus, waiters)
    bus.events.on('job', (job) => {
      for (const hear of [...(waiters.get(job.job_id) ?? [])]) hear(job)
    })
    return waiters
  }

  return {
    count: (bus, jobId) => waitersOf(bus).get(jobId)?.size ?? 0,
    start({ bus, jobId, target, timeoutMs, signal, onProgress }) {
      const { promise, resolve } = Promise.withResolvers<WaitEnd>()
      const waiters = waitersOf(bus)
      const hear = (job: Job): void => (isTerminal(job.state) ? finish('ended') : onProgress(job))
      let goneSinceMs: number | null = null
      const lookForTarget = (): void => {
        if (target === undefined || presence.contact(target) !== 'gone') {
          goneSinceMs = null
          return
        }
        goneSinceMs ??= clock()
        if (clock() - goneSinceMs >= ports.lostTargetGraceMs) finish('lost')
      }
      const onAbort = (): void => finish('aborted')
      const finish = (end: WaitEnd): void => {
        clearTimeout(timer)
        clearInterval(contactCheck)
        signal.removeEventListener('abort', onAbort)
        const others = waiters.get(jobId)
        others?.delete(hear)
        if (others?.size === 0) waiters.delete(jobId)
        resolve(end)
      }
      const timer = setTimeout(finish, timeoutMs, 'timeout')
      const contactCheck = setInterval(lookForTarget, contactCheckMs)
      signal.addEventListener('abort', onAbort)
      const known = waiters.get(jobId)
      if (known === undefined) waiters.set(jobId, new Set([hear]))
      else known.add(hear)
      if (signal.aborted) onAbort()
      return { ended: promise, close: onAbort }
    },
  }
}
