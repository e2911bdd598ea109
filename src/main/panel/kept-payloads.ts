import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import { keptBytes } from '../base/raw-json.ts'
import type { Priority, Routing } from '../../shared/protocol.ts'
import type { Job } from '../bus/jobs.ts'
import type { BusMessage } from '../bus/message.ts'

/** Longest payload that is kept whole, in characters of JSON; a longer one can't be run again. */
const payloadMax = 64 * 1024
/** Characters of all that are kept; past it the oldest make room. */
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
  keep(job: Job, message: BusMessage, account: MemoryAccount): void
  of(job: Job): KeptPayload | null
}

/** @param isKnown false for a job that its bus has forgotten: then its payload is forgotten too */
export function createKeptPayloads(
  isKnown: (job: Job) => boolean = () => true,
  limits = { payloadMax, totalMax },
): KeptPayloads {
  const kept = new Map<Job, KeptPayload & { readonly hold: MemoryHold }>()
  let total = 0
  const forget = (job: Job): void => {
    const payload = kept.get(job)
    if (payload === undefined) return
    payload.hold.release()
    kept.delete(job)
    total -= payload.json.length
  }
  return {
    keep(job, { payloadJson: json, payloadBytes, routing, priority }, account) {
      // A bus forgets its oldest jobs first.
      for (const oldest of kept.keys()) {
        if (isKnown(oldest)) break
        forget(oldest)
      }
      if (json.length > limits.payloadMax) return
      const hold = account.take('jobs', keptBytes(json, payloadBytes))
      if (hold === null) return
      kept.set(job, { json, routing, priority, hold })
      total += json.length
      for (const oldest of kept.keys()) {
        if (total <= limits.totalMax) break
        forget(oldest)
      }
    },
    of: (job) => kept.get(job) ?? null,
  }
}
