import { expect, it } from 'vitest'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { listClientsTool } from '../../../../../src/main/mcp/tools/listing.ts'

it('blender_list_available_clients says after how long a client is left out here, whatever is set', () => {
  expect(listClientsTool(createPresence(() => 0, 10_000)).description.inputSchema.properties).toStrictEqual({
    include_stale: {
      type: 'boolean',
      default: true,
      description: 'False: only those that gave a sign within 10 s',
    },
    cursor: { type: 'string', description: 'next_cursor of the last answer' },
  })
})
