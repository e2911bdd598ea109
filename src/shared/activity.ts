/** The log: who came and went, which messages passed, how jobs ended. One list by time, as the panel asks for it. */
import { z } from 'zod'
import { panelDeliverySchema } from './messages.ts'
import { routingSchema, type Priority } from './protocol.ts'
import { activityLogStateSchema } from './status.ts'

/** Kinds of lines: somebody came, went, was refused or changed something. */
export const activityKindSchema = z.enum([
  'server_started',
  'server_stopped',
  'history_gap',
  'history_set_aside',
  'session_opened',
  'session_closed',
  'client_registered',
  'client_returned',
  'client_taken_over',
  'client_detached',
  'client_unregistered',
  'client_unplugged',
  'login_refused',
  'blocked_refused',
  'block_set',
  'block_lifted',
  'blocks_set_aside',
  'message_dropped',
  'operator_sent',
  'job_late',
  'token_created',
  'token_revoked',
  'approval_allowed',
  'approval_denied',
  'policy_set',
  'program_allowed',
  'program_allowance_ended',
  'programs_paused',
  'programs_resumed',
  'blender_ended',
])
export type ActivityKind = z.infer<typeof activityKindSchema>

/** How a job ended; `job_interrupted`: the server ended before the job did. */
export const jobEndSchema = z.enum(['job_completed', 'job_failed', 'job_cancelled', 'job_interrupted'])

/** Everything that the log has an entry for. */
export const logKindSchema = z.enum([...activityKindSchema.options, 'message', ...jobEndSchema.options])
export type LogKind = z.infer<typeof logKindSchema>

/** How urgent an entry is that brings no priority of its own, on the scale of messages. */
export const logPriorities: Readonly<Record<Exclude<LogKind, 'message'>, Priority>> = {
  server_started: 5,
  server_stopped: 5,
  history_gap: 4,
  history_set_aside: 4,
  session_opened: 6,
  session_closed: 6,
  client_registered: 6,
  client_returned: 6,
  client_taken_over: 6,
  client_detached: 6,
  client_unregistered: 6,
  client_unplugged: 5,
  login_refused: 4,
  blocked_refused: 4,
  block_set: 5,
  block_lifted: 5,
  blocks_set_aside: 4,
  message_dropped: 4,
  operator_sent: 5,
  job_late: 4,
  token_created: 5,
  token_revoked: 5,
  approval_allowed: 5,
  approval_denied: 5,
  policy_set: 5,
  program_allowed: 5,
  program_allowance_ended: 5,
  programs_paused: 4,
  programs_resumed: 5,
  blender_ended: 4,
  job_completed: 6,
  job_failed: 3,
  job_cancelled: 5,
  job_interrupted: 4,
}

/** How many of a message's targets it was written to, was below the threshold of, or was dropped for. */
const outcomeCounts = { sent: z.number().int(), filtered: z.number().int(), dropped: z.number().int() }

const logMessageSchema = z.object({
  messageId: z.string(),
  jobId: z.string(),
  routing: routingSchema,
  /** At most 20 of `targetCount`. */
  targets: z.array(z.string()),
  targetCount: z.number().int(),
  /** UTF-8 bytes of the whole payload. */
  bytes: z.number().int(),
  /** What is in none of the three still waits in a mailbox. */
  ...outcomeCounts,
})

const logJobSchema = z.object({
  jobId: z.string(),
  /** At most 20 of `targetCount`. */
  targets: z.array(z.string()),
  targetCount: z.number().int(),
  /** Unix seconds of its dispatch. */
  dispatchedAt: z.number(),
  /** The last line of its error, at most 200 characters. */
  problem: z.string(),
})

