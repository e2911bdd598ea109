import type { ClientInfo } from '../../bus/client-info.ts'
import type { McpSession } from '../http/session.ts'
import { sessionOf } from './session-of.ts'

/** Silence after which a client counts as stale: two missed pings and some patience. */
const defaultStaleAfterMs = 45_000

/** What was really heard of a client, apart from whether it works: fresh signs, none lately, or no connection. */
export type Contact = 'live' | 'stale' | 'away'

export interface Presence {
  /** Silence after which a client counts as stale. */
  readonly staleAfterMs: number
  contact(client: ClientInfo): Contact
  /** True for `live`: a message sent now has somebody to hear it. */
  isReachable(client: ClientInfo): boolean
  /** Notes that a session's stream has just closed. */
  streamClosed(session: McpSession): void
}

/**
 * Judges clients by their session and their last sign of life. A session whose stream has closed and that has
 * sent nothing since is away: its program died or lost the network. One that never had a stream, or goes on
 * without, is judged by its requests.
 *
 * @param clock milliseconds on the steady clock of the bus and of the endpoint's sessions
 * @param staleAfterMs silence after which a client counts as stale
 */
export function createPresence(clock: () => number, staleAfterMs = defaultStaleAfterMs): Presence {
  const closedAtMs = new WeakMap<McpSession, number>()
  const contact = (client: ClientInfo): Contact => {
    const session = sessionOf(client)
    if (session === null) return 'away'
    const closed = session.streamOpen ? undefined : closedAtMs.get(session)
    if (closed !== undefined && session.lastRequestAtMs <= closed) return 'away'
    return clock() - client.lastSignMs > staleAfterMs ? 'stale' : 'live'
  }
  return {
    staleAfterMs,
    contact,
    isReachable: (client) => contact(client) === 'live',
    streamClosed: (session) => void closedAtMs.set(session, clock()),
  }
}
