/** What a panel and the main process say to each other about work that a person has to allow. */
import { z } from 'zod'
import { routingSchema } from './protocol.ts'

/** Longest reason a person may give for a denial, in characters. */
const denialReasonLength = 500
/** Most rules of a policy. */
const rulesMax = 500
/** How long "for this program, one hour" allows, in seconds. */
export const programGrantSeconds = 3600
/** Characters of code that a panel is shown of one request. */
export const approvalCodeLength = 50_000

/**
 * `allow`: all of it. `ask`: reading at once, changes when a person allows them. `read-only`: reading, and no change.
 * `deny`: nothing.
 */
export const approvalModeSchema = z.enum(['allow', 'ask', 'read-only', 'deny'])
export type ApprovalMode = z.infer<typeof approvalModeSchema>

const name = z.string().min(1).max(200)

/**
 * A client in a rule. A rule that allows needs all of it to hold: files of 0.1.0 name the uuid alone, and what such a
 * rule allowed is asked for again.
 */
const ruleClientSchema = z.object({
  userId: name,
  uuid: name,
  /** The id of the client's own token. Null: not known, so that the rule only makes stricter what holds. */
  tokenId: name.nullable().default(null),
  /** `sender`: what it asks for. `target`: what is asked of it. Null: both, so that the rule only makes stricter. */
  as: z.enum(['sender', 'target']).nullable().default(null),
})

/** A mode for all that each named part fits; a part that is null fits everything. */
export const approvalRuleSchema = z
  .object({
    client: ruleClientSchema.nullable(),
    /** The id of the token of who asks; `local` for the local user's own. */
    token: name.nullable(),
    /** The tool's name, `blender_<command>`; a script counts as `blender_execute_code`. */
    tool: name.nullable(),
    mode: approvalModeSchema,
  })
  .refine(
    ({ client, token, tool }) => client !== null || token !== null || tool !== null,
    'A rule names a client, a token or a tool',
  )
  .refine(
    ({ client, token, mode }) =>
      client === null || token !== null || client.tokenId !== null || mode !== 'allow',
    'A rule that allows a client names a token too',
  )
export type ApprovalRule = z.infer<typeof approvalRuleSchema>

/** `default` is for what no rule fits; `by_token` asks for tokens with the scope `llm` and allows the others. */
export const approvalPolicySchema = z.object({
  default: z.enum(['by_token', 'ask', 'allow']),
  rules: z.array(approvalRuleSchema).max(rulesMax),
})
export type ApprovalPolicy = z.infer<typeof approvalPolicySchema>

const partySchema = z.object({ uuid: z.string(), name: z.string() })

/** A client that is to work. Names are of the clients' own choosing: the rest tells equal ones apart. */
const targetSchema = partySchema.extend({
  /** The host that it says it runs on, null where it says none. */
  host: z.string().nullable(),
})
export type ApprovalTarget = z.infer<typeof targetSchema>

/** All of what a request shows the start of. */
export const approvalDetailSchema = z.object({ code: z.string(), targets: z.array(targetSchema) })
export type ApprovalDetail = z.infer<typeof approvalDetailSchema>

/** One request that waits for a person. Times are Unix seconds. */
export const approvalSchema = z.object({
  id: z.string(),
  userId: z.string(),
  /** Null where the session has registered no client. */
  from: partySchema.nullable(),
  /** The uuid that it gives itself and that none of its clients has; null where it gives none. */
  claims: z.string().nullable(),
  /** Name and version that its program gave at `initialize`, its token's id and its address. */
  program: z.string(),
  /** What it is called where a person allows its program; null for one that gave no name, which can't be. */
  programTitle: z.string().nullable(),
  tokenId: z.string(),
  /** What a person called the token; its id where that is not known. */
  tokenName: z.string(),
  address: z.string(),
  tool: z.string(),
  /** The command's name, or what the sender says that its script is for. */
  title: z.string(),
  /** The start of the code, or of the arguments as JSON. */
  code: z.string(),
  codeKind: z.enum(['python', 'json']),
  /** Characters of the whole code. */
  codeLength: z.number().int(),
  routing: routingSchema,
  /** At most 20 of `targetCount`; `approvals.detail` has all. */
  targets: z.array(targetSchema),
  targetCount: z.number().int(),
  /** It was allowed before, and another program has taken the place of a target meanwhile. */
  again: z.boolean(),
  askedAt: z.number(),
  /** When it is denied because nobody answered. */
  deniedAt: z.number(),
})
export type Approval = z.infer<typeof approvalSchema>

/** What a person allowed to a program: a tool, to all its sessions with one token, on one user's bus. */
export const approvalGrantSchema = z.object({
  id: z.string(),
  userId: z.string(),
  tokenId: z.string(),
  /** What the program is shown as. */
  program: z.string(),
  tool: z.string(),
  /** Unix seconds. */
  allowedUntil: z.number(),
})
export type ApprovalGrant = z.infer<typeof approvalGrantSchema>

/** All that waits, oldest first, what programs are allowed for now, newest first, and what is asked for at all. */
export const approvalsEventSchema = z.object({
  pending: z.array(approvalSchema),
  grants: z.array(approvalGrantSchema),
  policy: approvalPolicySchema,
})
export type ApprovalsEvent = z.infer<typeof approvalsEventSchema>

/**
 * `session` allows this tool to this session until it ends or the policy is changed; `program` to all sessions of the
 * program with that token, for an hour or until the policy is changed.
 */
export const approvalAnswerSchema = z.discriminatedUnion('answer', [
  z.object({ id: z.string(), answer: z.literal('once') }),
  z.object({ id: z.string(), answer: z.literal('session') }),
  z.object({ id: z.string(), answer: z.literal('program') }),
  z.object({ id: z.string(), answer: z.literal('deny'), reason: z.string().max(denialReasonLength) }),
])
export type ApprovalAnswer = z.infer<typeof approvalAnswerSchema>
