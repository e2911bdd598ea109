import { z } from 'zod'
import type { Presence } from '../sessions/presence.ts'
import { answerSchema, defineTool, failure, someObjects, type Tool, type ToolAnswer } from '../calls/tool.ts'
import { createTurns, type Turns } from '../../base/turns.ts'
import { clientPage, parseCursor } from './client-pages.ts'

/** Clients of a bus from which on a list is written in its turn. */
const manyClients = 200

/** `blender_list_available_clients`. */
export function listClientsTool(presence: Presence, turns: Turns = createTurns()): Tool {
  const seconds = String(presence.staleAfterMs / 1000)
  return defineTool({
    name: 'blender_list_available_clients',
    title: 'List clients',
    description:
      'Lists the records of everything on the bus: Blenders (client_type "blender") and other programs, with uuid, ' +
      'label, open file and group.',
    input: z.object({
      include_stale: z
        .boolean()
        .default(true)
        .describe(`False: only those that gave a sign within ${seconds} s`),
      cursor: z.string().max(100).optional().describe('next_cursor of the last answer'),
    }),
    output: answerSchema({
      user_id: z.string(),
      persistent: someObjects(),
      ephemeral: someObjects(),
      truncated: z.boolean().describe('More follow'),
      next_cursor: z.string(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    run({ include_stale, cursor }, { bus }) {
      const after = cursor === undefined || cursor === '' ? undefined : parseCursor(cursor)
      if (after === null) {
        const message =
          'cursor is not one of an answer of this tool. Leave it out to begin with the first client.'
        return failure({ error: 'invalid_arguments', message })
      }
      const list = (): ToolAnswer => {
        const page = clientPage(bus, ({ bytes, bytesInText }) => bytes + bytesInText, {
          ...(after !== undefined && { after }),
          keep: (client) => include_stale || presence.isReachable(client),
        })
        return { structured: { status: 'ok', ...page }, fits: true }
      }
      return bus.registry.size < manyClients ? list() : turns(bus.user_id).then(list)
    },
  })
}