/** One entry of the log. */
export const logEntrySchema = z.object({
  /**
   * Rises in the order of writing, which is that of time while nobody sets the server's clock; the place to page
   * from. Below zero: the history file could not take it, so it is seen once and can't be asked for again.
   */
  id: z.number().int(),
  /** Unix seconds by the server's clock. */
  at: z.number(),
  kind: logKindSchema,
  priority: z.number().int().min(0).max(7),
  /** Whose bus it was on; empty where it concerns no one user. */
  userId: z.string(),
  /** The client it is about, a message's and a job's sender; empty where it concerns none. */
  client: z.string(),
  by: z.enum(['client', 'operator', 'server']),
  /**
   * Reason, program, address: whatever tells a person more. Of a message the `message_type` or `kind` of its payload,
   * of a job its title. Partly written by clients.
   */
  text: z.string(),
  /** How many such events this entry stands for: refusals and drops come in numbers. */
  count: z.number().int(),
  message: logMessageSchema.nullable(),
  job: logJobSchema.nullable(),
})
export type LogEntry = z.infer<typeof logEntrySchema>

/** Which entries are meant; every part that is given must hold. */
export const logFilterSchema = z.object({
  userId: z.string().max(200).optional(),
  /**
   * A client's uuid: as the one it is about, as sender, or as target. Of a message or a job to more than 100 targets
   * the first 100 are known.
   */
  client: z.string().max(400).optional(),
  kinds: z.array(logKindSchema).max(64).optional(),
  /** At least as urgent: 3 means `error` and what is above it. */
  priority: z.number().int().min(0).max(7).optional(),
  /** Part of a text, a uuid, a client's label, a job id or the kept part of a payload, in any case (ASCII). */
  text: z.string().max(200).optional(),
  /** Unix seconds, first and last moment. */
  since: z.number().optional(),
  until: z.number().optional(),
})
export type LogFilter = z.infer<typeof logFilterSchema>

/** Most entries of one page of `activity.list`, and of one event of `activity.watch`. */
export const logPageMax = 200

export const logQuerySchema = logFilterSchema.extend({
  /** Only entries before this id, newest first. Without it and `after`: from the newest on. */
  before: z.number().int().optional(),
  /** Only entries after this id, oldest first. Goes before `before`. */
  after: z.number().int().optional(),
  limit: z.number().int().min(1).max(logPageMax).default(100),
})

/**
 * One page of the log. So that no query takes long, each goes through a bounded part of it: a page with few entries or
 * none is not the end while `next` is not null.
 */
export const logPageSchema = z.object({
  entries: z.array(logEntrySchema),
  /** `before` or `after` of the next query in the same direction; null at the end of what is kept. */
  next: z.number().int().nullable(),
  /** Unix seconds of where `next` stands; null with it. */
  nextAt: z.number().nullable(),
  /** What the clients of these entries were last called, by `clientKey`; those without a label are left out. */
  names: z.record(z.string(), z.string()),
  history: activityLogStateSchema,
})
export type LogPage = z.infer<typeof logPageSchema>

/** What has become of a message since it was told; the counts are whole, not what was added. */
export const logOutcomeSchema = z.object({ id: z.number().int(), userId: z.string(), ...outcomeCounts })
export type LogOutcome = z.infer<typeof logOutcomeSchema>

/**
 * `activity.watch`: first the newest page, which comes again when the activity log that was off is kept again; then what
 * is new, oldest first. `missed` counts entries that were left out because the panel was too slow for them.
 */
export const logEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('page'), page: logPageSchema }),
  z.object({
    type: z.literal('news'),
    entries: z.array(logEntrySchema),
    outcomes: z.array(logOutcomeSchema),
    missed: z.number().int(),
  }),
])
export type LogEvent = z.infer<typeof logEventSchema>

/** A text as far as it is kept: `bytes` is the size of the whole in UTF-8, null where nobody knows it. */
const keptTextSchema = z.object({ text: z.string(), bytes: z.number().int().nullable(), cut: z.boolean() })

/** What an entry leaves out. */
export const logDetailSchema = z.object({
  entry: logEntrySchema,
  /** At most 100 targets; `outcome` is null where it is known for all of them together only. */
  deliveries: z.array(z.object({ uuid: z.string(), outcome: panelDeliverySchema.nullable() })),
  /** Of a message: its payload. Null where payloads are not kept. */
  payload: keptTextSchema.nullable(),
  /** Of a job: what it answered, null where results are not kept; and its error, which is kept always. */
  result: keptTextSchema.nullable(),
  error: keptTextSchema.nullable(),
})
export type LogDetail = z.infer<typeof logDetailSchema>
