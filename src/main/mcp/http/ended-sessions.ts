import { keepNewest } from '../../../shared/keep-newest.ts'
import type { Refusal } from './refusal.ts'
import { sessionEnded, sessionNotFound } from './refusals.ts'
import type { LiveSession } from './live-session.ts'
import type { Caller } from '../../access/caller.ts'
import { isSameToken } from './session-table.ts'

/** Most sessions of one user whose end is remembered; the oldest are forgotten first. */
const endedMax = 1000

/** Why sessions were ended by the server, for clients that come again with their ids. */
export interface EndedSessions {
  /** Remembers why; the answer is what the session's open requests hear. */
  note(session: Pick<LiveSession, 'id' | 'caller'>, why: string): Refusal
  /** The answer to a request for a session that there is not, or that its caller does not have. */
  answer(id: string, caller: Caller): Refusal
}

export function createEndedSessions(): EndedSessions {
  /** By user and id. */
  const ended = new Map<string, Map<string, { caller: Caller; refusal: Refusal }>>()
  return {
    note({ id, caller }, why) {
      const refusal = sessionEnded(why)
      const ofUser = ended.get(caller.user_id) ?? new Map<string, { caller: Caller; refusal: Refusal }>()
      ended.set(caller.user_id, ofUser.set(id, { caller, refusal }))
      keepNewest(ofUser, endedMax)
      return refusal
    },
    answer(id, caller) {
      const known = ended.get(caller.user_id)?.get(id)
      return known !== undefined && isSameToken(known.caller, caller) ? known.refusal : sessionNotFound
    },
  }
}
