import { z } from 'zod'
import { defineDispatchTool, dispatchRefusal } from '../calls/dispatch-tool.ts'
import type { Tool } from '../calls/tool.ts'
import type { Dispatcher } from '../dispatch/dispatch.ts'
import { targetSchema } from './blender-command.ts'

/** `blender_use_target`: the target of the session, and of its program after a restart (`StickyTargets`). */
export function useTargetTool(dispatcher: Dispatcher): Tool {
  return defineDispatchTool({
    name: 'blender_use_target',
    title: 'Choose a Blender',
    description:
      'Chooses the Blender of your later calls that name no target; without one it is the only live one. Call it once ' +
      'when several are open. A target is a uuid, "latest" or "pid:<n>"; for work that any of several can do ' +
      '"group:<id>", "any" or "any:<capability>": the least busy one of them.',
    input: z.object({ target: targetSchema.optional().describe('Left out: no choice any more') }),
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run({ target }, context) {
      const chosen = dispatcher.useTarget(target ?? null, context)
      if (chosen === null) return answer(target ?? null, null)
      if ('ok' in chosen) {
        return dispatchRefusal(chosen.status === 'no_target' ? 'unknown_target' : chosen.status, chosen.error)
      }
      return answer(chosen.uuid, chosen.toDict())
    },
  })
}

const answer = (target: string | null, client: object | null) => ({
  content: { status: 'ok', target, client },
  isError: false,
})
