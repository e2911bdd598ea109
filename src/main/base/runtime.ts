import type { Log } from './log.ts'

/** What parts are given instead of reaching for it: the time, ids that are new, and the log. */
export interface Runtime {
  /** Unix milliseconds. */
  readonly clock: () => number
  /** Milliseconds that never jump when the computer's clock is set. Only differences matter. */
  readonly steady: () => number
  readonly newId: () => string
  readonly log: Log
}
