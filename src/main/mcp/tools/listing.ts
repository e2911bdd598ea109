import { z } from 'zod'
import type { Presence } from '../sessions/presence.ts'
import { answerSchema, defineTool, failure, someObjects, type Tool } from '../calls/tool.ts'
import { bytesTwice } from '../calls/wire-size.ts'
import { clientPage, parseCursor } from './client-pages.ts'

/** `blender_list_available_clients`. */
export function listClientsTool(presence: Presence): Tool {
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
      const page = clientPage(bus, bytesTwice, {
        ...(after !== undefined && { after }),
        keep: (client) => include_stale || presence.isReachable(client),
      })
      return { structured: { status: 'ok', ...page } }
    },
  })
}
