import type { MemoryHold } from '../base/ledger.ts'
import type { Outcome } from '../bus/message.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** Messages remembered a bus. */
const ringSize = 2000

/** Bytes for a message that is remembered, and for each of its targets. */
const messageBytes = 256
const targetBytes = 160

/** What became of the last messages of one bus for each of their targets. */
export interface Deliveries {
  /** By target; null for a message that is too long ago. */
  of(messageId: string): ReadonlyMap<string, Outcome> | null
}

/**
 * Follows a bus; attach it before delivery, so that outcomes find their message. What it remembers is charged to the
 * bus's user, and goes, oldest first, as soon as the room is needed.
 */
export function createDeliveries(bus: UserMessageBus, size = ringSize): Deliveries {
  const byMessage = new Map<string, { outcomes: Map<string, Outcome>; hold: MemoryHold }>()
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
      outcomes: new Map(targets.map(({ uuid }) => [uuid, 'queued'])),
      hold,
    })
    if (byMessage.size > size) forgetOldest()
  })
  bus.events.on('settled', (client, { message, outcome }) => {
    byMessage.get(message.message_id)?.outcomes.set(client.uuid, outcome)
  })
  bus.events.on('returned', (client, { message }) => {
    byMessage.get(message.message_id)?.outcomes.set(client.uuid, 'queued')
  })
  return { of: (messageId) => byMessage.get(messageId)?.outcomes ?? null }
}
