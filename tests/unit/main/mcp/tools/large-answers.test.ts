import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { expect, it } from 'vitest'
import type { JsonObject, MessageData } from '../../../../../src/shared/protocol.ts'
import { createBlockList } from '../../../../../src/main/access/block-list.ts'
import { jsonText } from '../../../../../src/main/base/raw-json.ts'
import { createPresence } from '../../../../../src/main/mcp/sessions/presence.ts'
import { createLargeMessages } from '../../../../../src/main/mcp/sessions/large-messages.ts'
import { listClientsTool } from '../../../../../src/main/mcp/tools/listing.ts'
import { jobUpdateTool, sendMessageTool } from '../../../../../src/main/mcp/tools/messaging.ts'
import { receiveMessagesTool } from '../../../../../src/main/mcp/tools/receiving.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession, openGate } from '../fake-session.ts'

/** As the answer to a request: what may be 900 KiB on the wire. */
const bytesOf = (result: CallToolResult): number =>
  Buffer.byteLength(
    `id: g-123456789\nevent: message\ndata: ${jsonText({ jsonrpc: '2.0', id: 123_456, result })}\n\n`,
  )

/** What a client reads: payloads are written as the text that came in. */
const structured = (result: CallToolResult): JsonObject =>
  JSON.parse(jsonText(result.structuredContent)) as JsonObject

/** A client that asks in pages, and what a message to it is. */
function polling(capabilities: string[] = []) {
  const { bus } = busFixture({ limits: { mailbox: { maxCount: 1000, maxBytes: 64 * 1024 * 1024 } } })
  const session = fakeSession({ streamOpen: false })
  bus.register(registration('b', { capabilities }), session)
  const largeMessages = createLargeMessages(() => 0)
  const tool = receiveMessagesTool(largeMessages)
  return {
    bus,
    read: (id: string) => largeMessages.read(bus, id, session),
    send: (payload: JsonObject) => bus.send({ payload, target_uuid: 'b', session: null }),
    poll: async (args: object = {}) => {
      const result = await tool.call({ client_uuid: 'b', ...args }, fakeCall(bus, session).context)
      const { messages, remaining } = structured(result) as { messages: MessageData[]; remaining: number }
      return { messages, remaining, bytes: bytesOf(result) }
    },
  }
}

it('as many messages as fit are received at a time, and the rest is counted', async () => {
  const { send, poll } = polling()
  for (let n = 0; n < 9; n += 1) send({ n, text: '"'.repeat(40_000) })
  const pages = [await poll(), await poll(), await poll()]
  expect(pages.map(({ messages }) => messages.map(({ payload }) => payload.n))).toStrictEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ])
  expect(pages.map(({ remaining }) => remaining)).toStrictEqual([6, 3, 0])
  for (const { bytes } of pages) expect(bytes).toBeLessThan(921_600)
})

it('a message that would fill an answer alone is received as a link', async () => {
  const { bus, send, poll, read } = polling()
  send({ n: 0 })
  const text = 'x'.repeat(600_000)
  send({ text })
  const { messages, bytes } = await poll()
  expect(messages.map(({ payload }) => payload)).toStrictEqual([
    { n: 0 },
    { message_type: 'large_message', uri: 'blender://messages/id-2', bytes: 600_011 },
  ])
  expect(bytes).toBeLessThan(4096)
  expect(read('id-2')).toBe(JSON.stringify({ text }))
  expect(bus.mailboxes.sizeOf('b').count).toBe(0)
})

it('a client that takes any size receives a large message whole, alone in its answer', async () => {
  const { send, poll } = polling(['large_messages'])
  const text = 'x'.repeat(2_000_000)
  send({ text })
  send({ n: 1 })
  const { messages, remaining } = await poll()
  expect(messages.map(({ payload }) => Object.keys(payload))).toStrictEqual([['text']])
  expect(messages[0]?.payload.text === text).toBe(true)
  expect(remaining).toBe(1)
})

it('a client that says what it got last is handed the same page again', async () => {
  const { send, poll } = polling()
  for (let n = 0; n < 5; n += 1) send({ n, text: 'x'.repeat(200_000) })
  const lost = await poll({ after: '' })
  const again = await poll({ after: '' })
  expect(again.messages.map(({ payload }) => payload.n)).toStrictEqual([0, 1])
  expect(again.messages).toStrictEqual(lost.messages)
})

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${'"é'.repeat(97)}${String(n).padStart(5, '0')}`)

it('[R-215] a message to 5,000 clients with long names is answered with as many as fit, and with the numbers of all', async () => {
  const { bus } = busFixture()
  const uuids = names(5000)
  for (const uuid of uuids) bus.register(registration(uuid, { group_id: 'all' }), null)
  const { context } = fakeCall(bus, fakeSession())
  const result = await sendMessageTool(
    openGate,
    createBlockList(() => 0),
  ).call({ payload: {}, group_id: 'all' }, context)
  const { targets, deliveries, ...rest } = structured(result) as { targets: string[]; deliveries: object }
  expect(rest).toStrictEqual({
    status: 'ok',
    message_id: 'id-1',
    job_id: 'id-1',
    routing: { type: 'group', group_id: 'all' },
    truncated: true,
    target_count: 5000,
    delivery_counts: { queued: 5000 },
  })
  expect(targets).toStrictEqual(uuids.slice(0, targets.length))
  expect(Object.keys(deliveries)).toStrictEqual(targets)
  expect(targets.length).toBeGreaterThan(300)
  expect(bytesOf(result)).toBeLessThan(921_600)
})

it('so is a job update to all of them', async () => {
  const { bus } = busFixture()
  for (const uuid of names(5000)) bus.register(registration(uuid), null)
  const { context } = fakeCall(bus, fakeSession())
  const result = await jobUpdateTool.call({ job_id: 'nobody knows', status: 'running' }, context)
  expect(structured(result)).toMatchObject({
    status: 'ok',
    delivered: 'broadcast',
    truncated: true,
    target_count: 5000,
  })
  expect(bytesOf(result)).toBeLessThan(921_600)
})

it('[R-214] 5,000 clients with long names are listed in pages that a client can take', async () => {
  const { bus } = busFixture()
  const uuids = names(5000)
  for (const [n, uuid] of uuids.entries()) {
    bus.register(registration(uuid, { is_persistent: n < 2000, metadata: { label: uuid } }), null)
  }
  const tool = listClientsTool(createPresence(() => 0))
  const listed: string[] = []
  let cursor: unknown = null
  do {
    const result = await tool.call({ cursor }, fakeCall(bus, fakeSession()).context)
    expect(bytesOf(result)).toBeLessThan(921_600)
    const page = structured(result) as { persistent: { uuid: string }[]; ephemeral: { uuid: string }[] }
    listed.push(...[...page.persistent, ...page.ephemeral].map(({ uuid }) => uuid))
    cursor = structured(result).next_cursor
    expect(structured(result).truncated).toBe(cursor === undefined ? undefined : true)
  } while (cursor !== undefined)
  expect(listed).toStrictEqual(uuids)
  expect(
    structured(await tool.call({ cursor: 'persistent' }, fakeCall(bus, fakeSession()).context)),
  ).toStrictEqual({
    status: 'error',
    error: 'invalid_arguments',
    message: 'cursor is not one of an answer of this tool. Leave it out to begin with the first client.',
  })
})
