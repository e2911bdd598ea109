import type { JsonObject, Priority, Routing } from '../../shared/protocol.ts'

/**
 * What a job is there for. A `look` only shows somebody how a peer is just now: nobody counts it, lists it or keeps what
 * it answered, and a bus tells of it by `look` and not by `job` (docs/decisions/0011).
 */
export type JobPurpose = 'work' | 'look'

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
  /** `look` for one that belongs to a look, which is not kept or listed; never on the wire. */
  readonly purpose: JobPurpose
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

/** What a message says, before it has an id. */
export interface Draft {
  from: string
  routing: Routing
  priority: Priority
  payload: JsonObject
  /** The same serialised. */
  payloadJson: string
  purpose: BusMessage['purpose']
}

/** A message of its own id; the payload's `job_id` is its correlation id, and without one its own id serves. */
export function composeMessage(
  origin: Pick<BusMessage, 'user_id' | 'message_id' | 'timestamp'>,
  { from, routing, priority, payload, payloadJson, purpose }: Draft,
): BusMessage {
  const jobId = payload.job_id
  return {
    ...origin,
    from_uuid: from,
    routing,
    payload,
    payloadJson,
    payloadBytes: Buffer.byteLength(payloadJson),
    job_id: typeof jobId === 'string' && jobId !== '' ? jobId : origin.message_id,
    priority,
    purpose,
  }
}
