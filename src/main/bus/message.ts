import type { JsonObject, Priority, Routing } from '../../shared/protocol.ts'

/**
 * One message as it was sent, shared by all of its targets. `payloadJson` is the payload serialised once:
 * its size is checked, kept and written to every target without another pass over the object.
 */
export interface BusMessage {
  readonly user_id: string
  readonly from_uuid: string
  readonly routing: Routing
  readonly payload: JsonObject
  readonly payloadJson: string
  /** UTF-8 bytes of `payloadJson`. */
  readonly payloadBytes: number
  readonly job_id: string
  readonly message_id: string
  readonly priority: Priority
  /** Unix seconds, fractional. */
  readonly timestamp: number
}

/** What becomes of a message for one target. It starts `queued`; each other value is final. */
export type Outcome = 'queued' | 'sent' | 'filtered' | 'dropped'

/** A message in one target's mailbox. */
export interface QueuedMessage {
  readonly message: BusMessage
  outcome: Outcome
}

/** What a queued message is counted as, in bytes: its payload and a fixed part for the rest. */
export function queuedBytes(message: BusMessage): number {
  return message.payloadBytes + 256
}
