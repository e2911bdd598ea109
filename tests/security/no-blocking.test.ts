import { afterEach, beforeEach, expect, it } from 'vitest'
import { startApp, type AppFixture } from '../integration/wire/app-fixture.ts'
import type { RawSession } from '../integration/wire/raw-session.ts'

/** What would take the event loop from everybody else is refused before it is begun. */

let app: AppFixture
let session: RawSession
beforeEach(async () => {
  app = await startApp()
  session = await app.raw('busy')
  await session.call('blender_register_client', { client_uuid: 'peer', client_type: 'mailbox' })
})
afterEach(() => app.stop())

it.each([
  ['of empty lists', `[${Array<string>(200_000).fill('[]').join(',')}]`],
  ['of numbers', `[${Array<string>(200_000).fill('1').join(',')}]`],
  ['of members', `{${Array.from({ length: 200_000 }, (_, n) => `"${String(n)}":1`).join(',')}}`],
])('a body of too many values is refused before it is parsed: %s', async (_, json) => {
  const { status, text } = await session.post(
    JSON.parse(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":${json}}}`) as object,
  )
  expect([status, JSON.parse(text)]).toStrictEqual([
    400,
    {
      jsonrpc: '2.0',
      id: null,
      error: {
        code: -32600,
        message:
          'Invalid Request: the body has more than 200000 values (objects, lists, texts, numbers); send large data as text or as a file',
        data: { limit: 'json_values', max: 200_000 },
      },
    },
  ])
})

it('a frame of too many values closes a panel', async () => {
  const panel = await app.operator()
  const nested = Array.from({ length: 200_000 }, () => [])
  await expect(panel.messages.send({ payload: JSON.stringify({ nested }) } as never)).rejects.toThrow()
  const frame = { limit: 1, kinds: nested }
  await expect(panel.activity.list(frame as never)).rejects.toThrow()
  // Another one is served on.
  expect((await (await app.operator()).connect.info()).url).toBe(app.url)
  expect(app.logged.map(({ message }) => message)).toContain(
    'a panel sent a frame of too many values; its connection was closed',
  )
})
