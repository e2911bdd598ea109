import type { PanelDelivery } from '../../shared/messages.ts'
import type { MemoryHold } from '../base/ledger.ts'
import type { BusMessage } from '../bus/message.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** Messages remembered a bus. */
const ringSize = 2000

/** Bytes for a message that is remembered, and for each of its targets. */
const messageBytes = 256
const targetBytes = 160

/** What became of the last messages of one bus for each of their targets. */
export interface Deliveries {
  /** By target; null for a message that is too long ago. */
  of(messageId: string): ReadonlyMap<string, PanelDelivery> | null
}

/**
 * Follows a bus; attach it before delivery, so that outcomes find their message. What it remembers is charged to the
 * bus's user, and goes, oldest first, as soon as the room is needed.
 */
export function createDeliveries(bus: UserMessageBus, size = ringSize): Deliveries {
  const byMessage = new Map<string, { deliveries: Map<string, PanelDelivery>; hold: MemoryHold }>()
  let bytes = 0

  const forgetOldest = (): void => {
    for (const [id, { hold }] of byMessage) {
      bytes -= hold.bytes
      hold.release()
      byMessage.delete(id)
      return
    }
  }
  bus.memory.spare({
    get bytes() {
      return bytes
    },
    giveBack(wanted) {
      const target = bytes - wanted
      while (bytes > target && byMessage.size > 0) forgetOldest()
    },
  })
  bus.events.on('message', (message, targets) => {
    if (message.purpose !== 'work') return
    const hold = bus.memory.take('mailboxes', messageBytes + targets.length * targetBytes)
    if (hold === null) return
    bytes += hold.bytes
    byMessage.set(message.message_id, {
      deliveries: new Map<string, PanelDelivery>(targets.map(({ uuid }) => [uuid, 'queued'])),
      hold,
    })
    if (byMessage.size > size) forgetOldest()
  })
  followDeliveries(bus, (message) => byMessage.get(message.message_id)?.deliveries)
  return { of: (messageId) => byMessage.get(messageId)?.deliveries ?? null }
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
