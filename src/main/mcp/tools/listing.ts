import { z } from 'zod'
import type { Presence } from '../sessions/presence.ts'
import { answerSchema, defineTool, failure, listOf, type Tool } from '../calls/tool.ts'
import { bytesTwice } from '../calls/wire-size.ts'
import { clientPage, parseCursor } from './client-pages.ts'

/** `blender_list_available_clients`. */
export function listClientsTool(presence: Presence): Tool {
  const seconds = String(presence.staleAfterMs / 1000)
  return defineTool({
    name: 'blender_list_available_clients',
    title: 'List clients',
    description:
      'Lists everything on the bus: Blenders (client_type "blender") and other programs, with uuid, label, open ' +
      'file and group. Use a uuid from here as the target of the other tools.',
    input: z.object({
      include_stale: z
        .boolean()
        .default(true)
        .describe(`False leaves out clients that are disconnected or gave no sign for ${seconds} seconds`),
      cursor: z.string().max(100).optional().describe('next_cursor of the answer before, for what follows it'),
    }),
    output: answerSchema({
      user_id: z.string(),
      persistent: listOf('Records'),
      ephemeral: listOf('Records'),
      truncated: z.boolean().describe('True where more follow'),
      next_cursor: z.string(),
    }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    run({ include_stale, cursor }, { bus }) {
      const after = cursor === undefined || cursor === '' ? undefined : parseCursor(cursor)
      if (after === null) {
        const message = 'cursor is not one of an answer of this tool. Leave it out to begin with the first client.'
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
