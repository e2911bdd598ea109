import { z } from 'zod'
import {
  bounds,
  isWhole,
  jobStatusSchema,
  jsonObjectSchema,
  notWhole,
  priorityNames,
  type Delivery,
  type JsonObject,
  type Routing,
} from '../../../shared/protocol.ts'
import { blockedAnswer, type BlockList } from '../../access/block-list.ts'
import { RawJson } from '../../base/raw-json.ts'
import { jobKindOf } from '../../bus/message.ts'
import { refusesJobOf } from '../../bus/message-size.ts'
import { refusesReserved } from '../../bus/send-request.ts'
import type { Route } from '../../bus/routing.ts'
import type { Allowed, ApprovalGate, GateRefusal } from '../approvals/approval-gate.ts'
import type { CallContext } from '../calls/call-context.ts'
import { answerSchema, defineTool, failure, someObject, type Tool, type ToolAnswer } from '../calls/tool.ts'
import { bytesTwice, firstThatFit, resultBytes } from '../calls/wire-size.ts'

/** As it comes over MCP it is the text that it was sent as (`mcp/http/kept-request.ts`). */
const payloadSchema: z.ZodType<JsonObject | RawJson> = z
  .custom<JsonObject | RawJson>(
    (value) => value instanceof RawJson || jsonObjectSchema.safeParse(value).success,
    'must be an object',
  )
  .meta({ type: 'object', additionalProperties: {} })

const optionalName = z.string().max(bounds.nameLength).optional()

/** A priority's name, or its integer: strict providers take no schema of two types, so one is named. */
const priorityArgument = z
  .custom<string | number>(
    (value) => typeof value === 'string' || typeof value === 'number',
    `must be one of ${priorityNames.join(', ')}, or an integer 0 to 7`,
  )
  .meta({ type: 'string', description: `${priorityNames.join(', ')}; or "0" to "7"` })
  .default('info')

/** Where there are more targets than an answer can name. */
const truncatedFields = {
  truncated: z.boolean().describe('Not all targets are named'),
  target_count: z.number(),
}

/**
 * `blender_send_message`: a payload that makes its targets work is let through the gate before the bus is asked. A block
 * keeps out whoever speaks under the uuid that it names, since `from_uuid` is a claim.
 */
