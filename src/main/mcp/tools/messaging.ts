import { z } from 'zod'
import {
  bounds,
  deliverySchema,
  jobStatusSchema,
  jsonObjectSchema,
  messageDataSchema,
  nameSchema,
  priorityNames,
  routingSchema,
  type MessageData,
} from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { BusMessage } from '../../bus/message.ts'
import { route, type Route } from '../../bus/routing.ts'
import type { BusError } from '../../bus/errors.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { ApprovalGate } from '../approval-gate.ts'
import { defineTool, failure, failureSchema, type Tool } from '../tool.ts'

const optionalName = z.string().max(bounds.nameLength).nullish()

/** `blender_send_message`: a payload that makes its targets work is let through the gate before the bus is asked. */
export function sendMessageTool(gate: ApprovalGate): Tool {
  return defineTool({
    name: 'blender_send_message',
    title: 'Send a message',
    description:
      'Sends a JSON payload to clients on the bus. The first of target_uuid, group_id and client_type that is given ' +
      'chooses who gets it; with none of them it goes to everybody else. To run something in Blender and get its ' +
      'result, blender_execute_code is simpler.',
    input: z.object({
      payload: jsonObjectSchema.describe('Any JSON object, at most 4 MiB'),
      target_uuid: optionalName.describe('A uuid, "latest" (the newest live Blender) or "pid:<n>"'),
      group_id: optionalName.describe('All clients of this group'),
      client_type: optionalName.describe('All clients of this type'),
      priority: z
        .union([z.string(), z.number()], `must be one of ${priorityNames.join(', ')}, or an integer 0 to 7`)
        .default('info')
        .describe('emergency, alert, critical, error, warning, notice, info or debug; or 0 to 7'),
      from_uuid: z.string().max(bounds.nameLength).nullish().describe('Default: the client of this session'),
    }),
    output: z.union([
      z.object({
        status: z.literal('ok'),
        message_id: z.string(),
        job_id: z.string(),
        targets: z.array(z.string()),
        routing: routingSchema,
        deliveries: z.record(z.string(), deliverySchema),
      }),
      failureSchema,
    ]),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
    async run(args, context) {
      const { bus, session } = context
      const found = targetsOf(bus, args, args.from_uuid ?? bus.registry.boundTo(session)?.uuid ?? '')
      if (!found.ok) return failure(found)
      const passed = gate.pass({ payload: args.payload, ...found }, context)
      const refusal = passed instanceof Promise ? await passed : passed
      if (refusal !== null) return failure(refusal)
      // What was allowed for one client goes to that client, whoever is "latest" by now.
      const only = found.routing.type === 'direct' ? { target_uuid: found.routing.target_uuid } : {}
      const sent = bus.send({ ...args, ...only, from_uuid: args.from_uuid ?? undefined, session })
      if (!sent.ok) return failure(sent)
      return {
        structured: {
          status: 'ok',
          message_id: sent.message.message_id,
          job_id: sent.message.job_id,
          targets: sent.targets,
          routing: sent.message.routing,
          deliveries: sent.deliveries,
        },
      }
    },
  })
}

/** Who a message would go to now. */
function targetsOf(
  bus: UserMessageBus,
  address: Parameters<typeof route>[1],
  fromUuid: string,
): Route | BusError {
  const { target_uuid } = address
  if (target_uuid === undefined || target_uuid === null || target_uuid === '') {
    return route(bus.registry, address, fromUuid, () => true)
  }
  const target = bus.resolve(target_uuid)
  if ('ok' in target) return target
  return { ok: true, routing: { type: 'direct', target_uuid: target.uuid }, targets: [target] }
}

export const jobUpdateTool: Tool = defineTool({
  name: 'blender_job_update',
  title: 'Report on a job',
  description:
    'For a client that was given a job: reports that it runs, or how it ended. The word goes to whoever sent the job.',
  input: z.object({
    job_id: z.string().min(1).max(bounds.nameLength),
    status: jobStatusSchema,
    result: z.string().default(''),
    error: z.string().default(''),
    progress: z.number().min(0).max(1).optional().describe('0 to 1'),
    progress_message: z.string().max(1000).optional(),
  }),
  output: z.union([
    z.object({
      status: z.literal('ok'),
      delivered: z.enum(['direct', 'broadcast']),
      targets: z.array(z.string()),
    }),
    failureSchema,
  ]),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run(args, { bus, session }) {
    const reported = bus.jobUpdate(args, session)
    if (!reported.ok) return failure(reported)
    return { structured: { status: 'ok', delivered: reported.delivered, targets: reported.targets } }
  },
})

export const receiveMessagesTool: Tool = defineTool({
  name: 'blender_receive_messages',
  title: 'Receive messages',
  description:
    'For a client that holds no event stream: takes the messages waiting for it, most urgent first, and waits for ' +
    'the first one up to wait_seconds.',
  input: z.object({
    client_uuid: nameSchema,
    wait_seconds: z.number().min(0).max(bounds.receiveWaitSeconds).default(0),
    max: z.number().int().min(1).max(bounds.receiveMax).default(bounds.receiveMax),
  }),
  output: z.union([
    z.object({
      status: z.literal('ok'),
      messages: z.array(messageDataSchema),
      remaining: z.number().int(),
    }),
    failureSchema,
  ]),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  async run({ client_uuid, wait_seconds, max }, { bus, session, extra }) {
    const client = bus.get(client_uuid)
    if (client === undefined) {
      return failure({
        error: 'unknown_client',
        message: `No client "${client_uuid}" is registered. Call blender_register_client first.`,
      })
    }
    if (client.session !== null && client.session !== session) {
      return failure({
        error: 'not_your_client',
        message: `Client "${client_uuid}" belongs to another session. Register it in this session to take it over.`,
      })
    }
    if (wait_seconds > 0) await waitForMessage(bus, client, wait_seconds * 1000, extra.signal)
    // Nobody reads the answer of a call that was cancelled: what waits must stay for the next one.
    const messages = extra.signal.aborted ? [] : bus.mailboxes.take(client, max)
    return {
      structured: {
        status: 'ok',
        messages: messages.map((message) => messageData(message, client_uuid)),
        remaining: bus.mailboxes.sizeOf(client_uuid).count,
      },
    }
  },
})

/** `data` of a message as one target sees it. */
export function messageData(message: BusMessage, targetUuid: string): MessageData {
  return {
    user_id: message.user_id,
    from_uuid: message.from_uuid,
    target_uuid: targetUuid,
    routing: message.routing,
    payload: message.payload,
    job_id: message.job_id,
    message_id: message.message_id,
    priority: message.priority,
    timestamp: message.timestamp,
  }
}

/** Resolves when something waits for the client, it leaves, the time is over or the caller gives up. */
function waitForMessage(
  bus: UserMessageBus,
  client: ClientInfo,
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (bus.mailboxes.next(client.uuid) !== undefined || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const onMessage = (_: BusMessage, targets: readonly ClientInfo[]): void => {
      if (targets.includes(client)) finish()
    }
    const onUnregistered = (change: { client: ClientInfo }): void => {
      if (change.client === client) finish()
    }
    const finish = (): void => {
      clearTimeout(timer)
      bus.events.off('message', onMessage)
      bus.events.off('unregistered', onUnregistered)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, waitMs)
    bus.events.on('message', onMessage)
    bus.events.on('unregistered', onUnregistered)
    signal.addEventListener('abort', finish)
  })
}
