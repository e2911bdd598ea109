import type { ClientInfo } from '../bus/client-info.ts'
import type { McpSession } from './http/session.ts'

/** Silence after which a client counts as stale: two missed pings and some patience. */
export const staleAfterMs = 45_000

/** What was really heard of a client, apart from whether it is working: fresh signs, none lately, or no connection. */
export type Contact = 'live' | 'stale' | 'gone'

export interface Presence {
  contact(client: ClientInfo): Contact
  /** True for `live`: a message sent now has somebody to hear it. */
  isReachable(client: ClientInfo): boolean
}

/**
 * Judges clients by their session and their last sign of life. A session that once had a stream and has none
 * is gone: its program died or lost the network. One that never opened a stream is judged by its requests.
 */
export function createPresence(clock: () => number): Presence {
  const contact = (client: ClientInfo): Contact => {
    // The only sessions on a bus are those the MCP endpoint made.
    const session = client.session as McpSession | null
    if (session === null || (session.streamsOpened > 0 && !session.streamOpen)) return 'gone'
    return clock() - client.last_seen * 1000 > staleAfterMs ? 'stale' : 'live'
  }
  return { contact, isReachable: (client) => contact(client) === 'live' }
}
