import { z } from 'zod'
import type { Dispatcher } from '../dispatch/dispatch.ts'
import { answerSchema, defineTool, failure, type Tool } from '../calls/tool.ts'
import { targetSchema } from './blender-command.ts'

/** `blender_use_target`: the session's own target, for as long as the session lasts. */
export function useTargetTool(dispatcher: Dispatcher): Tool {
  return defineTool({
    name: 'blender_use_target',
    title: 'Choose a Blender',
    description:
      'Chooses the Blender that your later calls go to when they name no target; the person sees your choice in the ' +
      'panel. Call it once when several are open. Left out or empty: no choice any more.',
    input: z.object({
      target: targetSchema
        .optional()
        .describe(
          'A uuid, "latest" or "pid:<n>" (the Blender that is now), "group:<id>", "any" or "any:<capability>"',
        ),
    }),
    output: answerSchema({
      target: z.unknown().describe('A text, or null for none'),
      client: z.unknown().describe('Its record, or null where it is not one Blender'),
    }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run({ target }, context) {
      const wanted = target === undefined || target === '' ? null : target
      const chosen = dispatcher.useTarget(wanted, context)
      if (chosen === null) return { structured: { status: 'ok', target: wanted, client: null } }
      if ('ok' in chosen) {
        return failure({
          error: chosen.status === 'no_target' ? 'unknown_target' : chosen.status,
          message: chosen.error,
        })
      }
      return { structured: { status: 'ok', target: chosen.uuid, client: chosen.toDict() } }
    },
  })
}
