/** A client as the panel shows it: what a row holds, and the feed of rows. */
import { z } from 'zod'
import { clientRecordSchema, jobStateSchema } from './protocol.ts'

/** One client of one user's bus. A uuid is only unique within its bus. */
export const clientRefSchema = z.object({ userId: z.string(), uuid: z.string() })
export type ClientRef = z.infer<typeof clientRefSchema>

/** The key of a client in lists: the user, a U+001F, the uuid (neither can hold a control character). */
export function clientKey(ref: ClientRef): string {
  return `${ref.userId}\u001f${ref.uuid}`
}

/**
 * How a client is, judged from what was really heard of it: `busy` runs a job, `live` was heard lately,
 * `stale` gave no sign for longer than is set, `away` has no session or its stream's socket has closed.
 */
export const clientStateSchema = z.enum(['live', 'busy', 'stale', 'away'])
export type ClientState = z.infer<typeof clientStateSchema>

/** A job as a row shows it. `progress` is 0..1, null where the peer reports none. */
export const jobBriefSchema = z.object({
  jobId: z.string(),
  /** The command's name, or the description of a script. */
  title: z.string(),
  state: jobStateSchema,
  progress: z.number().nullable(),
  progressMessage: z.string(),
  /** Unix seconds. */
  createdAt: z.number(),
  /** The client that asked for it, or `server:<user>`. */
  fromUuid: z.string(),
  targetUuids: z.array(z.string()),
})
export type JobBrief = z.infer<typeof jobBriefSchema>

/** One row of the panel. `record` is the exact wire record and holds nothing of the session. */
export const panelClientSchema = z.object({
  key: z.string(),
  userId: z.string(),
  record: clientRecordSchema,
  state: clientStateSchema,
  /** Remote address of its session, null without one. */
  address: z.string().nullable(),
  /** Name and version that the program gave at `initialize`; `title` is what it is shown as. */
  program: z.object({ name: z.string(), title: z.string(), version: z.string() }).nullable(),
  /** MCP protocol version its session agreed on, null without a session. */
  protocolVersion: z.string().nullable(),
  /** Messages waiting in its mailbox. */
  queued: z.number().int(),
  /** Messages it sent, messages it was sent, and messages dropped on the way to it, since it registered. */
  sent: z.number().int(),
  received: z.number().int(),
  dropped: z.number().int(),
  /** The oldest unfinished job it was given, with the number of those behind it. */
  job: jobBriefSchema.nullable(),
  jobsWaiting: z.number().int(),
  /** The newest unfinished job it asked others for. */
  workingOn: jobBriefSchema.nullable(),
  /** The Blender that this client's session chose for its calls: a uuid, `group:<id>`, `any` or `any:<capability>`. */
  target: z.string().nullable(),
})
export type PanelClient = z.infer<typeof panelClientSchema>

/**
 * `clients.watch`: first a snapshot, then patches. A patch applies to the list of revision `from` and makes it
 * `revision`; a panel whose list is at another revision has missed something and starts a new watch.
 */
export const clientsEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    revision: z.number().int(),
    clients: z.array(panelClientSchema),
  }),
  z.object({
    type: z.literal('patch'),
    from: z.number().int(),
    revision: z.number().int(),
    upsert: z.array(panelClientSchema),
    /** Keys of clients that left. */
    remove: z.array(z.string()),
  }),
])
export type ClientsEvent = z.infer<typeof clientsEventSchema>
