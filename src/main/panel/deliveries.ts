import { keepNewest } from '../../shared/keep-newest.ts'
import type { PanelDelivery } from '../../shared/messages.ts'
import type { BusMessage } from '../bus/message.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** Messages remembered a bus. */
const ringSize = 2000

/** What became of the last messages of one bus for each of their targets. */
export interface Deliveries {
  /** By target; null for a message that is too long ago. */
  of(messageId: string): ReadonlyMap<string, PanelDelivery> | null
}

/** Follows a bus; attach it before delivery, so that outcomes find their message. */
export function createDeliveries(bus: UserMessageBus, size = ringSize): Deliveries {
  const byMessage = new Map<string, Map<string, PanelDelivery>>()
  bus.events.on('message', (message, targets) => {
    if (message.purpose !== 'work') return
    byMessage.set(message.message_id, new Map(targets.map(({ uuid }) => [uuid, 'queued'])))
    keepNewest(byMessage, size)
  })
  followDeliveries(bus, (message) => byMessage.get(message.message_id))
  return { of: (messageId) => byMessage.get(messageId) ?? null }
}

/**
 * Notes how far messages come on their way to each of their targets.
 *
 * @param deliveriesOf what is remembered of a message, by target; undefined for one that is not
 */
export function followDeliveries(
  { events }: Pick<UserMessageBus, 'events'>,
  deliveriesOf: (message: BusMessage) => Map<string, PanelDelivery> | undefined,
): void {
  events.on('settled', ({ uuid }, { message, outcome }) => note(message, uuid, outcome))
  events.on('returned', ({ uuid }, { message }) => note(message, uuid, 'queued'))
  events.on('received', ({ uuid }, message) => {
    // What was read before its stream was confirmed stays read.
    if (deliveriesOf(message)?.get(uuid) === 'sent') note(message, uuid, 'received')
  })
  events.on('read', ({ uuid }, message) => note(message, uuid, 'read'))
  events.on('unread', ({ uuid }, message) => note(message, uuid, 'sent'))

  function note(message: BusMessage, uuid: string, delivery: PanelDelivery): void {
    const deliveries = deliveriesOf(message)
    if (deliveries?.has(uuid) === true) deliveries.set(uuid, delivery)
  }
}
