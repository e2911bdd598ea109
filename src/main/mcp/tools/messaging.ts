import { z } from 'zod'
import {
  bounds,
  deliverySchema,
  isWhole,
  jobStatusSchema,
  jsonObjectSchema,
  notWhole,
  priorityNames,
  routingSchema,
} from '../../../shared/protocol.ts'
import type { ApprovalGate } from '../approvals/approval-gate.ts'
import { defineTool, failure, failureSchema, type Tool } from '../calls/tool.ts'

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
      const found = bus.routeOf(args, args.from_uuid ?? bus.registry.boundTo(session)?.uuid ?? '')
      if (!found.ok) return failure(found)
      const asked = gate.pass({ payload: args.payload, ...found }, context)
      const passed = asked instanceof Promise ? await asked : asked
      if (!('ok' in passed)) return failure(passed)
      // What was allowed goes to those that the person saw, whoever is "latest" or has joined the group by now.
      const sent = bus.send({
        payload: args.payload,
        priority: args.priority,
        from_uuid: args.from_uuid ?? undefined,
        route: { ...found, targets: passed.targets },
        session,
      })
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

export const jobUpdateTool: Tool = defineTool({
  name: 'blender_job_update',
  title: 'Report on a job',
  description:
    'For a client that was given a job: reports that it runs, or how it ended. The word goes to whoever sent the job.',
  input: z.object({
    job_id: z.string().min(1).max(bounds.nameLength).refine(isWhole, notWhole),
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
