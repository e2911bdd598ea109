import { soon } from '../../base/guarded.ts'
import type { SessionRefusal } from '../calls/session-refusal.ts'
import type { McpSession } from '../http/session.ts'

interface OpenCall<Answer> {
  /** Aborted with the caller's request, and once the session is refused. */
  readonly signal: AbortSignal
  /** What the call comes to, or the refusal of its session where that comes first. */
  settle(answer: Promise<Answer>): Promise<Answer>
}

/** Tool calls that are not answered yet, by session, so that all of one session can be ended at once. */
export interface OpenCalls<Answer> {
  /** @param refuse what is answered instead where the session is refused meanwhile */
  begin(
    session: McpSession,
    signal: AbortSignal,
    refuse: (refusal: SessionRefusal) => Answer,
  ): OpenCall<Answer>
  /**
   * Answers every open call of the session with a refusal, and tells what runs for it to stop; a moment later, so that
   * one which knows better by then can say so: a call whose job was interrupted.
   */
  refuse(session: McpSession, refusal: SessionRefusal): void
}

export function createOpenCalls<Answer>(): OpenCalls<Answer> {
  const open = new WeakMap<McpSession, Set<(refusal: SessionRefusal) => void>>()
  return {
    begin(session, signal, refuse) {
      const refused = Promise.withResolvers<Answer>()
      const stop = new AbortController()
      const end = (refusal: SessionRefusal): void => {
        // In this order: what a call says that was told to stop comes too late.
        refused.resolve(refuse(refusal))
        stop.abort()
      }
      const calls = open.get(session) ?? new Set()
      open.set(session, calls.add(end))
      return {
        signal: AbortSignal.any([signal, stop.signal]),
        settle: (answer) => Promise.race([refused.promise, answer]).finally(() => calls.delete(end)),
      }
    },
    refuse(session, refusal) {
      const calls = [...(open.get(session) ?? [])]
      soon('refusal of open calls', () => {
        for (const end of calls) end(refusal)
      })
    },
  }
}
