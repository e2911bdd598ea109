import { z } from 'zod'
import {
  bounds,
  hasNoControlCharacters,
  metadataKeys,
  metadataSchema,
  nameSchema,
} from '../../../shared/protocol.ts'
import { blockedAnswer, type BlockList } from '../../access/block-list.ts'
import type { MetadataChange, Registration } from '../../bus/client-info.ts'
import type { ApprovalGate } from '../approvals/approval-gate.ts'
import type { CallContext } from '../calls/call-context.ts'
import { answerSchema, defineTool, failure, someObject, type Tool, type ToolAnswer } from '../calls/tool.ts'
import { sessionOf } from '../sessions/session-of.ts'

const capability = z
  .string()
  .max(bounds.capabilityLength)
  .refine(hasNoControlCharacters, 'must have no control characters')

/** A process id, or an empty text, which clears it: strict providers take no schema of two types, so one is named. */
const pidOrEmpty = z
  .custom<number | ''>(
    (value) => value === '' || (Number.isInteger(value) && (value as number) >= 0),
    'must be a whole number, 0 or more',
  )
  .meta({ type: 'integer', minimum: 0 })

/** A group, or none: older programs send an empty text for that. */
const groupOrEmpty = z
  .preprocess((value) => (value === '' ? undefined : value), nameSchema.optional())
  .optional()

const registrationSchema = z.object({
  client_uuid: nameSchema,
  client_type: nameSchema.describe('"blender", "llm" or any word'),
  is_persistent: z
    .boolean()
    .default(false)
    .describe('Keeps the record when the session ends; fixed at first'),
  capabilities: z.array(capability).max(bounds.capabilities).default([]),
  group_id: groupOrEmpty,
  ...metadataSchema.shape,
  pid: pidOrEmpty.optional(),
})

/**
 * `blender_register_client`: a block on the uuid is answered before the bus is asked. A live client that came with
 * another token loses its uuid only past the gate; one of the same token is taken over, as a reconnect does.
 */
export function registerClientTool(
  blocks: Pick<BlockList, 'find' | 'noteRefused'>,
  gate: Pick<ApprovalGate, 'passTakeover'>,
): Tool {
  /** Why a uuid may not be registered, whoever asks; null where it may. */
  function refusal(registration: Registration, { bus }: CallContext): ToolAnswer | null {
    const uuid = registration.client_uuid
    const block = blocks.find(bus.user_id, uuid)
    if (block === null) {
      const refused = bus.refusesClient(uuid, registration)
      return refused === null ? null : failure(refused)
    }
    blocks.noteRefused(block)
    const { message, blockedUntil } = blockedAnswer(
      block,
      `Client "${uuid}" was unregistered by the operator and may not register`,
    )
    return failure(
      { error: 'blocked', message },
      blockedUntil === null ? {} : { blocked_until: blockedUntil },
    )
  }

  function register(registration: Registration, context: CallContext): ToolAnswer {
    const refused = refusal(registration, context)
    if (refused !== null) return refused
    const { client } = context.bus.register(registration, context.session)
    return { structured: { status: 'ok', client: client.toDict() } }
  }

  return defineTool({
    name: 'blender_register_client',
    title: 'Register a client',
    description:
      'Puts this session on the message bus under a uuid of your choosing, so that others can send to it. Call it again ' +
      'after a reconnect. A program that only drives Blender with the other tools does not need it.',
    input: registrationSchema,
    output: answerSchema({
      client: someObject(),
      blocked_until: z.number(),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run(args, context) {
      const { bus, session } = context
      const registration = registrationOf(args)
      const known = bus.get(args.client_uuid)
      const holder = known === undefined ? null : sessionOf(known)
      const isTaken = holder !== null && holder !== session
      if (known === undefined || !isTaken || holder.caller.token_id === session.caller.token_id) {
        return register(registration, context)
      }
      const refused = refusal(registration, context)
      if (refused !== null) return refused
      const passed = gate.passTakeover(known, context)
      if (!(passed instanceof Promise))
        return 'ok' in passed ? register(registration, context) : failure(passed)
      return passed.then((answer) => ('ok' in answer ? register(registration, context) : failure(answer)))
    },
  })
}

function registrationOf(args: z.infer<typeof registrationSchema>): Registration {
  return {
    client_uuid: args.client_uuid,
    client_type: args.client_type,
    is_persistent: args.is_persistent,
    capabilities: args.capabilities,
    group_id: args.group_id ?? null,
    metadata: metadataOf(args),
  }
}

function metadataOf(args: MetadataChange): MetadataChange {
  return Object.fromEntries(
    metadataKeys.filter((key) => args[key] !== undefined).map((key) => [key, args[key]]),
  )
}

/** `blender_unregister_client`: another session's live client goes only past the gate. */
export function unregisterClientTool(gate: Pick<ApprovalGate, 'passRemoval'>): Tool {
  return defineTool({
    name: 'blender_unregister_client',
    title: 'Unregister a client',
    description:
      'Takes a client off the message bus. Its unfinished jobs end as cancelled. It can be repeated: then it answers ' +
      '"not_found".',
    input: z.object({ client_uuid: nameSchema }),
    output: answerSchema({ client_uuid: z.string() }, ['ok', 'not_found']),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    async run({ client_uuid }, context) {
      const { bus, session } = context
      const client = bus.get(client_uuid)
      if (client !== undefined && client.session !== null && client.session !== session) {
        const passed = await gate.passRemoval(client, context)
        if (!('ok' in passed)) return failure(passed)
      }
      const status = bus.unregister(client_uuid, session) ? 'ok' : 'not_found'
      return { structured: { status, client_uuid } }
    },
  })
}
