import { createHash } from 'node:crypto'
import { keepNewest } from '../../../shared/keep-newest.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import type { McpSession } from '../http/session.ts'

/** From this many failures in a row on, a caller is told of them. */
const toldFrom = 3
/** Most failing calls of a session and tool that are counted; the ones that failed longest ago are forgotten first. */
const callsPerSession = 20
/** Arguments that make no other call. */
const besides = new Set(['job_id', 'description', 'timeout_seconds'])

/** What a call that ended says of those like it. */
export interface Repetition {
  /** How often it has failed in a row. */
  readonly failures: number
  /** What its model is to be told; null where it is no loop. */
  readonly hint: string | null
  /** It did well after as many failures as a model is told of. */
  readonly recovered: boolean
}

/** Counts how often a session has sent the same call of one tool and got nothing but failures. */
export interface RepeatedFailures {
  /**
   * Notes how a call ended.
   *
   * @param call what `callOf` makes of its arguments
   */
  note(session: McpSession, call: string, failed: boolean): Repetition
}

/** What stands for a call: a digest, for its arguments may be megabytes. */
export function callOf(args: JsonObject): string {
  const said = Object.entries(args)
    .filter(([name]) => !besides.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash('sha256')
  for (const [name, value] of said) {
    // A long text goes in as it is: no second copy of it is made for this.
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    hash.update(JSON.stringify([name, typeof value, text.length])).update(text)
  }
  return hash.digest('hex')
}

export function createRepeatedFailures(): RepeatedFailures {
  const sessions = new WeakMap<McpSession, Map<string, number>>()
  return {
    note(session, call, failed) {
      const counts = sessions.get(session) ?? new Map<string, number>()
      const before = counts.get(call) ?? 0
      counts.delete(call)
      if (!failed) return { failures: 0, hint: null, recovered: before >= toldFrom }
      const failures = before + 1
      sessions.set(session, counts.set(call, failures))
      keepNewest(counts, callsPerSession)
      return { failures, hint: failures < toldFrom ? null : hintFor(failures), recovered: false }
    },
  }
}

const hintFor = (failures: number): string =>
  `This call has failed ${String(failures)} times in a row; it will not get better by sending it again. ` +
  'Change it, or ask your user.'
