import { z } from 'zod'
import { clientRecordSchema } from '../../../shared/protocol.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Presence } from '../sessions/presence.ts'
import { defineTool, type Tool } from '../calls/tool.ts'

/** Both buckets as wire records, in order of first registration. */
export function listBuckets(bus: UserMessageBus, keep: (client: ClientInfo) => boolean = () => true) {
  const records = (clients: Iterable<ClientInfo>) =>
    [...clients].filter(keep).map((client) => client.toDict())
  return {
    user_id: bus.user_id,
    persistent: records(bus.registry.persistent.values()),
    ephemeral: records(bus.registry.ephemeral.values()),
  }
}

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
    }),
    output: z.object({
      status: z.literal('ok'),
      user_id: z.string(),
      persistent: z.array(clientRecordSchema),
      ephemeral: z.array(clientRecordSchema),
    }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    run({ include_stale }, { bus }) {
      return {
        structured: {
          status: 'ok',
          ...listBuckets(bus, (client) => include_stale || presence.isReachable(client)),
        },
      }
    },
  })
}
