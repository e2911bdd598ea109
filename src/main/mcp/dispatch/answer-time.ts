import type { CallContext } from '../calls/call-context.ts'

/**
 * When a call answers at the latest: several programs give up after a minute, whatever progress they hear of. The
 * protocol promises 45 s; the second between is for the way of the answer and for a busy machine.
 */
const answerWithinMs = 44_000

/**
 * Programs that wait longer for a call as long as they hear of progress, by the name that they give at `initialize`.
 * `npm run test:programs` shows each row: the program, told to give up after less, gets the result of a job of 75 s.
 * Claude Code, Codex and Gemini CLI put a progress token on their calls too, and give up all the same.
 */
const extendedByProgress: ReadonlySet<string> = new Set(['opencode'])

/** How long a call may take at most before it answers with how far its job is; null where it may wait for the end. */
export function answerTimeMs({ session, extra }: CallContext): number | null {
  const hearsProgress = extra._meta?.progressToken !== undefined
  return hearsProgress && extendedByProgress.has(session.clientInfo?.name ?? '') ? null : answerWithinMs
}
