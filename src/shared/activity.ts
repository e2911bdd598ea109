/** What happened, as the history keeps it and the panel asks for it. */
import { z } from 'zod'

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
  'token_created',
  'token_revoked',
  'approval_allowed',
  'approval_denied',
  'policy_set',
])
export type ActivityKind = z.infer<typeof activityKindSchema>

/** One line of what happened. */
export const activitySchema = z.object({
  /** Rises with time; also the place to page from. */
  id: z.number().int(),
  /** Unix seconds. */
  at: z.number(),
  kind: activityKindSchema,
  /** Whose bus it was on; empty where it concerns no one user. */
  userId: z.string(),
  /** The client's uuid; empty where it concerns none. */
  client: z.string(),
  by: z.enum(['client', 'operator', 'server']),
  /** Reason, program, address: whatever tells a person more. Partly written by clients. */
  text: z.string(),
  /** How many such events this line stands for: refusals and drops come in numbers. */
  count: z.number().int(),
})
export type Activity = z.infer<typeof activitySchema>

/** Most lines of one page of `activity.list`, and of one event of `activity.watch`. */
export const activityPageMax = 200

export const activityQuerySchema = z.object({
  client: z.string().optional(),
  kinds: z.array(activityKindSchema).optional(),
  /** Part of a text or of a uuid, in any case. */
  text: z.string().max(200).optional(),
  /** Only lines before this id: the last of the page before. */
  before: z.number().int().optional(),
  limit: z.number().int().min(1).max(activityPageMax).default(100),
})
