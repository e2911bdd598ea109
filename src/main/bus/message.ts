import { keptBytes } from '../base/raw-json.ts'
import { startOf } from '../base/start-of.ts'
import type { JsonObject, Priority, Routing } from '../../shared/protocol.ts'
import type { ClientInfo } from './client-info.ts'

/**
 * What a job is there for. A `look` only shows somebody how a peer is just now: nobody counts it, lists it or keeps what
 * it answered, and a bus tells of it by `look` and not by `job` (docs/decisions/0011).
 */
export type JobPurpose = 'work' | 'look'

export type JobKind = 'job_dispatch' | 'command_dispatch'

/** What the bus itself looks at of a payload. Every text is a copy: a slice would keep the whole alive (V8). */
export interface PayloadHead {
  /** `message_type`, else `kind`, where it is text: at most 100 characters. Null where neither is. */
  readonly kind: string | null
  /** Null for any message that is no job. */
  readonly jobKind: JobKind | null
  /** Of a job: its `description`, else the command's name or the kind; at most 200 characters. */
  readonly title: string
  /** The name of the command, at most 200 characters; null for what is no `command_dispatch`. */
  readonly command: string | null
  /** `job_id` as it was sent, where it is text and not empty. */
  readonly jobId: string | null
}

/**
 * One message as it was sent, shared by all of its targets. `payloadJson` is the payload as the text that came in: kept
 * once, and written to every target as it is. No parsed copy stands beside it, which would be several times as large.
 */
export interface BusMessage {
  readonly user_id: string
  readonly from_uuid: string
  readonly routing: Routing
  readonly payloadJson: string
  /** UTF-8 bytes of `payloadJson`. */
  readonly payloadBytes: number
  readonly head: PayloadHead
  readonly job_id: string
  readonly message_id: string
  readonly priority: Priority
  /** Unix seconds, fractional. */
  readonly timestamp: number
  /** `look` for one that belongs to a look, which is not kept or listed; never on the wire. */
  readonly purpose: JobPurpose
  /** By uuid, whom of each target it is for (`ClientInfo.holder`). Absent: whoever is there. Never on the wire. */
  readonly holders?: ReadonlyMap<string, number>
}

/** Whether a client is still the one that a message was sent to. */
export function isFor({ holders }: BusMessage, { uuid, holder }: ClientInfo): boolean {
  return holders === undefined || holders.get(uuid) === holder
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
  payloadJson: string
  head: PayloadHead
  purpose: BusMessage['purpose']
  holders?: BusMessage['holders'] | undefined
}

/** The kind of job a payload dispatches, or null for any other message. */
export function jobKindOf({ message_type }: JsonObject): JobKind | null {
  return message_type === 'job_dispatch' || message_type === 'command_dispatch' ? message_type : null
}

/** Reads of a payload what the bus looks at. */
export function headOf(payload: JsonObject): PayloadHead {
  const { message_type, kind, command, description, job_id } = payload
  const jobKind = jobKindOf(payload)
  const named = [message_type, kind].find((name) => typeof name === 'string')
  const shortText = (text: unknown): string | null =>
    typeof text === 'string' && text !== '' ? startOf(text, 200) : null
  const commandName = jobKind === 'command_dispatch' ? shortText(command) : null
  return {
    kind: typeof named === 'string' ? startOf(named, 100) : null,
    jobKind,
    title: jobKind === null ? '' : (shortText(description) ?? commandName ?? jobKind),
    command: commandName,
    jobId: typeof job_id === 'string' && job_id !== '' ? job_id : null,
  }
}

/** The payload of a message as a value, parsed anew: hold it no longer than it is needed. */
export function payloadOf({ payloadJson }: Pick<BusMessage, 'payloadJson'>): JsonObject {
  return JSON.parse(payloadJson) as JsonObject
}

/** A message of its own id; the payload's `job_id` is its correlation id, and without one its own id serves. */
export function composeMessage(
  origin: Pick<BusMessage, 'user_id' | 'message_id' | 'timestamp'>,
  { from, routing, priority, payloadJson, head, purpose, holders }: Draft,
): BusMessage {
  return {
    ...origin,
    from_uuid: from,
    routing,
    payloadJson,
    payloadBytes: Buffer.byteLength(payloadJson),
    head,
    job_id: head.jobId ?? origin.message_id,
    priority,
    purpose,
    ...(holders !== undefined && { holders }),
  }
}

/** Bytes for what stands around a payload: ids, routing, and the tables that name the message. */
const envelopeBytes = 1024
/** Bytes for a message's place in one mailbox. */
const placeBytes = 128

/** What keeping a message for so many targets takes, in bytes. */
export function messageBytes(
  { payloadJson, payloadBytes }: Pick<BusMessage, 'payloadJson' | 'payloadBytes'>,
  targets: number,
): number {
  return keptBytes(payloadJson, payloadBytes) + envelopeBytes + targets * placeBytes
}
