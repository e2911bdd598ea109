/**
 * One hostile client of each user, in a process of its own: each does its worst again and again until it is ended. Its
 * argument is where the server is, and a token for each way.
 */
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { openRawSession } from '../../tests/integration/wire/raw-session.ts'
import { openPanel } from '../../tests/fixtures/panel-client.ts'
import type { HostileTokens } from '../hostile.ts'

const { port, tokens } = JSON.parse(process.argv[2] ?? '') as { port: number; tokens: HostileTokens }

/** Clients that the lists name. */
const listed = 5000
/** Calls of one hostile client that are under way at once. */
const atOnce = 16

async function forEver(act: () => Promise<unknown>): Promise<void> {
  for (;;) await act().catch(() => undefined)
}
const together = (act: () => Promise<unknown>): void => {
  for (let n = 0; n < atOnce; n += 1) void forEver(act)
}

const lists = await openRawSession({ port, token: tokens.lists }, 'lists')
for (let from = 0; from < listed; from += 100) {
  const register = (n: number) =>
    lists.call('blender_register_client', { client_uuid: `client-${String(n)}`, client_type: 'llm' })
  await Promise.all(Array.from({ length: 100 }, (_, n) => register(from + n)))
}

const agent = new Agent({ keepAlive: true })
/** Posts bytes that are made once: this process is not what is to be busy. */
const post = (token: string, sessionId: string, body: Buffer) => (): Promise<void> =>
  new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'mcp-session-id': sessionId,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
    const options = { host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent, headers }
    const sent = request(options, (response) => response.resume().on('close', () => resolve()))
    sent.on('error', () => resolve())
    sent.end(body)
  })
const nested = (count: number): string => `[${Array<string>(count).fill('[]').join(',')}]`

const values = await openRawSession({ port, token: tokens.values }, 'values')
const refused = Buffer.from(
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"nested":${nested(1_700_000)}}}`,
)

const sends = await openRawSession({ port, token: tokens.sends }, 'sends')
await sends.call('blender_register_client', { client_uuid: 'sink', client_type: 'llm' })
/** Each with an id of its own, as the others are under way. */
const large = Array.from({ length: atOnce }, (_, n) =>
  Buffer.from(
    `{"jsonrpc":"2.0","id":${String(n)},"method":"tools/call","params":{"name":"blender_send_message",` +
      `"arguments":{"payload":{"rows":${nested(190_000)}},"target_uuid":"sink"}}}`,
  ),
)

const history = await openRawSession({ port, token: tokens.history }, 'history')
await history.call('blender_register_client', { client_uuid: 'log', client_type: 'llm' })
for (let n = 0; n < 2000; n += 50) {
  const send = () =>
    history.call('blender_send_message', { payload: { text: 'a'.repeat(4000) }, target_uuid: 'log' })
  await Promise.all(Array.from({ length: 50 }, send))
}
const panel = await openPanel(port, tokens.history)

process.send?.('ready')
together(() => lists.call('blender_list_available_clients'))
together(post(tokens.values, values.id, refused))
for (const body of large) void forEver(post(tokens.sends, sends.id, body))
together(() => panel.api.activity.list({ limit: 200, text: `${'a'.repeat(190)}b` }))
together(
  () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'),
      )
      socket.on('data', () => resolve())
      socket.on('error', () => resolve())
      socket.on('close', () => resolve())
    }),
)
