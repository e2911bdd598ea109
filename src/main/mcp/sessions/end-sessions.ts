import { attempt } from '../../base/guarded.ts'
import type { BusManager } from '../../bus/bus-manager.ts'
import type { UnregisterOrder } from '../../bus/user-message-bus.ts'
import type { McpEndpoint } from '../http/endpoint.ts'
import type { McpSession } from '../http/session.ts'

/** Takes sessions off the bus by a person's order. */
export interface SessionEnder {
  /** Tells the clients of every session that `meant` names, takes their records away and ends the session. */
  endWhere(meant: (session: McpSession) => boolean, order: UnregisterOrder): void
  /** The same for sessions that stay open: `holdBack` has the rest. */
  holdBackWhere(meant: (session: McpSession) => boolean, order: UnregisterOrder): void
}

export function createSessionEnder(ports: {
  endpoint: Pick<McpEndpoint, 'sessions' | 'end'>
  buses: BusManager
  holdBack: (session: McpSession) => void
}): SessionEnder {
  const { endpoint, buses, holdBack } = ports
  const takeOff = (session: McpSession, order: UnregisterOrder): void => {
    const bus = buses.busOf(session.caller.user_id)
    for (const client of [...bus.registry.allBoundTo(session)]) bus.forceUnregister(client.uuid, order)
  }
  return {
    endWhere(meant, order) {
      for (const session of [...endpoint.sessions()].filter(meant)) {
        attempt('unregistering by order', () => takeOff(session, order))
        // One that registered no client is ended all the same; a second end does nothing.
        attempt('end by order', () => endpoint.end(session, 'ended'))
      }
    },
    holdBackWhere(meant, order) {
      for (const session of [...endpoint.sessions()].filter(meant)) {
        attempt('unregistering by order', () => takeOff(session, order))
        attempt('holding back by order', () => holdBack(session))
      }
    },
  }
}
