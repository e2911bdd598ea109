/**
 * What a panel may ask of the main process, and all it ever sees of it. Both shells serve this one contract:
 * Electron over a message port, `busbar serve` over a WebSocket.
 *
 * Every `watch` takes a `watchId` of the caller's choosing (unique on its connection) and holds back the next
 * event until the last one was acknowledged through `feed.ack`. So a panel that cannot keep up gets fewer,
 * larger events, and nothing queues up for it.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { approvalAnswerSchema, approvalPolicySchema, approvalsEventSchema } from './approvals.ts'
import { settingChangeSchema, settingOutcomeSchema, settingsSchema } from './settings.ts'
import { bounds, clientRecordSchema, jobStateSchema, nameSchema, routingSchema } from './protocol.ts'

/** Longest reason a person may give for an unregistration, in characters. */
export const reasonLength = 500
/** Most clients that one `unregister` call may name. */
export const unregisterMax = 5000
/** Longest block in seconds: one year. A block that never ends would outlive everybody's memory of it. */
export const blockSecondsMax = 365 * 24 * 3600

/** One client of one user's bus. A uuid is only unique within its bus. */
export const clientRefSchema = z.object({ userId: z.string(), uuid: z.string() })
export type ClientRef = z.infer<typeof clientRefSchema>

/** The key of a client in lists: the user, a U+001F, the uuid (neither can hold a control character). */
export function clientKey(ref: ClientRef): string {
  return `${ref.userId}\u001f${ref.uuid}`
}

/**
 * How a client is, judged from what was really heard of it: `busy` runs a job, `live` was heard lately,
 * `stale` gave no sign for 45 seconds, `gone` has no session or its stream's socket has closed.
 */
export const clientStateSchema = z.enum(['live', 'busy', 'stale', 'gone'])
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
  /** Name and version the program gave at `initialize`. */
  program: z.object({ name: z.string(), version: z.string() }).nullable(),
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

/** A client as a job names it: `name` is what it was called when the job was dispatched, and stays when it leaves. */
const jobPartySchema = z.object({ uuid: z.string(), name: z.string() })

/** A job of one user's bus. A job id is only unique within its bus. */
export const jobRefSchema = z.object({ userId: z.string(), jobId: z.string() })
export type JobRef = z.infer<typeof jobRefSchema>

/** The key of a job in lists: the user, a U+001F, the job id. */
export function jobKey(ref: JobRef): string {
  return `${ref.userId}\u001f${ref.jobId}`
}

/** One job as a row of the list of jobs. Times are Unix seconds. */
export const panelJobSchema = z.object({
  key: z.string(),
  userId: z.string(),
  jobId: z.string(),
  kind: z.enum(['job_dispatch', 'command_dispatch']),
  title: z.string(),
  state: jobStateSchema,
  progress: z.number().nullable(),
  progressMessage: z.string(),
  createdAt: z.number(),
  /** When a peer first said that it runs, null where none did. */
  startedAt: z.number().nullable(),
  /** Null until it ends. */
  endedAt: z.number().nullable(),
  updatedAt: z.number(),
  from: jobPartySchema,
  /** At most 20 of `targetCount`. */
  targets: z.array(jobPartySchema),
  targetCount: z.number().int(),
  /** The start of its script or of its parameters, at most 200 characters. */
  preview: z.string(),
  /** The last line of its error, at most 200 characters. */
  problem: z.string(),
})
export type PanelJob = z.infer<typeof panelJobSchema>

/** `jobs.watch`: as `clientsEventSchema`. A job is removed when the bus forgets it. */
export const jobsEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), revision: z.number().int(), jobs: z.array(panelJobSchema) }),
  z.object({
    type: z.literal('patch'),
    from: z.number().int(),
    revision: z.number().int(),
    upsert: z.array(panelJobSchema),
    remove: z.array(z.string()),
  }),
])
export type JobsEvent = z.infer<typeof jobsEventSchema>

/** What a row leaves out. Texts are cut at 100,000 characters; the sizes in characters are of the whole. */
export const jobDetailSchema = z.object({
  /** The payload's JSON, null where it was too large to keep or has made room for others. */
  payload: z.string().nullable(),
  routing: routingSchema.nullable(),
  priority: z.number().int().nullable(),
  result: z.string(),
  resultLength: z.number().int(),
  error: z.string(),
  errorLength: z.number().int(),
})
export type JobDetail = z.infer<typeof jobDetailSchema>

