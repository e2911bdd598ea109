import { z } from 'zod'
import { bounds, type JsonObject } from '../../../shared/protocol.ts'
import type { Dispatcher, DispatchOutcome } from '../dispatch.ts'
import { defineTool, type Tool, type ToolAnswer } from '../tool.ts'

const common = {
  target: z
    .string()
    .max(bounds.nameLength)
    .optional()
    .describe('Which Blender: a uuid, "latest" or "pid:<n>". Leave it out when only one is open'),
  timeout_seconds: z.number().min(0.1).max(3600).default(60).describe('How long to wait for the result'),
}

const outcomeSchema = z.object({
  status: z.enum(['completed', 'failed', 'timeout', 'cancelled', 'no_target', 'ambiguous_target']),
  job_id: z.string(),
  target_uuid: z.string(),
  result: z.unknown(),
  error: z.string(),
  duration_ms: z.number().int(),
})

/** The tools that run a command in a Blender and answer with its outcome. */
export function blenderCommandTools(dispatcher: Dispatcher): Tool[] {
  return [
    defineTool({
      name: 'blender_execute_code',
      title: 'Run Python in Blender',
      description:
        'Runs Python in one Blender, on its main thread, with bpy at hand, as one undo step. Answers with stdout, the ' +
        'value of a last expression and, if it raises, the traceback. Call report_progress(fraction, message) in long ' +
        'scripts. If several Blenders are open, name the target: the error lists them.',
      input: z.object({ code: z.string().min(1).describe('Python source'), ...common }),
      output: outcomeSchema,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
      async run({ code, target, timeout_seconds }, context) {
        const params = { code }
        const request = { command: 'execute_code', params, target, timeoutMs: timeout_seconds * 1000 }
        return answer(await dispatcher.run(request, context))
      },
    }),
    defineTool({
      name: 'blender_get_scene_info',
      title: 'Describe the scene',
      description:
        'Reads the open scene of one Blender: name, frame range, units, render engine, number of objects and the first ' +
        'of them, materials. Changes nothing.',
      input: z.object(common),
      output: outcomeSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
      async run({ target, timeout_seconds }, context) {
        const request = { command: 'get_scene_info', params: {}, target, timeoutMs: timeout_seconds * 1000 }
        return answer(await dispatcher.run(request, context))
      },
    }),
  ]
}

function answer(outcome: DispatchOutcome): ToolAnswer {
  return { structured: { ...outcome } satisfies JsonObject, isError: outcome.status !== 'completed' }
}
