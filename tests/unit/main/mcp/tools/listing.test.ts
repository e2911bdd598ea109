import { expect, it } from 'vitest'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { listClientsTool } from '../../../../../src/main/mcp/tools/listing.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'

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

it('a list of many clients is written in its turn, and a short one at once', async () => {
  const { bus } = busFixture()
  const turns: string[] = []
  const tool = listClientsTool(
    createPresence(() => 0),
    (userId) => {
      turns.push(userId)
      return Promise.resolve()
    },
  )
  const list = async (): Promise<number> => {
    const result = await tool.call({}, fakeCall(bus, fakeSession()).context)
    const [content] = result.content
    if (content?.type !== 'text') return expect.fail('no text')
    return (JSON.parse(content.text) as { ephemeral: unknown[] }).ephemeral.length
  }
  for (let n = 0; n < 199; n += 1) bus.register(registration(`c-${String(n)}`), null)
  expect([await list(), turns]).toStrictEqual([199, []])
  bus.register(registration('c-199'), null)
  expect([await list(), turns]).toStrictEqual([200, ['local']])
})
