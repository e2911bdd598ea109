import type { EventEmitter } from 'node:events'
import { attempt } from '../../base/guarded.ts'
import type { BusManager } from '../../bus/bus-manager.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Delivery } from './delivery.ts'
import type { McpEndpoint } from '../http/endpoint.ts'
import type { McpSession, McpSessionEvents } from '../http/session.ts'
import type { Presence } from './presence.ts'
import type { Subscriptions } from './subscriptions.ts'
import { sessionOf } from './session-of.ts'

/**
 * Ties sessions to buses: signs of life, streams that open and close, and the ends of both. It decides nothing
 * of its own; each line is one event of one side told to the other.
 */
export function linkSessionsToBuses(ports: {
  endpoint: Pick<McpEndpoint, 'end'> & { events: EventEmitter<McpSessionEvents> }
  buses: BusManager
  /** Whether a session stays open whose client a person took off: every request of it is refused with the reason. */
  staysOpen: (session: McpSession) => boolean
  /** Takes a session off the bus that stays open. */
  holdBack: (session: McpSession) => void
  delivery: Delivery
  subscriptions: Subscriptions
  presence: Presence
}): void {
  const { endpoint, buses, staysOpen, holdBack, delivery, subscriptions, presence } = ports
  const busOf = (session: McpSession): UserMessageBus => buses.busOf(session.caller.user_id)

  buses.follow((bus) => {
    subscriptions.attach(bus)
    delivery.attach(bus)
    bus.events.on('unregistered', (ended) => {
      const session = sessionOf(ended)
      if (ended.cause !== 'operator' || session === null) return
      if (staysOpen(session)) holdBack(session)
      // What was written to it, the notice among it, still goes out.
      else endpoint.end(session, 'ended', unregisteredBecause(ended.reason))
    })
  })

  endpoint.events.on('request', (session) => busOf(session).touchSession(session))
  endpoint.events.on('pong', (session) => busOf(session).touchSession(session))
  endpoint.events.on('streamOpened', (session, resumed) => {
    if (!resumed) {
      attempt('messages of an earlier stream', () => delivery.takeBack(busOf(session), session, 'new-stream'))
    }
    delivery.drainSession(busOf(session), session)
  })
  endpoint.events.on('writable', (session) => delivery.drainSession(busOf(session), session))
  endpoint.events.on('confirmed', (session, origins) => delivery.confirmed(busOf(session), origins))
  endpoint.events.on('streamClosed', (session) => presence.streamClosed(session))
  endpoint.events.on('closed', (session, cause) => {
    subscriptions.removeSession(session)
    // Only these two come over a client that did not mean to go.
    const lost = cause === 'idle' || cause === 'evicted'
    if (lost) attempt('messages of a lost session', () => delivery.takeBack(busOf(session), session, 'lost'))
    busOf(session).endSession(session, lost ? 'lost' : 'ended')
  })
}

/** Why there is no session any more, for the model of a program that asks again in it. */
function unregisteredBecause(reason: string): string {
  return `a person at the Busbar panel unregistered this client${reason === '' ? '' : ` (${reason})`}.`
}
