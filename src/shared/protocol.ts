/**
 * The bus protocol's values as data: bounds, priorities, the record and the message. Everything that two
 * processes must agree on stands here once; see docs/protocol.md for the rules in prose.
 */
import { z } from 'zod'

/** Upper bounds of what a client may send. Lengths are UTF-16 code units, sizes are bytes of UTF-8. */
export const bounds = {
  /** `client_uuid`, `client_type`, `group_id` and each metadata field. */
  nameLength: 200,
  /** `blend_file`: paths are longer than names (PATH_MAX on Linux). */
  pathLength: 4096,
  capabilities: 64,
  capabilityLength: 100,
  payloadBytes: 4 * 1024 * 1024,
  /** `result` and `error` of a job update, each; longer is cut with a marker. */
  resultBytes: 1024 * 1024,
  /** An answer or a notification on the wire, as one SSE event: Python's MCP SDK drops what is over 1 MiB. */
  wireBytes: 900 * 1024,
  receiveWaitSeconds: 60,
  receiveMax: 100,
} as const

/** MCP log levels, most urgent first; the index is the protocol's integer. RFC 5424, section 6.2.1. */
export const priorityNames = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
] as const
export type PriorityName = (typeof priorityNames)[number]

/** A priority as the wire's integer: 0 `emergency` to 7 `debug`; smaller is more urgent. */
export type Priority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** The name of a priority. */
export function priorityName(priority: Priority): PriorityName {
  return priorityNames[priority]
}

/**
 * Reads a priority as a client may write it: a level's name in any case, or its integer (also as a string of
 * digits). Blanks around a text do not count. Returns null for anything else; the caller answers with the list of the
 * eight.
 */
export function parsePriority(value: unknown): Priority | null {
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= 0 && value <= 7 ? (value as Priority) : null
  }
  if (typeof value !== 'string') return null
  const name = value.trim().toLowerCase()
  if (/^[0-7]$/.test(name)) return Number(name) as Priority
  const index = (priorityNames as readonly string[]).indexOf(name)
  return index === -1 ? null : (index as Priority)
}

/** True for text without C0 and C1 control characters (U+0000–U+001F, U+007F–U+009F). */
export function hasNoControlCharacters(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false
  }
  return true
}

const noControls = 'must have no control characters'

/**
 * False for text that was cut in the middle of a character. Where text comes in, half a character becomes U+FFFD
 * (`well-formed.ts`): as part of a label it may stay, in an identifier it would name somebody else.
 */
export const isWhole = (text: string): boolean => !text.includes('\ufffd') && text.isWellFormed()

export const notWhole = 'must be whole text: it was cut inside a character (U+FFFD)'

/** A `client_uuid`, `client_type` or the like: 1 to 200 characters, whole, with no control characters. */
export const nameSchema = z
  .string()
  .min(1)
  .max(bounds.nameLength)
  .refine(hasNoControlCharacters, noControls)
  .refine(isWhole, notWhole)

/** A metadata text: like a name, but an empty string is allowed and clears the field. */
const metadataText = z.string().max(bounds.nameLength).refine(hasNoControlCharacters, noControls)

/** Optional identity metadata at registration. Absent keeps the old value, an empty string clears it. */
export const metadataSchema = z.object({
  /** A name that a person gave this client. */
  label: metadataText.optional(),
  /** Of its process on its host. */
  pid: z.number().int().nonnegative().optional(),
  hostname: metadataText.optional(),
  /** Path of the open .blend file; empty when unsaved. */
  blend_file: z.string().max(bounds.pathLength).refine(hasNoControlCharacters, noControls).optional(),
  /** For example "4.5.3 LTS". */
  blender_version: metadataText.optional(),
  /** Of the program that registers. */
  addon_version: metadataText.optional(),
  /** What it is for, in a word. */
  role: metadataText.optional(),
  /** The client that started this one. */
  parent_uuid: metadataText.optional(),
})
export type ClientMetadata = z.infer<typeof metadataSchema>
export const metadataKeys = Object.keys(metadataSchema.shape) as (keyof ClientMetadata)[]

/**
 * A record as it crosses any boundary: exactly these seven keys, plus the metadata that this client sent.
 * Times are Unix seconds, fractional.
 */
export const clientRecordSchema = z
  .object({
    uuid: z.string(),
    client_type: z.string(),
    is_persistent: z.boolean(),
    capabilities: z.array(z.string()),
    group_id: z.string().nullable(),
    connected_at: z.number(),
    last_seen: z.number(),
  })
  .extend(metadataSchema.shape)
export type ClientRecord = z.infer<typeof clientRecordSchema>

/** How a message found its targets; `type` first, then the one field that chose them. */
export const routingSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('direct'), target_uuid: z.string() }),
  z.object({ type: z.literal('group'), group_id: z.string() }),
  z.object({ type: z.literal('type_filter'), client_type: z.string() }),
  z.object({ type: z.literal('broadcast') }),
])
export type Routing = z.infer<typeof routingSchema>

/** What became of a message for one target by the time its sender was answered. */
export const deliverySchema = z.enum(['sent', 'queued', 'filtered', 'dropped'])
export type Delivery = z.infer<typeof deliverySchema>

export type JsonObject = { [key: string]: unknown }
/** Kept as it is: a record of zod's would drop the key `__proto__`, which JSON may hold like any other. */
export const jsonObjectSchema: z.ZodType<JsonObject> = z
  .custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .meta({ type: 'object', additionalProperties: {} })

/** `data` of a delivered `notifications/message`. */
export const messageDataSchema = z.object({
  user_id: z.string(),
  from_uuid: z.string(),
  target_uuid: z.string(),
  routing: routingSchema,
  payload: jsonObjectSchema,
  job_id: z.string(),
  message_id: z.string(),
  priority: z.number().int().min(0).max(7),
  timestamp: z.number(),
  /** Only where a client polls what went to its stream before. */
  via_stream: z.literal(true).optional(),
})
export type MessageData = z.infer<typeof messageDataSchema>

/** The capability of a client that takes messages of any size: others get a link in place of a large payload. */
export const largeMessagesCapability = 'large_messages'

/** `logger` of every notification the bus sends. */
export const messageBusLogger = '_message_bus'

export const jobStatusSchema = z.enum(['running', 'completed', 'failed', 'cancelled'])
export type JobStatus = z.infer<typeof jobStatusSchema>

/** A job as the bus knows it; `pending` until its peer says anything. */
export const jobStateSchema = z.enum(['pending', 'running', 'completed', 'failed', 'cancelled'])
export type JobState = z.infer<typeof jobStateSchema>

/** True for the three states that end a job. */
export function isTerminal(state: JobState): state is 'completed' | 'failed' | 'cancelled' {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}