/**
 * What came of asking to cancel. `asked`: its peers were told, and it ends when they say so. `withdrawn`: it had
 * not gone out and has ended. `ended`: it had ended before. `nobody`: none of its targets is on the bus.
 */
export const jobCancelOutcomeSchema = z.enum(['asked', 'withdrawn', 'ended', 'nobody', 'not_found'])
export type JobCancelOutcome = z.infer<typeof jobCancelOutcomeSchema>

/** `refused` says why: the payload is not known any more, or nobody is there to run it. */
export const jobRepeatOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('sent'), jobId: z.string(), targetCount: z.number().int() }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type JobRepeatOutcome = z.infer<typeof jobRepeatOutcomeSchema>

/** One message or job update that passed a client. `preview` is the payload's JSON, cut at 2,000 characters. */
export const trafficEntrySchema = z.object({
  id: z.number().int(),
  /** Unix seconds. */
  at: z.number(),
  direction: z.enum(['in', 'out']),
  /** The other side's uuids; the sender for `in`, the targets (at most 20) for `out`. */
  peers: z.array(z.string()),
  routing: routingSchema,
  messageId: z.string(),
  jobId: z.string(),
  priority: z.number().int(),
  /** `message_type` or `kind` of the payload, else "message". */
  kind: z.string(),
  /** For `in`: what became of it. For `out`: null. */
  outcome: z.enum(['sent', 'queued', 'filtered', 'dropped']).nullable(),
  bytes: z.number().int(),
  preview: z.string(),
})
export type TrafficEntry = z.infer<typeof trafficEntrySchema>

/** The MCP session behind a record. It never holds the session's id, which works like a key. */
export const sessionFactsSchema = z.object({
  programName: z.string(),
  programVersion: z.string(),
  /** The id of the token it came with, and whether that has to ask by default (see `approvals.ts`). */
  tokenId: z.string(),
  asksByToken: z.boolean(),
  /** Uuids of all clients that it has registered. */
  clients: z.array(z.string()),
  protocolVersion: z.string(),
  remoteAddress: z.string(),
  /** Unix seconds. */
  startedAt: z.number(),
  lastRequestAt: z.number(),
  streamsOpen: z.number().int(),
  /** False while its socket is full: messages wait in the mailbox. */
  streamWritable: z.boolean(),
  bufferedBytes: z.number().int(),
  /** Least urgent level it asked for by `logging/setLevel`, null if it never did (it gets everything). */
  threshold: z.string().nullable(),
})
export type SessionFacts = z.infer<typeof sessionFactsSchema>

/** Everything the inspector shows of one client; `null` once the client is unregistered. */
export const clientDetailSchema = z.object({
  client: panelClientSchema,
  session: sessionFactsSchema.nullable(),
  mailbox: z.object({
    count: z.number().int(),
    bytes: z.number().int(),
    maxCount: z.number().int(),
    maxBytes: z.number().int(),
    dropped: z.number().int(),
    filtered: z.number().int(),
  }),
  /** Newest first, at most 100. */
  traffic: z.array(trafficEntrySchema),
})
export type ClientDetail = z.infer<typeof clientDetailSchema>

export const unregisterInputSchema = z.object({
  clients: z.array(clientRefSchema).min(1).max(unregisterMax),
  reason: z.string().max(reasonLength),
  /** Keep this uuid away for so many seconds; null to let it come back at once. */
  blockSeconds: z.number().int().positive().max(blockSecondsMax).nullable(),
})
export type UnregisterInput = z.infer<typeof unregisterInputSchema>

export const unregisterResultSchema = z.object({
  key: z.string(),
  /** `not_found`: it had already left when the order arrived; a block holds all the same. */
  outcome: z.enum(['unregistered', 'not_found']),
  /** Its MCP session was ended (false where it had none). */
  sessionEnded: z.boolean(),
  jobsCancelled: z.number().int(),
  /** Unix seconds, null without a block. */
  blockedUntil: z.number().nullable(),
})
export type UnregisterResult = z.infer<typeof unregisterResultSchema>

/** What a block goes by: a client's uuid, the name a program gives at `initialize`, an address or a token's id. */
export const blockKindSchema = z.enum(['client', 'program', 'address', 'token'])
export type BlockKind = z.infer<typeof blockKindSchema>

