import { expect, it } from 'vitest'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { listClientsTool } from '../../../../../src/main/mcp/tools/listing.ts'

it('blender_list_available_clients says after how long a client is left out here, whatever is set', () => {
  expect(listClientsTool(createPresence(() => 0, 10_000)).description.inputSchema.properties).toStrictEqual({
    include_stale: {
      type: 'boolean',
      default: true,
      description: 'False leaves out clients that are disconnected or gave no sign for 10 seconds',
    },
  })
})
