import { createHash } from 'node:crypto'
import { keepNewest } from '../../../shared/keep-newest.ts'

/** How long a caller's `job_id` stands for the call it was first used with. */
const keyLifetimeMs = 10 * 60 * 1000
/** Most keys of one caller; the oldest are forgotten first. */
const keysPerCaller = 1000
/** Most callers of a bus whose keys are known; the ones that used theirs longest ago are forgotten first. */
const callersMax = 1000

interface Use {
  /** A digest of the tool and its arguments: these may be megabytes. */
  readonly call: string
  readonly jobId: string
  readonly atMs: number
}

/** What a key stands for: nothing yet, the same call before, or another call. */
export type KeyUse =
  { readonly kind: 'new' } | { readonly kind: 'repeat'; readonly jobId: string } | { readonly kind: 'other' }

/**
 * The idempotency keys of the callers of one bus. A key belongs to the caller that used it: the same key of another caller is
 * another key. 10 minutes after its first use it is free again.
 */
export interface CallKeys {
  look(caller: string, key: string, call: string): KeyUse
  note(caller: string, key: string, call: string, jobId: string): void
}

/**
 * The id of the job that a caller's key begins. The same call after a restart of the server gets the same id, so that
 * a Blender that has run it answers from memory and does not run it again.
 */
export function keyedJobId(caller: string, key: string, call: string): string {
  return `job-${digestOf(JSON.stringify([caller, key, call])).slice(0, 32)}`
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** @param clock milliseconds */
export function createCallKeys(clock: () => number): CallKeys {
  const callers = new Map<string, Map<string, Use>>()
  return {
    look(caller, key, call) {
      const use = callers.get(caller)?.get(key)
      if (use === undefined || clock() - use.atMs >= keyLifetimeMs) return { kind: 'new' }
      return use.call === digestOf(call) ? { kind: 'repeat', jobId: use.jobId } : { kind: 'other' }
    },
    note(caller, key, call, jobId) {
      const keys = callers.get(caller) ?? new Map<string, Use>()
      callers.delete(caller)
      callers.set(caller, keys)
      keys.delete(key)
      keys.set(key, { call: digestOf(call), jobId, atMs: clock() })
      keepNewest(keys, keysPerCaller)
      keepNewest(callers, callersMax)
    },
  }
}