export const blockSchema = z.object({
  id: z.string(),
  kind: blockKindSchema,
  /** Whose bus the client is kept off; empty for the other kinds, which hold on every bus. */
  userId: z.string(),
  /** The uuid, name, address or token id. */
  subject: z.string(),
  reason: z.string(),
  /** Unix seconds. */
  createdAt: z.number(),
  /** Unix seconds; null until it is lifted. */
  blockedUntil: z.number().nullable(),
})
export type Block = z.infer<typeof blockSchema>

/** A new block, or other terms for the one there is of the same kind and subject. It ends what is connected now. */
export const blockInputSchema = z
  .object({
    kind: blockKindSchema,
    /** For a client: whose bus. */
    userId: z.string().max(bounds.nameLength).default(''),
    subject: nameSchema,
    reason: z.string().max(reasonLength),
    /** Seconds from now; null until it is lifted. */
    blockSeconds: z.number().int().positive().max(blockSecondsMax).nullable(),
  })
  .refine(
    ({ kind, userId }) => (kind === 'client') === (userId !== ''),
    'userId goes with a client, and only with one',
  )
export type BlockInput = z.infer<typeof blockInputSchema>

/** Whether what happens is being kept; `reason` is one sentence for a person where it is not. */
export const historyStateSchema = z.object({ state: z.enum(['on', 'off']), reason: z.string() })
export type HistoryState = z.infer<typeof historyStateSchema>

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

/** `name` is what a refusal calls it in `error.data.limit`. Sizes are the largest seen, in bytes. */
const limitSchema = z.object({ name: z.string(), used: z.number(), max: z.number() })

export const statusSchema = z.object({
  version: z.string(),
  /** Address LLM programs and Blenders connect to. */
  url: z.string(),
  /** Unix seconds. */
  startedAt: z.number(),
  /** The main process's clock at this event, Unix seconds: the panel's times are relative to it. */
  now: z.number(),
  sessions: z.number().int(),
  /** Sessions that no client is registered by: connected, but not on the bus. */
  sessionsUnregistered: z.number().int(),
  jobsRunning: z.number().int(),
  /** Messages handed to targets in each of the last 60 full seconds, oldest first. */
  messagesPerSecond: z.array(z.number().int()),
  history: historyStateSchema,
  /** Every bound and how much of it is used; where many have one each (sessions, tokens, buses), the busiest. */
  limits: z.array(limitSchema),
})
export type PanelStatus = z.infer<typeof statusSchema>

/** What a token opens: `bus` to speak as a client, `llm` to drive Blenders, `panel` to see its user's bus in a panel. */
export const tokenScopeSchema = z.enum(['bus', 'llm', 'panel'])
export type TokenScope = z.infer<typeof tokenScopeSchema>

/** Names that stand in logs, file names and lists: no spaces, no control characters. */
const plainNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
    'takes 1 to 64 letters, digits and ._@-, the first a letter or digit',
  )

/** A token as a person sees it: never itself. Times are Unix seconds. */
export const tokenInfoSchema = z.object({
  id: z.string().min(1).max(64),
  name: plainNameSchema,
  /** Whose bus it opens. */
  userId: plainNameSchema,
  scopes: z.array(tokenScopeSchema).min(1),
  createdAt: z.number(),
  /** Null for a token that holds until it is revoked. */
  expiresAt: z.number().nullable(),
  /** Null where it was not used since the server started. */
  lastUsedAt: z.number().nullable(),
})
export type TokenInfo = z.infer<typeof tokenInfoSchema>

export const tokenInputSchema = z.object({
  name: plainNameSchema,
  userId: plainNameSchema.default('local'),
  scopes: z.array(tokenScopeSchema).min(1).max(3).default(['bus', 'llm']),
  expiresInSeconds: z
    .number()
    .int()
    .positive()
    .max(10 * 365 * 24 * 3600)
    .nullable()
    .default(null),
})
export type TokenInput = z.input<typeof tokenInputSchema>

export const tokenCreationSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), token: z.string(), info: tokenInfoSchema }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type TokenCreation = z.infer<typeof tokenCreationSchema>

export const connectInfoSchema = z.object({
  url: z.string(),
  dataDir: z.string(),
  /** Command that starts a background Blender which serves. */
  blenderCommand: z.string(),
})
export type ConnectInfo = z.infer<typeof connectInfoSchema>

