import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import {
  callTool,
  goodHeaders,
  type Headers,
  openSession,
  openMessages,
  post,
  send,
  sessionOf,
  until,
  useHosts,
} from './mcp-http-host.ts'

const host = useHosts()

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heapMebibytes(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

/** Bodies and headers that are wrong each in its own way, and large. */
function garbage(session: string, n: number): { method: string; headers: Headers; body?: Buffer | string } {
  const text = randomBytes(30_000).toString('base64')
  const request = (params: unknown): string => JSON.stringify({ jsonrpc: '2.0', id: n, method: text, params })
  const good = goodHeaders(session)
  const kinds = [
    { method: 'POST', headers: good, body: randomBytes(40_000) },
    { method: 'POST', headers: good, body: text },
    { method: 'POST', headers: good, body: '['.repeat(40_000) },
    { method: 'POST', headers: good, body: request([text]) },
    { method: 'POST', headers: good, body: JSON.stringify([text, text]) },
    { method: 'POST', headers: good, body: JSON.stringify({ jsonrpc: '2.0', id: text, method: 'ping' }) },
    { method: 'POST', headers: goodHeaders(`session-${text.slice(0, 4000)}`), body: request({}) },
    { method: 'POST', headers: { ...good, authorization: `Bearer ${text.slice(0, 4000)}` }, body: text },
    { method: 'POST', headers: { ...good, origin: `http://${text.slice(0, 4000)}` }, body: text },
    { method: 'POST', headers: { ...good, 'content-type': text.slice(0, 100) }, body: text },
    { method: 'GET', headers: { ...good, 'last-event-id': text.slice(0, 4000) } },
    { method: 'GET', headers: { ...good, 'mcp-protocol-version': text.slice(0, 4000) } },
    { method: 'DELETE', headers: goodHeaders(text.slice(0, 4000)) },
    { method: 'PATCH', headers: good, body: text },
  ]
  return kinds[n % kinds.length] ?? { method: 'PUT', headers: good }
}

/** Valid to the transport, and useless: costs an answer and nothing after it. */
function nonsense(n: number): object {
  const text = randomBytes(3000).toString('base64')
  const kinds = [
    { jsonrpc: '2.0', id: n, method: text },
    { jsonrpc: '2.0', id: text.slice(0, 200), method: 'tools/call', params: { name: 7 } },
    { jsonrpc: '2.0', method: text },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: text } },
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: n, progress: 1 } },
    { jsonrpc: '2.0', id: n, result: { text } },
    { jsonrpc: '2.0', id: `busbar-ping-${text}`, result: {} },
    { jsonrpc: '2.0', id: text, error: { code: 1, message: text } },
  ]
  return kinds[n % kinds.length] ?? {}
}

test(
  'garbage is refused each time, costs no memory, and nobody else notices',
  { timeout: 120_000 },
  async () => {
    const one = await host()
    const bystander = await openSession(one)
    const stream = await openMessages(one, bystander)
    const target = await openSession(one)

    const flood = async (rounds: number): Promise<void> => {
      for (let n = 0; n < rounds; n += 1) {
        const { method, headers, body } = garbage(target, n)
        const answer = await send(one, method, headers, body)
        expect([400, 401, 403, 404, 405, 415]).toContain(answer.status)
        expect(answer.text).toMatch(
          /^\{"jsonrpc":"2.0","id":(null|\d+),"error":\{"code":-32\d+,"message":".{10,200}"\}\}$/,
        )
        expect([200, 202]).toContain((await post(one, target, nonsense(n))).status)
      }
    }
    await flood(200)
    const before = heapMebibytes()
    await flood(1500)
    // The log lines that this test keeps are part of it: ten a minute, and the clock stands still.
    expect(heapMebibytes() - before).toBeLessThan(4)
    expect(one.logged.filter(({ message }) => message === 'request refused')).toHaveLength(10)
    expect(one.logged.filter(({ level }) => level === 'error')).toEqual([])

    expect([...one.endpoint.sessions()].map(({ id }) => id)).toEqual([bystander, target])
    expect(sessionOf(one, target).requestsInFlight).toBe(0)
    sessionOf(one, bystander).writeEvent('{"jsonrpc":"2.0","method":"still/here"}')
    expect(await stream.next()).toBe('event: message\ndata: {"jsonrpc":"2.0","method":"still/here"}')
    expect((await post(one, target, callTool('echo', 1))).status).toBe(200)
  },
)

test('bytes that are not HTTP close their own connection only', async () => {
  const one = await host()
  const id = await openSession(one)
  const heads = [
    randomBytes(2000),
    'GET /mcp HTTP/9.9\r\n\r\n',
    'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
    'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    `GET /mcp HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    'GET /mcp HTTP/1.1\r\n\r\n',
  ]
  for (const head of heads) {
    const socket = connect(one.port, '127.0.0.1')
    let closed = false
    socket.on('error', () => undefined)
    socket.on('close', () => (closed = true))
    socket.resume()
    socket.end(head)
    await until(() => closed, 'the connection closes')
  }
  expect((await post(one, id, callTool('echo', 1))).status).toBe(200)
})
