import { clip } from '../../shared/well-formed.ts'
import {
  bounds,
  isWhole,
  notWhole,
  parsePriority,
  priorityNames,
  type JsonObject,
  type Priority,
} from '../../shared/protocol.ts'
import type { SessionHandle } from './client-info.ts'
import type { ClientRegistry } from './client-registry.ts'
import { refuse, type BusError } from './errors.ts'
import type { JobReply } from './jobs.ts'
import { headOf, type JobPurpose, type PayloadHead } from './message.ts'
import type { Address, Route } from './routing.ts'

export interface SendRequest extends Address {
  payload: JsonObject
  /** The same as the text that it came in, on one line; it is what the targets get. Default: made of the payload. */
  payloadJson?: string | undefined
  /** A name in any case or an integer 0..7; default `info`. */
  priority?: unknown
  /** Who it is from; default the client bound to `session`, else `server:<user_id>`. */
  from_uuid?: string | undefined
  /** The session that asks, null for the server itself. */
  session: SessionHandle | null
  /** Where it goes, as `routeOf` found it or with fewer targets. Default: where the address leads now. */
  route?: Route | undefined
  /** By uuid, whom of each target it is for (`ClientInfo.holder`): it reaches nobody else. Default: whoever is there. */
  holders?: ReadonlyMap<string, number> | undefined
  /** Default `client`. */
  reply?: JobReply
  /** Default `work`. */
  purpose?: JobPurpose
}

/** What may be sent: everything about a request but whom it reaches. */
export interface Sendable {
  readonly ok: true
  readonly from: string
  readonly priority: Priority
  /** The payload serialised, and its UTF-8 bytes. */
  readonly payloadJson: string
  readonly payloadBytes: number
  readonly head: PayloadHead
}

/** What a client is told that a person unregisters (docs/protocol.md, "Being unregistered"). */
export const unregisteredType = 'client_unregistered'
/** What a session is told whose client another one with the same token has taken over. */
export const replacedType = 'client_replaced'
const serverWords: ReadonlySet<unknown> = new Set([unregisteredType, replacedType])

/**
 * Refused: a priority that is none of the eight, a foreign `from_uuid`, a word that only the server says, a `job_id` that
 * no peer could report on, a payload over 4 MiB of JSON.
 */
export function checkRequest(
  request: SendRequest,
  registry: ClientRegistry,
  serverUuid: string,
): Sendable | BusError {
  const priority = parsePriority(request.priority ?? 'info')
  if (priority === null) {
    return refuse(
      'invalid_priority',
      `Priority ${shorten(request.priority)} is unknown. Use one of ${priorityNames.join(', ')}, or an integer 0 to 7.`,
    )
  }
  const from = senderOf(request, registry, serverUuid)
  if (typeof from !== 'string') return from
  const { payload } = request
  const reserved = refusesReserved(payload)
  if (reserved !== null) return reserved
  const { job_id } = payload
  if (typeof job_id === 'string') {
    if (!isWhole(job_id)) {
      return refuse('invalid_arguments', `payload.job_id ${notWhole}. Send the whole id, or leave it out.`)
    }
    if (job_id.length > bounds.nameLength) {
      const message = `payload.job_id has ${String(job_id.length)} characters; at most ${String(bounds.nameLength)} are allowed. Send a shorter id, or leave it out.`
      return refuse('invalid_arguments', message)
    }
  }
  const payloadJson = request.payloadJson ?? JSON.stringify(payload)
  const payloadBytes = Buffer.byteLength(payloadJson)
  if (payloadBytes > bounds.payloadBytes) {
    return refuse(
      'payload_too_large',
      `The payload is ${String(payloadBytes)} bytes of JSON; at most ${String(bounds.payloadBytes)} are allowed. ` +
        'Write large data to a file and send its path.',
    )
  }
  return { ok: true, from, priority, payloadJson, payloadBytes, head: headOf(payload) }
}

/** Names that the server speaks under, of whichever user. */
export const isServerUuid = (uuid: string): boolean => uuid.startsWith('server:')

/** A value in a refusal, at most 60 characters of its JSON. */
export function shorten(value: unknown): string {
  return clip(JSON.stringify(value ?? null), 60)
}

function senderOf(
  { from_uuid, session }: SendRequest,
  registry: ClientRegistry,
  serverUuid: string,
): string | BusError {
  if (from_uuid === undefined || from_uuid === '') {
    return (session === null ? undefined : registry.boundTo(session)?.uuid) ?? serverUuid
  }
  if (isServerUuid(from_uuid) && (session !== null || from_uuid !== serverUuid)) {
    return refuse('reserved_name', 'Only the server speaks as "server:…". Leave from_uuid out.')
  }
  const owner = registry.get(from_uuid)?.session ?? null
  if (owner !== null && owner !== session) {
    return refuse(
      'not_your_client',
      `Client "${from_uuid}" belongs to another session. Leave from_uuid out, or register that uuid in this session first.`,
    )
  }
  return from_uuid
}

/** What clients hear from the server alone may come from nobody else; null where a payload is no such message. */
export function refusesReserved({ message_type }: JsonObject): BusError | null {
  if (!serverWords.has(message_type)) return null
  return refuse(
    'reserved_message',
    `Only the server says "${String(message_type)}": a client that hears it stops. Use blender_unregister_client.`,
  )
}
