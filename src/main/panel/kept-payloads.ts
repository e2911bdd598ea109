import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import { keptBytes } from '../base/raw-json.ts'
import { jobKey, type JobRef } from '../../shared/jobs.ts'
import type { Priority, Routing } from '../../shared/protocol.ts'
import type { Job } from '../bus/jobs.ts'
import type { BusMessage } from '../bus/message.ts'

/** Longest payload that is kept whole, in characters of JSON; a longer one can't be run again. */
const payloadMax = 64 * 1024
/** Characters of all that are kept of one user; past it the oldest of that user make room. */
const totalMax = 16 * 1024 * 1024

interface KeptPayload {
  readonly json: string
  readonly routing: Routing
  readonly priority: Priority
}

/** The payloads of the last jobs, for showing and for running them again. */
export interface KeptPayloads {
  /**
   * Where its user has no room for it, it is not kept.
   *
   * @param account of the job's user, who pays for it
   */
  keep(userId: string, job: Job, message: BusMessage, account: MemoryAccount): void
  of(userId: string, job: Job): KeptPayload | null
  forget(ref: JobRef): void
}

interface Entry extends KeptPayload {
  readonly ref: JobRef
  readonly createdAt: number
  readonly hold: MemoryHold
}

/** The payloads of one user, the oldest first. */
interface OfUser {
  readonly kept: Map<string, Entry>
  chars: number
}

/**
 * By the ids of the jobs and not by the jobs themselves, which would stay with what they answered.
 *
 * @param isKnown false for a job that its bus has forgotten: then its payload is forgotten too
 */
export function createKeptPayloads(
  isKnown: (ref: JobRef) => boolean,
  limits = { payloadMax, totalMax },
): KeptPayloads {
  const users = new Map<string, OfUser>()
  const forget = (of: OfUser, key: string): void => {
    const entry = of.kept.get(key)
    if (entry === undefined) return
    entry.hold.release()
    of.kept.delete(key)
    of.chars -= entry.json.length
  }
  return {
    keep(userId, job, { payloadJson: json, payloadBytes, routing, priority }, account) {
      const ref = { userId, jobId: job.job_id }
      const key = jobKey(ref)
      const of = users.get(userId) ?? { kept: new Map<string, Entry>(), chars: 0 }
      users.set(userId, of)
      forget(of, key)
      // A bus forgets its oldest jobs first.
      for (const [oldest, entry] of of.kept) {
        if (isKnown(entry.ref)) break
        forget(of, oldest)
      }
      if (json.length > limits.payloadMax) return
      const hold = account.take('jobs', keptBytes(json, payloadBytes))
      if (hold === null) return
      of.kept.set(key, { json, routing, priority, ref, createdAt: job.created_at, hold })
      of.chars += json.length
      for (const oldest of of.kept.keys()) {
        if (of.chars <= limits.totalMax) break
        forget(of, oldest)
      }
    },
    of(userId, job) {
      const entry = users.get(userId)?.kept.get(jobKey({ userId, jobId: job.job_id }))
      return entry?.createdAt === job.created_at ? entry : null
    },
    forget(ref) {
      const of = users.get(ref.userId)
      if (of !== undefined) forget(of, jobKey(ref))
    },
  }
}