export function sendMessageTool(gate: ApprovalGate, blocks: Pick<BlockList, 'find' | 'noteRefused'>): Tool {
  return defineTool({
    name: 'blender_send_message',
    title: 'Send a message',
    description:
      'Sends a JSON payload to clients on the bus: to those of the first of target_uuid, group_id and client_type that ' +
      'is given, else to everybody else. To run something in Blender, use blender_execute_code.',
    input: z.object({
      payload: payloadSchema.describe('At most 4 MiB'),
      target_uuid: optionalName.describe('A uuid, "latest" or "pid:<n>"'),
      group_id: optionalName,
      client_type: optionalName,
      priority: priorityArgument,
      from_uuid: optionalName.describe('Default: the client of this session'),
    }),
    output: answerSchema({
      message_id: z.string(),
      job_id: z.string(),
      targets: z.array(z.string()),
      routing: someObject(),
      deliveries: someObject('uuid: sent, queued, filtered or dropped'),
      ...truncatedFields,
      delivery_counts: someObject(),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    run(args, context) {
      const { bus, session } = context
      const claim = claimOf(args.from_uuid, context)
      const blocked = blockedSender(blocks, claim, context)
      if (blocked !== null) return blocked
      const found = bus.routeOf(args, args.from_uuid ?? bus.registry.boundTo(session)?.uuid ?? '')
      if (!found.ok) return failure(found)
      const raw = args.payload instanceof RawJson ? args.payload : RawJson.of(args.payload)
      const order = { raw, priority: args.priority, from_uuid: args.from_uuid ?? undefined, found }
      const payload = raw.value() as JsonObject
      // Before a person is asked for it.
      const reserved = refusesReserved(payload)
      if (reserved !== null) return failure(reserved)
      const isJob = jobKindOf(payload) !== null
      const tooLarge = isJob ? refusesJobOf(Buffer.byteLength(raw.text), found.targets) : null
      if (tooLarge !== null) return failure(tooLarge)
      const { job_id } = payload
      const inUse =
        isJob && found.targets.length > 0 && typeof job_id === 'string' ? bus.refusesJobId(job_id) : null
      if (inUse !== null) return failure(inUse)
      const asked = gate.pass({ payload, json: raw.text, claim, ...found }, context)
      return asked instanceof Promise
        ? asked.then(
            (passed) => blockedSender(blocks, claim, context) ?? sendAsAllowed(passed, order, context),
          )
        : sendAsAllowed(asked, order, context, payload)
    },
  })
}

/** The uuid that a sender gives itself, where none of its session's clients has it. */
function claimOf(fromUuid: string | undefined, { bus, session }: CallContext): string | undefined {
  if (fromUuid === undefined || fromUuid === '') return undefined
  const isOwn = bus.registry.allBoundTo(session).some(({ uuid }) => uuid === fromUuid)
  return isOwn ? undefined : fromUuid
}

/** The answer for a sender that a person keeps away under one of its names; null for any other. */
function blockedSender(
  blocks: Pick<BlockList, 'find' | 'noteRefused'>,
  claim: string | undefined,
  { bus, session }: CallContext,
): ToolAnswer | null {
  const own = bus.registry.allBoundTo(session).map(({ uuid }) => uuid)
  for (const uuid of claim === undefined ? own : [...own, claim]) {
    const block = blocks.find(bus.user_id, uuid)
    if (block === null) continue
    blocks.noteRefused(block)
    const { message, blockedUntil } = blockedAnswer(
      block,
      `Client "${uuid}" was blocked by the operator: nothing was sent, and nobody may send under that uuid`,
    )
    return failure(
      { error: 'blocked', message },
      blockedUntil === null ? {} : { blocked_until: blockedUntil },
    )
  }
  return null
}

/** What a call keeps of its arguments while a person is asked. */
interface Order {
  readonly raw: RawJson
  readonly priority: unknown
  readonly from_uuid: string | undefined
  readonly found: Route
}

/** What was allowed goes to those that the person saw, whoever is "latest" or has joined the group by now. */
function sendAsAllowed(
  passed: Allowed | GateRefusal,
  { raw, priority, from_uuid, found }: Order,
  { bus, session }: CallContext,
  payload = raw.value() as JsonObject,
): ToolAnswer {
  if (!('ok' in passed)) return failure(passed)
  const sent = bus.send({
    payload,
    payloadJson: raw.text,
    priority,
    from_uuid,
    route: { ...found, targets: passed.targets },
    holders: passed.holders,
    session,
  })
  if (!sent.ok) return failure(sent)
  return {
    structured: {
      status: 'ok',
      message_id: sent.message.message_id,
      job_id: sent.message.job_id,
      ...reached(sent.targets, sent.message.routing, sent.deliveries),
    },
  }
}

export const jobUpdateTool: Tool = defineTool({
  name: 'blender_job_update',
  title: 'Report on a job',
  description: 'For a client that was given a job: tells its sender that it runs, or how it ended.',
  input: z.object({
    job_id: z.string().min(1).max(bounds.nameLength).refine(isWhole, notWhole),
    status: jobStatusSchema,
    result: z.string().default(''),
    error: z.string().default(''),
    progress: z.number().min(0).max(1).optional(),
    progress_message: z.string().max(1000).optional(),
  }),
  output: answerSchema({
    delivered: z.enum(['direct', 'broadcast']),
    targets: z.array(z.string()),
    ...truncatedFields,
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(args, { bus, session }) {
    const reported = bus.jobUpdate(args, session)
    if (!reported.ok) return failure(reported)
    const { delivered, targets } = reported
    const shown = firstThatFit(targets, room, (uuid) => bytesTwice(JSON.stringify(uuid)))
    return { structured: { status: 'ok', delivered, targets: shown, ...truncation(shown, targets) } }
  },
})

/** What is left of an answer for the names of targets. */
const room = resultBytes - 8 * 1024

/** Whom a message reached and how: all of them, or as many as fit into the answer, and then their numbers. */
function reached(
  targets: readonly string[],
  routing: Routing,
  deliveries: Readonly<Record<string, Delivery>>,
): JsonObject {
  const shown = firstThatFit(targets, room, (uuid) => 2 * (bytesTwice(JSON.stringify(uuid)) + outcomeBytes))
  const whole = truncation(shown, targets)
  if (Object.keys(whole).length === 0) return { targets, routing, deliveries }
  const counts: Partial<Record<Delivery, number>> = {}
  for (const delivery of Object.values(deliveries)) counts[delivery] = (counts[delivery] ?? 0) + 1
  // Without a prototype: a client may be called `__proto__`.
  const ofShown = Object.create(null) as Record<string, Delivery>
  for (const uuid of shown) ofShown[uuid] = deliveries[uuid] ?? 'queued'
  return { targets: shown, routing, deliveries: ofShown, ...whole, delivery_counts: counts }
}

/** `:"filtered",`, with each quote escaped. */
const outcomeBytes = 14

const truncation = (shown: readonly string[], all: readonly string[]): JsonObject =>
  shown.length === all.length ? {} : { truncated: true, target_count: all.length }
