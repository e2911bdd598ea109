import type { EventEmitter } from 'node:events'
import { createEvents } from '../base/guarded.ts'
import type { ClientRef } from '../../shared/clients.ts'
import type { PanelDelivery } from '../../shared/messages.ts'
import type { JsonObject } from '../../shared/protocol.ts'
import { keepNewest } from '../../shared/keep-newest.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { BusError } from '../bus/errors.ts'
import type { Address } from '../bus/routing.ts'
import type { SendResult, UserMessageBus } from '../bus/user-message-bus.ts'
import { followDeliveries } from './deliveries.ts'

/** Messages of the operator whose delivery is remembered, of each bus. */
const rememberedMax = 2000
/** Of them, shown of one client. */
const shownMax = 50

/** What a person at the panel sends. */
interface OutgoingMessage extends Address {
  payload: JsonObject
  /** The same as text, where its numbers have to stay as they are. */
  payloadJson?: string
  /** A name or an integer 0..7. */
  priority: unknown
}

/** A message that went to one client, and how far it has come. */
export interface PostedMessage {
  messageId: string
  delivery: PanelDelivery
}

/**
 * Sends for the person at the panel: as `server:<user_id>`, and where it is a job its updates go to nobody but the
 * panel. Unlike what other programs send in the name of the server, it is told of as the operator's.
 */
export interface OperatorMessages {
  send(bus: UserMessageBus, message: OutgoingMessage): SendResult | BusError
  /** The last messages that went to this client, newest first, at most 50. */
  sentTo(ref: ClientRef): PostedMessage[]
  readonly events: EventEmitter<{ sent: [bus: UserMessageBus, sent: SendResult] }>
  close(): void
}

export function createOperatorMessages({ buses }: { buses: BusManager }): OperatorMessages {
  const events: OperatorMessages['events'] = createEvents('operator messages')
  /** By user and message id, oldest first. */
  const remembered = new Map<string, Map<string, Map<string, PanelDelivery>>>()

  const unfollow = buses.follow((bus) =>
    followDeliveries(bus, (message) => remembered.get(bus.user_id)?.get(message.message_id)),
  )

  return {
    events,
    send(bus, message) {
      const sent = bus.send({ ...message, session: null, reply: 'caller' })
      if (!sent.ok) return sent
      const deliveries = new Map<string, PanelDelivery>(Object.entries(sent.deliveries))
      const ofUser = remembered.get(bus.user_id) ?? new Map<string, Map<string, PanelDelivery>>()
      remembered.set(bus.user_id, ofUser.set(sent.message.message_id, deliveries))
      keepNewest(ofUser, rememberedMax)
      events.emit('sent', bus, sent)
      return sent
    },
    sentTo({ userId, uuid }) {
      const found: PostedMessage[] = []
      for (const [messageId, deliveries] of remembered.get(userId) ?? []) {
        const delivery = deliveries.get(uuid)
        if (delivery !== undefined) found.push({ messageId, delivery })
      }
      return found.slice(-shownMax).reverse()
    },
    close: unfollow,
  }
}
