import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  callTool,
  goodHeaders,
  type Headers,
  type Host,
  initializeMessage,
  openSession,
  openStream,
  post,
  send,
  sessionOf,
  tokens,
  until,
  useHosts,
} from './mcp-http-host.ts'
import { type Proofs, refusalRequirements } from './mcp-http-requirements.ts'

const host = useHosts()

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }

/** The whole answer of a refusal but for Node's own headers. */
async function refusal(
  one: Host,
  method: string,
  headers: Headers,
  body?: string | Buffer,
): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }> {
  const answer = await send(one, method, headers, body)
  const { 'content-type': type, allow, 'www-authenticate': challenge, 'retry-after': retry } = answer.headers
  return {
    status: answer.status,
    body: JSON.parse(answer.text),
    headers: Object.fromEntries(
      Object.entries({ type, allow, challenge, retry }).filter(([, value]) => value !== undefined),
    ),
  }
}

function refused(
  status: number,
  code: number,
  message: string,
  more: { id?: string | number; data?: object; headers?: object } = {},
): object {
  return {
    status,
    body: {
      jsonrpc: '2.0',
      id: more.id ?? null,
      error: { code, message, ...(more.data !== undefined && { data: more.data }) },
    },
    headers: { type: 'application/json', ...more.headers },
  }
}

/** @param id of the request, where it was one */
const unknownSession = (id?: number): object =>
  refused(
    404,
    -32001,
    'Session not found. Start a new session: send initialize',
    id === undefined ? {} : { id },
  )

/** Writes bytes as they are and reads until the server closes or `enough` has come. */
function raw(port: number, text: string, enough = /\r\n\r\n[^]*}/): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString()
      if (enough.test(received)) {
        socket.destroy()
        resolve(received)
      }
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}

