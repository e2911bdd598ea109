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
  keep(job: Job, message: BusMessage): void
  of(job: Job): KeptPayload | null
}

export function createKeptPayloads(limits = { payloadMax, totalMax }): KeptPayloads {
  const kept = new Map<Job, KeptPayload>()
  let total = 0
  return {
    keep(job, { payloadJson: json, routing, priority }) {
      if (json.length > limits.payloadMax) return
      kept.set(job, { json, routing, priority })
      total += json.length
      for (const [oldest, payload] of kept) {
        if (total <= limits.totalMax) break
        kept.delete(oldest)
        total -= payload.json.length
      }
    },
    of: (job) => kept.get(job) ?? null,
  }
}
