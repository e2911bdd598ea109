import type { BusManager } from '../bus/bus-manager.ts'
import type { Unplugging } from '../bus/user-message-bus.ts'
import type { McpEndpoint } from './http/endpoint.ts'
import type { McpSession } from './http/session.ts'

/** Ends sessions by a person's order. */
export interface Expulsion {
  /** Tells the clients of every session that `meant` names, takes their records away and ends the session. */
  expel(meant: (session: McpSession) => boolean, order: Unplugging): void
}

export function createExpulsion(ports: {
  endpoint: Pick<McpEndpoint, 'sessions' | 'end'>
  buses: BusManager
}): Expulsion {
  const { endpoint, buses } = ports
  return {
    expel(meant, order) {
      for (const session of [...endpoint.sessions()].filter(meant)) {
        const bus = buses.busOf(session.caller.user_id)
        for (const client of [...bus.registry.allBoundTo(session)]) bus.unplug(client.uuid, order)
        // One that registered no client is ended all the same; a second end does nothing.
        endpoint.end(session, 'ended')
      }
    },
  }
}