/** The Blender add-on as a file to save; `bytes` is base64. */
export const addonPackageSchema = z.object({ fileName: z.string(), bytes: z.string() })
export type AddonPackage = z.infer<typeof addonPackageSchema>

const watchInput = z.object({ watchId: z.string().min(1).max(64) })

export const panelContract = {
  feed: {
    /** Lets the next event of that watch come. Unknown ids are ignored: the watch has just ended. */
    ack: oc.input(watchInput).output(z.void()),
  },
  status: {
    /** An event at least every 2 seconds: a panel that hears none for 8 knows that the connection is dead. */
    watch: oc.input(watchInput).output(eventIterator(statusSchema)),
    /** Answers at once; its round trip is what the panel shows. */
    ping: oc.output(z.void()),
  },
  clients: {
    watch: oc.input(watchInput).output(eventIterator(clientsEventSchema)),
    inspect: oc
      .input(watchInput.extend({ client: clientRefSchema }))
      .output(eventIterator(clientDetailSchema.nullable())),
    /** Force-unregisters clients, one result for each in the order given. */
    unregister: oc.input(unregisterInputSchema).output(z.array(unregisterResultSchema)),
  },
  jobs: {
    watch: oc.input(watchInput).output(eventIterator(jobsEventSchema)),
    /** Null once the bus has forgotten the job. */
    detail: oc.input(jobRefSchema).output(jobDetailSchema.nullable()),
    cancel: oc.input(jobRefSchema).output(z.object({ outcome: jobCancelOutcomeSchema })),
    /** Sends the same payload along the same routing as a new job, whose updates go to nobody but the panel. */
    repeat: oc.input(jobRefSchema).output(jobRepeatOutcomeSchema),
  },
  blocks: {
    watch: oc.input(watchInput).output(eventIterator(z.array(blockSchema))),
    add: oc.input(blockInputSchema).output(blockSchema),
    /** By the block's id, or a client's by its bus and uuid. False where there was no such block. */
    lift: oc
      .input(z.union([z.object({ id: z.string() }), clientRefSchema]))
      .output(z.object({ lifted: z.boolean() })),
  },
  approvals: {
    watch: oc.input(watchInput).output(eventIterator(approvalsEventSchema)),
    /** `gone`: it was answered, denied by the clock or withdrawn before. */
    answer: oc.input(approvalAnswerSchema).output(z.object({ outcome: z.enum(['answered', 'gone']) })),
    policy: {
      get: oc.output(approvalPolicySchema),
      /** Kept over restarts. A panel that came with a token is refused. */
      set: oc.input(approvalPolicySchema).output(approvalPolicySchema),
    },
  },
  activity: {
    /** A page of what happened, newest first; empty while no history is kept. */
    list: oc
      .input(activityQuerySchema)
      .output(z.object({ entries: z.array(activitySchema), more: z.boolean() })),
    /**
     * Lines as they are written, oldest first, beginning with the newest that are kept. `missed` says that a panel
     * which could not keep up has to list for what it did not get.
     */
    watch: oc
      .input(watchInput)
      .output(eventIterator(z.object({ entries: z.array(activitySchema), missed: z.boolean() }))),
  },
  /** For the person who runs the server; a panel that came with a token is refused. */
  tokens: {
    list: oc.output(z.array(tokenInfoSchema)),
    /** The answer is the only time that the token is shown. `refused` says why there is none. */
    create: oc.input(tokenInputSchema).output(tokenCreationSchema),
    /** Ends the sessions and panels that use it. False where there was no such token. */
    revoke: oc.input(z.object({ id: z.string() })).output(z.object({ revoked: z.boolean() })),
  },
  /** Times and limits of the server. What is set holds from the next start on. */
  settings: {
    get: oc.output(settingsSchema),
    /** A panel that came with a token is refused. */
    set: oc.input(settingChangeSchema).output(settingOutcomeSchema),
  },
  connect: {
    info: oc.output(connectInfoSchema),
    /** Null where this program was started from sources and the add-on was never built. */
    addon: oc.output(addonPackageSchema.nullable()),
    /** The local user's token, asked for only when a person wants to copy it. */
    token: oc.output(z.object({ token: z.string() })),
  },
}
