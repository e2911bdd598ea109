import fc from 'fast-check'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { dataOf, endProcesses, eventually, isMessage, registered, startServer } from './server.ts'

afterEach(endProcesses)

/** Rounds of registrations: 10,000 in all. */
const rounds = 20
const perRound = 500
const atOnce = 8

/** Whole characters of all planes, and any 16 bits, halves of pairs among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 40,
  }),
  fc.constantFrom('agent\ud83c', '\ude00', '\ud83d\ude00', '\ufffd', '__proto__', '\u2028', '%', '"\\'),
)
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const registration = fc.record({
  client_uuid: text,
  client_type: fc.oneof(fc.constant('llm'), text),
  is_persistent: fc.constant(false),
  group_id: optional(text),
  capabilities: optional(fc.array(text, { maxLength: 3 })),
  label: optional(text),
  hostname: optional(text),
  blend_file: optional(text),
  role: optional(text),
})

it('lives through 10,000 registrations of any text, and every list can be read by a strict client', async () => {
  const server = await startServer({
    limits: { mcp: { keepaliveIntervalMs: 500 }, bus: { ephemeralGraceMs: 200 } },
  })
  const reader = openStrictReader()
  const bystander = await server.raw('bystander')
  const stream = await bystander.openStream()
  await bystander.rpc('resources/subscribe', { uri: 'blender://bus/clients' })
  await bystander.call('blender_register_client', { client_uuid: 'bystander', client_type: 'blender' })
  let count = 0

  await fc.assert(
    fc.asyncProperty(
      fc.array(registration, { minLength: perRound, maxLength: perRound, size: 'max' }),
      async (registrations) => {
        const crowd = await server.raw('crowd')
        const waiting = registrations.values()
        const registerSome = async (): Promise<void> => {
          for (const args of waiting) {
            const answer = await call(server.url, crowd.id, 'blender_register_client', args)
            // Registered or refused for what it is, and never a fault of the server.
            expect(JSON.parse(answer.toString())).not.toMatchObject({ error: { code: -32603 } })
          }
        }
        await Promise.all(Array.from({ length: atOnce }, registerSome))
        const list = await call(server.url, bystander.id, 'blender_list_available_clients', {})
        expect(await reader.read(list)).toStrictEqual({ clients: (await registered(bystander)).length })
        await crowd.end()
        count += 1
        const sent = await bystander.call('blender_send_message', {
          payload: { count },
          target_uuid: 'bystander',
        })
        expect(sent).toMatchObject({ status: 'ok', deliveries: { bystander: 'sent' } })
        expect(dataOf(await stream.frames.next(isMessage)).payload).toStrictEqual({ count })
      },
    ),
    { numRuns: rounds, endOnFailure: true },
  )

  expect(count).toBe(rounds)
  await eventually('all of them have left', async () => (await registered(bystander)).length === 1)
  expect(await registered(bystander)).toStrictEqual(['bystander'])
  expect(await server.faults()).toStrictEqual({})
  reader.close()
})

/** The bytes of an answer, over a connection that is kept. */
async function call(url: string, session: string, name: string, args: object): Promise<Buffer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: 'Bearer token-of-the-local-user',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-session-id': session,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: crypto.randomUUID(),
      method: 'tools/call',
      params: { name, arguments: args },
    }),
  })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

/** Python's own JSON, as it stands under the SDK that many clients use. */
function openStrictReader() {
  const script = fileURLToPath(new URL('./processes/strict-reader.py', import.meta.url))
  const python = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]()
  return {
    async read(answer: Buffer): Promise<unknown> {
      python.stdin.write(`${answer.toString('base64')}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error('the reader ended')
      return JSON.parse(line.value) as unknown
    },
    close: () => python.stdin.end(),
  }
}