const proofs: Proofs<typeof refusalRequirements> = {
  async 'malformed-json'() {
    const one = await host()
    const id = await openSession(one)
    for (const body of [
      '{"jsonrpc":"2.0",',
      '',
      '{]',
      '\u0000',
      '{"jsonrpc":"2.0","id":1,"method":"ping"} x',
      '"',
      '\ufeff{}',
    ]) {
      expect(await refusal(one, 'POST', goodHeaders(id), body)).toEqual(
        refused(400, -32700, 'Parse error: the body is not JSON'),
      )
    }
  },
  async 'not-utf8'() {
    const one = await host()
    const body = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"p\xffng"}', 'latin1')
    expect(await refusal(one, 'POST', goodHeaders(await openSession(one)), body)).toEqual(
      refused(400, -32700, 'Parse error: the body is not UTF-8'),
    )
  },
  async 'not-json-rpc'() {
    const one = await host()
    const session = await openSession(one)
    const invalid = async (message: unknown, id?: string | number): Promise<void> => {
      expect(
        await refusal(one, 'POST', goodHeaders(session), JSON.stringify(message)),
        JSON.stringify(message),
      ).toEqual(
        refused(400, -32600, 'Invalid Request: not a JSON-RPC 2.0 message', id === undefined ? {} : { id }),
      )
    }
    await invalid(null)
    await invalid(7)
    await invalid('ping')
    await invalid({})
    await invalid({ id: 1, method: 'ping' }, 1)
    await invalid({ jsonrpc: '1.0', id: 'x', method: 'ping' }, 'x')
    await invalid({ jsonrpc: '2.0', id: null, method: 'ping' })
    await invalid({ jsonrpc: '2.0', id: 1.5, method: 'ping' })
    await invalid({ jsonrpc: '2.0', id: 2, method: 7 }, 2)
    await invalid({ jsonrpc: '2.0', id: 3, method: 'ping', params: [] }, 3)
    await invalid({ jsonrpc: '2.0', id: 4, method: 'ping', params: { _meta: { progressToken: {} } } }, 4)
    await invalid({ jsonrpc: '2.0', id: 5, result: 7 }, 5)
    await invalid({ jsonrpc: '2.0', id: 6, error: 'no' }, 6)
    await invalid({ jsonrpc: '2.0', id: 'n'.repeat(500), method: 7 })
    expect(one.faults).toEqual([])
  },
  async 'too-deep'() {
    const one = await host()
    const session = await openSession(one)
    const tooDeep = refused(400, -32600, 'Invalid Request: the body nests more than 128 levels deep')
    for (const text of [
      '['.repeat(2_000_000),
      '{"a":'.repeat(500_000),
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(128)}${']'.repeat(128)}}`,
    ]) {
      expect(await refusal(one, 'POST', goodHeaders(session), text)).toEqual(tooDeep)
    }
    const brackets = await post(one, session, callTool('echo', 1, { text: '[{'.repeat(1000) + '\\"[[' }))
    expect(brackets.status).toBe(200)
  },
  async 'duplicate-id'() {
    const one = await host()
    const session = await openSession(one)
    const first = post(one, session, callTool('hold', 'same'))
    await until(() => one.held() === 1, 'the first call runs')
    expect(
      await refusal(one, 'POST', goodHeaders(session), JSON.stringify(callTool('echo', 'same'))),
    ).toEqual(
      refused(400, -32600, 'Invalid Request: a request with this id is still being answered', { id: 'same' }),
    )
    one.release()
    expect((await first).status).toBe(200)
    expect((await post(one, session, callTool('echo', 'same'))).status).toBe(200)
  },
  async 'no-session'() {
    const one = await host()
    const missing = (id?: string): object =>
      refused(
        400,
        -32000,
        'Bad Request: Mcp-Session-Id header is required; start with an initialize request',
        id === undefined ? {} : { id },
      )
    const asked = JSON.stringify({ ...ping, id: 'which' })
    expect(await refusal(one, 'POST', goodHeaders(), asked)).toEqual(missing('which'))
    const noted = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    expect(await refusal(one, 'POST', goodHeaders(), noted)).toEqual(missing())
    expect(await refusal(one, 'GET', goodHeaders())).toEqual(missing())
    expect(await refusal(one, 'DELETE', goodHeaders())).toEqual(missing())
  },
  async 'unknown-session'() {
    const one = await host()
    await openSession(one)
    for (const id of ['nobody', 'session-1, session-1', '__proto__']) {
      expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify(ping))).toEqual(unknownSession(1))
      expect(await refusal(one, 'GET', goodHeaders(id))).toEqual(unknownSession())
      expect(await refusal(one, 'DELETE', goodHeaders(id))).toEqual(unknownSession())
    }
  },
  async 'initialize-after-the-end'() {
    const one = await host()
    const ended = await openSession(one)
    one.endpoint.end(sessionOf(one, ended), 'ended', 'it was in the way.')
    const gone = refused(
      404,
      -32001,
      'Session not found: it was in the way. If you are meant to come back, start a new session: send initialize',
      { id: 1 },
    )
    expect(await refusal(one, 'POST', goodHeaders(ended), JSON.stringify(ping))).toEqual(gone)
    const ofAlice = await openSession(one)
    const asBob = { authorization: `Bearer ${tokens.bob}` }
    const opened = [
      await post(one, 'of-an-earlier-run', initializeMessage()),
      await post(one, ended, initializeMessage()),
      await post(one, ofAlice, initializeMessage(), asBob),
    ]
    expect(opened.map(({ status, headers }) => [status, headers['mcp-session-id']])).toEqual([
      [200, 'session-3'],
      [200, 'session-4'],
      [200, 'session-5'],
    ])
    expect((await post(one, 'session-3', ping)).status).toBe(200)
    expect((await post(one, ofAlice, ping)).status).toBe(200)
  },
  async 'foreign-session'() {
    const one = await host()
    const id = await openSession(one)
    const bob = { ...goodHeaders(id), authorization: `Bearer ${tokens.bob}` }
    expect(await refusal(one, 'POST', bob, JSON.stringify(ping))).toEqual(unknownSession(1))
    expect(await refusal(one, 'GET', bob)).toEqual(unknownSession())
    expect(await refusal(one, 'DELETE', bob)).toEqual(unknownSession())
    expect((await post(one, id, ping)).status).toBe(200)
  },
  async 'content-type'() {
    const one = await host()
    const id = await openSession(one)
    for (const type of ['text/plain', 'application/jsonp', 'text/plain; a=application/json', '']) {
      expect(
        await refusal(one, 'POST', { ...goodHeaders(id), 'content-type': type }, JSON.stringify(ping)),
      ).toEqual(refused(415, -32000, 'Unsupported Media Type: Content-Type must be application/json'))
    }
    const withCharset = { 'content-type': 'Application/JSON; charset=utf-8' }
    expect((await post(one, id, ping, withCharset)).status).toBe(200)
  },
  async 'content-encoding'() {
    const one = await host()
    const id = await openSession(one)
    expect(await refusal(one, 'POST', { ...goodHeaders(id), 'content-encoding': 'gzip' }, 'x')).toEqual(
      refused(415, -32000, 'Unsupported Media Type: the body must not be compressed'),
    )
  },
  async 'post-accept'() {
    const one = await host()
    const id = await openSession(one)
    for (const accept of ['text/event-stream', 'text/html', 'application/json;q=0, */*']) {
      expect(await refusal(one, 'POST', { ...goodHeaders(id), accept }, JSON.stringify(ping))).toEqual(
        refused(
          406,
          -32000,
          'Not Acceptable: Accept must list application/json, and text/event-stream for whoever reads streams',
        ),
      )
    }
    for (const accept of ['application/json', '*/*', 'text/event-stream;q=0.5, application/*', '']) {
      expect((await post(one, id, ping, { accept })).status).toBe(200)
    }
  },
  async 'get-accept'() {
    const one = await host()
    const id = await openSession(one)
    for (const accept of ['application/json', '']) {
      expect(await refusal(one, 'GET', { ...goodHeaders(id), accept })).toEqual(
        refused(406, -32000, 'Not Acceptable: Accept must list text/event-stream'),
      )
    }
  },
  async method() {
    const one = await host()
    for (const method of ['PUT', 'PATCH', 'TRACE']) {
      expect(await refusal(one, method, goodHeaders())).toEqual(
        refused(405, -32000, 'Method not allowed', { headers: { allow: 'GET, POST, DELETE' } }),
      )
    }
    expect((await send(one, 'HEAD', goodHeaders())).status).toBe(405)
  },
  async 'no-cors'() {
    const one = await host()
    const answer = await send(one, 'OPTIONS', {
      origin: `http://127.0.0.1:${String(one.port)}`,
      'access-control-request-method': 'POST',
    })
    expect(answer.status).toBe(405)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  },
  async 'body-declared-too-large'() {
    const one = await host({ limits: { maxBodyBytes: 1000 } })
    const head = `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.alice}\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: 1001\r\n\r\n`
    // Not one byte of the body is sent: the answer comes all the same.
    const answer = await raw(one.port, head)
    expect(answer).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/)
    expect(answer).toContain('Connection: close\r\n')
    expect(answer).toContain(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Payload Too Large: a body may have 1000 bytes at most",' +
        '"data":{"limit":"body_bytes","max":1000}}}',
    )
  },
  async 'body-streamed-too-large'() {
    const one = await host({ limits: { maxBodyBytes: 1000 } })
    const answer = await new Promise<{ status: number; connection: string | undefined }>(
      (resolve, reject) => {
        const request = httpRequest(
          {
            host: '127.0.0.1',
            port: one.port,
            path: '/mcp',
            method: 'POST',
            headers: goodHeaders(),
            agent: false,
          },
          (response) => {
            response.resume()
            resolve({ status: response.statusCode ?? 0, connection: response.headers.connection })
          },
        )
        request.on('error', reject)
        for (let i = 0; i < 20; i += 1) request.write('x'.repeat(100))
      },
    )
    expect(answer).toEqual({ status: 413, connection: 'close' })
  },
  async 'expect-too-large'() {
    const one = await host({ limits: { maxBodyBytes: 1000 } })
    const head = (length: number): string =>
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nAuthorization: Bearer ${tokens.alice}\r\nContent-Type: application/json\r\nAccept: */*\r\nContent-Length: ${String(length)}\r\n\r\n`
    expect(await raw(one.port, head(1001))).toMatch(/^HTTP\/1\.1 413 /)
    expect(await raw(one.port, head(1000), /100 Continue/)).toMatch(/^HTTP\/1\.1 100 Continue\r\n/)
  },
  async 'body-of-four-mebibytes'() {
    const one = await host()
    const id = await openSession(one)
    const text = 'x'.repeat(4 * 1024 * 1024)
    const answer = await post(one, id, callTool('echo', 1, { text }))
    expect(answer.status).toBe(200)
    expect(answer.text.length).toBeGreaterThan(text.length)
    expect(
      await refusal(one, 'POST', goodHeaders(id), JSON.stringify(callTool('echo', 2, { text: text + text }))),
    ).toEqual(
      refused(413, -32000, 'Payload Too Large: a body may have 5242880 bytes at most', {
        data: { limit: 'body_bytes', max: 5_242_880 },
      }),
    )
  },
  async 'protocol-version'() {
    const one = await host()
    const id = await openSession(one)
    const headers = { ...goodHeaders(id), 'mcp-protocol-version': '1999-01-01' }
    const unsupported = (id?: number): object =>
      refused(
        400,
        -32000,
        'Bad Request: unsupported MCP-Protocol-Version (supported: 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05, 2024-10-07)',
        id === undefined ? {} : { id },
      )
    expect(await refusal(one, 'POST', headers, JSON.stringify(ping))).toEqual(unsupported(1))
    expect(await refusal(one, 'GET', headers)).toEqual(unsupported())
    expect(await refusal(one, 'DELETE', headers)).toEqual(unsupported())
  },
  async 'missing-token'() {
    const one = await host()
    const headers = { ...goodHeaders(), authorization: '' }
    const expected = refused(401, -32000, 'Unauthorized: send Authorization: Bearer <token>', {
      headers: { challenge: 'Bearer' },
    })
    expect(await refusal(one, 'POST', headers, JSON.stringify(initializeMessage()))).toEqual(expected)
    expect(await refusal(one, 'GET', headers)).toEqual(expected)
    expect(await refusal(one, 'DELETE', headers)).toEqual(expected)
    expect([...one.endpoint.sessions()]).toEqual([])
  },
  async 'bad-token'() {
    const one = await host()
    for (const authorization of ['Bearer wrong', `Basic ${tokens.alice}`, tokens.alice]) {
      expect(
        await refusal(one, 'POST', { ...goodHeaders(), authorization }, JSON.stringify(initializeMessage())),
      ).toEqual(
        refused(401, -32000, 'Unauthorized: the bearer token is not valid', {
          headers: { challenge: 'Bearer error="invalid_token"' },
        }),
      )
    }
  },
  async 'repeated-authorization'() {
    const one = await host()
    const again = refused(
      400,
      -32000,
      'Bad Request: the Authorization header stands more than once; send it once',
    )
    for (const second of [tokens.alice, tokens.bob, 'wrong']) {
      const lines = [`Bearer ${tokens.alice}`, `Bearer ${second}`]
      const answer = await raw(
        one.port,
        `POST /mcp HTTP/1.1\r\nHost: localhost\r\n${lines.map((line) => `Authorization: ${line}\r\n`).join('')}` +
          'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      )
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
      expect({
        status: 400,
        body: JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as unknown,
        headers: { type: 'application/json' },
      }).toEqual(again)
    }
    expect([...one.endpoint.sessions()]).toEqual([])
  },
  async 'foreign-host'() {
    const one = await host()
    for (const name of [
      'evil.example.com',
      'localhost.evil.example',
      '127.0.0.1:1',
      '127.0.0.1@evil.example',
    ]) {
      expect(
        await refusal(one, 'POST', { ...goodHeaders(), host: name }, JSON.stringify(initializeMessage())),
      ).toEqual(refused(403, -32000, 'Forbidden: this server does not go by the name in the Host header'))
    }
  },
  async 'foreign-origin'() {
    const one = await host()
    const port = String(one.port)
    for (const origin of [
      'http://evil.example.com',
      'null',
      'http://localhost',
      `https://localhost:${port}`,
      `http://localhost:${port}.evil.example`,
    ]) {
      expect(
        await refusal(one, 'POST', { ...goodHeaders(), origin }, JSON.stringify(initializeMessage())),
      ).toEqual(refused(403, -32000, 'Forbidden: requests from this Origin are not allowed'))
    }
    const own = await post(one, undefined, initializeMessage(), { origin: `http://localhost:${port}` })
    expect(own.status).toBe(200)
  },
  async 'batch-removed'() {
    const one = await host()
    for (const version of ['2025-06-18', '2025-11-25']) {
      const id = await openSession(one, version)
      expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify([ping]))).toEqual(
        refused(
          400,
          -32600,
          'Invalid Request: batches exist in protocol revision 2025-03-26 only; send one message',
        ),
      )
    }
  },
  async 'batch-bounds'() {
    const one = await host()
    const id = await openSession(one, '2025-03-26')
    const batch = (length: number): string =>
      JSON.stringify(Array.from({ length }, (_, index) => ({ jsonrpc: '2.0', id: index, method: 'ping' })))
    expect(await refusal(one, 'POST', goodHeaders(id), '[]')).toEqual(
      refused(400, -32600, 'Invalid Request: not a JSON-RPC 2.0 message'),
    )
    expect(await refusal(one, 'POST', goodHeaders(id), batch(101))).toEqual(
      refused(400, -32600, 'Invalid Request: a batch may have 100 messages at most'),
    )
    expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify([ping, ping]))).toEqual(
      refused(400, -32600, 'Invalid Request: a request with this id is still being answered', { id: 1 }),
    )
    expect(
      await refusal(one, 'POST', goodHeaders(id), JSON.stringify([ping, { ...ping, method: 1 }])),
    ).toEqual(refused(400, -32600, 'Invalid Request: not a JSON-RPC 2.0 message', { id: 1 }))
    expect((await send(one, 'POST', goodHeaders(id), batch(100))).status).toBe(200)
  },
  async 'initialize-invalid'() {
    const one = await host()
    for (const params of [
      undefined,
      {},
      { protocolVersion: 7, capabilities: {}, clientInfo: { name: 'a', version: '1' } },
      { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {} },
    ]) {
      const message = { jsonrpc: '2.0', id: 'i', method: 'initialize', params }
      expect(await refusal(one, 'POST', goodHeaders(), JSON.stringify(message))).toEqual(
        refused(
          400,
          -32602,
          'Invalid params: initialize needs protocolVersion, capabilities and clientInfo with name and version',
          { id: 'i' },
        ),
      )
    }
    expect([...one.endpoint.sessions()]).toEqual([])
    expect(one.happened).toEqual([])
  },
  async 'initialize-too-large'() {
    const one = await host()
    const message = (name: string): string =>
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name, version: '1' } },
      })
    expect(await refusal(one, 'POST', goodHeaders(), message('x'.repeat(128 * 1024)))).toEqual(
      refused(413, -32000, 'Payload Too Large: an initialize request may have 131072 bytes at most', {
        id: 1,
      }),
    )
    expect((await send(one, 'POST', goodHeaders(), message('x'.repeat(100_000)))).status).toBe(200)
    const [session] = one.endpoint.sessions()
    expect(session?.clientInfo).toEqual({ name: 'x'.repeat(200), version: '1' })
  },
  async 'initialize-twice'() {
    const one = await host()
    const id = await openSession(one)
    expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify(initializeMessage()))).toEqual(
      refused(400, -32600, 'Invalid Request: this session is already initialized', { id: 0 }),
    )
  },
  async 'initialize-in-batch'() {
    const one = await host()
    const body = JSON.stringify([initializeMessage('2025-03-26'), ping])
    const expected = refused(400, -32600, 'Invalid Request: initialize must not be part of a batch')
    expect(await refusal(one, 'POST', goodHeaders(), body)).toEqual(expected)
    expect(await refusal(one, 'POST', goodHeaders(await openSession(one, '2025-03-26')), body)).toEqual(
      expected,
    )
  },
  async 'unknown-event'() {
    const one = await host()
    const id = await openSession(one)
    for (const event of ['1-1', 'x', '999999999999999999-1', '-1--1']) {
      expect(await refusal(one, 'GET', { ...goodHeaders(id), 'last-event-id': event })).toEqual(
        refused(400, -32000, 'Bad Request: the event named by Last-Event-ID is not kept, or no longer'),
      )
    }
  },
  async 'in-flight-bound'() {
    const one = await host({ limits: { maxInFlightPerSession: 2 } })
    const id = await openSession(one)
    const running = [post(one, id, callTool('hold', 1)), post(one, id, callTool('hold', 2))]
    await until(() => one.held() === 2, 'both calls run')
    expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify({ ...ping, id: 3 }))).toEqual(
      refused(
        429,
        -32000,
        'Too many requests of this session wait for their answers: 2 may. Send the next when one has come',
        { id: 3, data: { limit: 'requests_in_flight', max: 2 }, headers: { retry: '1' } },
      ),
    )
    expect((await post(one, id, { jsonrpc: '2.0', method: 'notifications/roots/list_changed' })).status).toBe(
      202,
    )
    one.release()
    await Promise.all(running)
    expect((await post(one, id, ping)).status).toBe(200)
  },
  async 'sessions-full'() {
    const one = await host({ limits: { maxSessions: 1 } })
    await openStream(one, await openSession(one))
    expect(
      await refusal(one, 'POST', goodHeaders(), JSON.stringify(initializeMessage('2025-06-18', 'full'))),
    ).toEqual(
      refused(
        503,
        -32000,
        'Too many sessions are open by user "alice": 1 are allowed. End one with DELETE, or try again later',
        { id: 'full', data: { limit: 'sessions_per_user', max: 1 }, headers: { retry: '30' } },
      ),
    )
  },
  async 'sessions-of-token'() {
    const one = await host({ limits: { maxSessionsPerToken: 1 } })
    await openStream(one, await openSession(one))
    expect(
      await refusal(one, 'POST', goodHeaders(), JSON.stringify(initializeMessage('2025-06-18', 'full'))),
    ).toEqual(
      refused(
        503,
        -32000,
        'Too many sessions are open with this token: 1 are allowed. End one with DELETE, or try again later',
        { id: 'full', data: { limit: 'sessions_per_token', max: 1 }, headers: { retry: '30' } },
      ),
    )
    // Another token has places of its own, and a session that nobody would miss makes room for its own token's next.
    await openSession(one, '2025-06-18', tokens.bob)
    const next = await openSession(one, '2025-06-18', tokens.bob)
    const kept = [...one.endpoint.sessions()].filter(({ caller }) => caller.user_id === 'bob')
    expect(kept.map(({ id }) => id)).toEqual([next])
  },
  async 'streams-full'() {
    const one = await host({ limits: { maxStreams: 1 } })
    const first = await openSession(one)
    await openStream(one, first)
    expect(await refusal(one, 'GET', goodHeaders(await openSession(one)))).toEqual(
      refused(
        503,
        -32000,
        'Too many streams are open by user "alice": 1 are allowed. Close one, or try again later',
        {
          data: { limit: 'streams_per_user', max: 1 },
          headers: { retry: '30' },
        },
      ),
    )
    expect((await openStream(one, first)).status).toBe(200)
  },
  async 'requests-per-second'() {
    const one = await host({ limits: { maxRequestsPerSecond: 3 } })
    const id = await openSession(one)
    for (const n of [1, 2]) expect((await post(one, id, { ...ping, id: n })).status).toBe(200)
    expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify({ ...ping, id: 3 }))).toEqual(
      refused(
        429,
        -32000,
        'Too many requests of this session came in one second: 3 are allowed. Wait a second',
        { id: 3, data: { limit: 'requests_per_second', max: 3 }, headers: { retry: '1' } },
      ),
    )
    expect((await post(one, id, { jsonrpc: '2.0', id: 'busbar-ping-1', result: {} })).status).toBe(202)
    expect(one.endpoint.usage()).toEqual([
      { name: 'sessions', used: 1, max: 2000 },
      { name: 'sessions_per_token', used: 1, max: 1000 },
      { name: 'sessions_per_user', used: 1, max: 1000 },
      { name: 'streams', used: 0, max: 2000 },
      { name: 'streams_per_user', used: 0, max: 1000 },
      { name: 'requests_in_flight', used: 0, max: 256 },
      { name: 'requests_per_second', used: 3, max: 3 },
      { name: 'body_bytes', used: expect.any(Number) as number, max: 5_242_880 },
      { name: 'memory_beyond_share', used: 0, max: 16_777_216 },
    ])
    one.time.nowMs += 1000
    expect((await post(one, id, { ...ping, id: 4 })).status).toBe(200)
  },
  async 'connect-failed'() {
    const one = await host({ connect: () => Promise.reject(new Error('out of order')) })
    expect(
      await refusal(one, 'POST', goodHeaders(), JSON.stringify(initializeMessage('2025-06-18', 9))),
    ).toEqual(
      refused(
        500,
        -32603,
        'Internal error: the session could not be opened. It was logged; try again or restart Busbar',
        { id: 9 },
      ),
    )
    expect([...one.endpoint.sessions()]).toEqual([])
    expect(one.happened).toEqual([])
  },
  async 'shut-while-opening'() {
    const one = await host({
      connect() {
        void one.endpoint.close()
        return Promise.resolve()
      },
    })
    expect(
      await refusal(one, 'POST', goodHeaders(), JSON.stringify(initializeMessage('2025-06-18', 9))),
    ).toEqual(refused(503, -32000, 'The server is shutting down', { id: 9, headers: { retry: '5' } }))
    expect([...one.endpoint.sessions()]).toEqual([])
  },
  async 'request-failed'() {
    const one = await host()
    const id = await openSession(one)
    const fault = new Error('out of order')
    one.endpoint.events.once('request', () => {
      throw fault
    })
    expect(await refusal(one, 'POST', goodHeaders(id), JSON.stringify(ping))).toEqual(
      refused(
        500,
        -32603,
        'Internal error: the request could not be served. It was logged; try again or restart Busbar',
      ),
    )
    expect(one.logged.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: 'a request could not be served', details: { err: fault, method: 'POST' } },
    ])
    expect((await post(one, id, { ...ping, id: 4 })).status).toBe(200)
  },
  async 'shutting-down'() {
    const one = await host()
    await one.endpoint.close()
    expect(await refusal(one, 'POST', goodHeaders(), JSON.stringify(initializeMessage()))).toEqual(
      refused(503, -32000, 'The server is shutting down', { headers: { retry: '5' } }),
    )
  },
  async 'logged-once'() {
    const one = await host()
    await send(one, 'POST', { ...goodHeaders(), authorization: 'Bearer sesame' }, 'sesame')
    await send(one, 'GET', { ...goodHeaders('sesame'), origin: 'http://sesame.example' })
    const warnings = one.logged.filter((entry) => entry.level === 'warn')
    expect(warnings).toEqual([
      {
        level: 'warn',
        message: 'request refused',
        details: { remote: '127.0.0.1', method: 'POST', status: 401, reason: 'bad_token' },
      },
      {
        level: 'warn',
        message: 'request refused',
        details: { remote: '127.0.0.1', method: 'GET', status: 403, reason: 'foreign_origin' },
      },
    ])
    expect(JSON.stringify(one.logged)).not.toContain('sesame')
  },
  async 'log-bounded'() {
    const one = await host({ limits: { maxLoggedRefusalsPerMinute: 3 } })
    for (let i = 0; i < 50; i += 1) await send(one, 'PUT', {})
    one.time.nowMs += 60_000
    await send(one, 'PUT', {})
    expect(one.logged.map(({ message, details }) => [message, details])).toEqual([
      ...Array.from({ length: 3 }, () => [
        'request refused',
        { remote: '127.0.0.1', method: 'PUT', status: 405, reason: 'method' },
      ]),
      [
        'further requests refused in the last minute',
        { remote: '127.0.0.1', refused: 47, lastReason: 'method' },
      ],
      ['request refused', { remote: '127.0.0.1', method: 'PUT', status: 405, reason: 'method' }],
    ])
  },
}

describe('what the MCP endpoint refuses', () => {
  for (const [id, { rule, source }] of Object.entries(refusalRequirements)) {
    test(`${id}: ${rule} (${source})`, proofs[id as keyof typeof proofs])
  }
})
