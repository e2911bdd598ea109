import { keepNewest } from '../../shared/keep-newest.ts'
import type { Outcome } from '../bus/message.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** Messages remembered a bus. */
const ringSize = 2000

/** What became of the last messages of one bus for each of their targets. */
export interface Deliveries {
  /** By target; null for a message that is too long ago. */
  of(messageId: string): ReadonlyMap<string, Outcome> | null
}

/** Follows a bus; attach it before delivery, so that outcomes find their message. */
export function createDeliveries(bus: UserMessageBus, size = ringSize): Deliveries {
  const byMessage = new Map<string, Map<string, Outcome>>()
  bus.events.on('message', (message, targets) => {
    if (message.purpose !== 'work') return
    byMessage.set(message.message_id, new Map(targets.map(({ uuid }) => [uuid, 'queued'])))
    keepNewest(byMessage, size)
  })
  bus.events.on('settled', (client, { message, outcome }) => {
    byMessage.get(message.message_id)?.set(client.uuid, outcome)
  })
  bus.events.on('returned', (client, { message }) => {
    byMessage.get(message.message_id)?.set(client.uuid, 'queued')
  })
  return { of: (messageId) => byMessage.get(messageId) ?? null }
}
