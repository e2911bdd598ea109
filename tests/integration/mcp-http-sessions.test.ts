import { request as httpRequest } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, test } from 'vitest'
import {
  callTool,
  goodHeaders,
  initializeMessage,
  openEvents,
  openMessages,
  openSession,
  post,
  send,
  sessionOf,
  tokens,
  until,
  useHosts,
} from './mcp-http-host.ts'
import { type Proofs, sessionRequirements } from './mcp-http-requirements.ts'

const host = useHosts()

const ping = { jsonrpc: '2.0', id: 1, method: 'ping' }
const minuteMs = 60_000

const proofs: Proofs<typeof sessionRequirements> = {
  async 'session-id'() {
    const one = await host()
    const answer = await post(one, undefined, initializeMessage('2025-06-18', 'first'))
    expect(answer.status).toBe(200)
    expect(answer.headers['mcp-session-id']).toBe('session-1')
    expect(answer.headers['content-type']).toBe('application/json')
    expect(JSON.parse(answer.text)).toEqual({
      jsonrpc: '2.0',
      id: 'first',
      result: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: { listChanged: true }, resources: { listChanged: true }, logging: {} },
        serverInfo: { name: 'host', version: '1.0.0' },
      },
    })
    const second = await post(one, undefined, initializeMessage())
    expect(second.headers['mcp-session-id']).toBe('session-2')
    expect(one.happened).toEqual(['request', 'opened', 'request', 'opened'])
  },
  async 'plain-json'() {
    const one = await host()
    const id = await openSession(one)
    const answer = await post(one, id, callTool('echo', 'e', { text: 'grüße' }))
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)))
    expect(JSON.parse(answer.text)).toEqual({
      jsonrpc: '2.0',
      id: 'e',
      result: { content: [{ type: 'text', text: '{"text":"grüße"}' }] },
    })
    const unknown = await post(one, id, { jsonrpc: '2.0', id: 2, method: 'no/such' })
    expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
      200,
      { jsonrpc: '2.0', id: 2, error: { code: -32601, message: 'Method not found' } },
    ])
  },
  async 'null-is-absent'() {
    const one = await host()
    const hello = await post(one, undefined, {
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: { roots: { listChanged: null }, sampling: null, experimental: null },
        clientInfo: { name: 'nulls', version: '1', title: null },
        _meta: null,
      },
    })
    const id = hello.headers['mcp-session-id'] as string
    expect(sessionOf(one, id).clientInfo).toEqual({ name: 'nulls', version: '1' })
    const noted = [
      { method: 'notifications/initialized', params: null },
      { method: 'notifications/roots/list_changed', params: { _meta: null } },
      { id: 'busbar-ping-1', result: { _meta: null } },
      { id: 'busbar-ping-1', result: {}, error: null },
      { id: 'busbar-ping-1', result: null, error: { code: -1, message: 'no' } },
    ]
    for (const message of noted) {
      expect((await post(one, id, { jsonrpc: '2.0', ...message })).status).toBe(202)
    }
    expect(sessionOf(one, id)).toMatchObject({ initialized: true })
    const asked = [
      { method: 'ping', params: null },
      { method: 'ping', params: { _meta: null } },
      { method: 'tools/call', params: { name: 'echo', arguments: null, _meta: { progressToken: null } } },
      { method: 'tools/call', params: { name: 'echo', arguments: { text: null }, task: null } },
    ]
    const results: unknown[] = []
    for (const message of asked) {
      const { text } = await post(one, id, { jsonrpc: '2.0', id: 1, ...message })
      results.push((JSON.parse(text) as { result?: unknown }).result)
    }
    // An argument that is null is the tool's to judge.
    expect(results).toEqual([
      {},
      {},
      { content: [{ type: 'text', text: '{}' }] },
      { content: [{ type: 'text', text: '{"text":null}' }] },
    ])
    const call = post(one, id, callTool('hold', 'c'))
    await until(() => one.held() === 1, 'the call runs')
    const cancel = { requestId: 'c', reason: null }
    await post(one, id, { jsonrpc: '2.0', method: 'notifications/cancelled', params: cancel })
    expect((await call).text).toBe('')
    one.release()
    expect(one.faults).toEqual([])
  },
  async accepted() {
    const one = await host()
    const id = await openSession(one)
    const answer = await post(one, id, { jsonrpc: '2.0', method: 'notifications/roots/list_changed' })
    expect([answer.status, answer.text]).toEqual([202, ''])
    expect(one.happened).toEqual(['request', 'opened', 'request', 'request'])
  },
  async 'unknown-response'() {
    const one = await host()
    const id = await openSession(one)
    for (const responseId of [7, 'seven']) {
      const answer = await post(one, id, { jsonrpc: '2.0', id: responseId, result: {} })
      expect([answer.status, answer.text]).toEqual([202, ''])
    }
    expect((await post(one, id, { jsonrpc: '2.0', id: 8, error: { code: 1, message: 'x' } })).status).toBe(
      202,
    )
    expect(one.faults).toEqual([])
    expect(one.happened).toEqual(['request', 'opened', 'request'])
  },
  async delete() {
    const one = await host()
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    const answer = await send(one, 'DELETE', goodHeaders(id))
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(await stream.next()).toBeNull()
    expect((await post(one, id, ping)).status).toBe(404)
    expect((await send(one, 'DELETE', goodHeaders(id))).status).toBe(404)
    expect(one.happened.slice(-3)).toEqual(['streamOpened', 'streamClosed', 'closed:deleted'])
  },
  async 'ended-by-server'() {
    const one = await host()
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    const call = post(one, id, callTool('hold', 5))
    await until(() => one.held() === 1, 'the call runs')
    const session = sessionOf(one, id)
    session.writeEvent('{"jsonrpc":"2.0","method":"last/words"}')
    one.endpoint.end(session, 'ended')
    expect(await stream.next()).toBe('event: message\ndata: {"jsonrpc":"2.0","method":"last/words"}')
    expect(await stream.next()).toBeNull()
    expect((await call).status).toBe(404)
    expect((await post(one, id, ping)).status).toBe(404)
    expect(session.writeEvent('{}')).toBe(false)
    one.endpoint.end(session, 'ended')
    expect(one.happened.filter((what) => what.startsWith('closed'))).toEqual(['closed:ended'])
    one.release()
  },
  async 'ended-during-body'() {
    const one = await host()
    const id = await openSession(one)
    const body = JSON.stringify(ping)
    const answer = new Promise<number>((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: one.port,
          path: '/mcp',
          method: 'POST',
          headers: { ...goodHeaders(id), 'content-length': String(body.length), expect: '100-continue' },
          agent: false,
        },
        (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        },
      )
      request.on('error', reject)
      // "Continue" means that the endpoint has looked at the head and waits for the body.
      request.on('continue', () => {
        one.endpoint.end(sessionOf(one, id), 'ended')
        request.end(body)
      })
      request.flushHeaders()
    })
    expect(await answer).toBe(404)
  },
  async idle() {
    const one = await host({ limits: { keepaliveIntervalMs: 10, idleSessionMs: 30 * minuteMs } })
    const id = await openSession(one)
    one.time.nowMs += 29 * minuteMs
    expect((await post(one, id, ping)).status).toBe(200)
    one.time.nowMs += 30 * minuteMs - 1
    expect(sessionOf(one, id).id).toBe(id)
    one.time.nowMs += 1
    await until(() => one.happened.includes('closed:idle'), 'the session ends')
    expect((await post(one, id, ping)).status).toBe(404)
  },
  async 'not-idle'() {
    const one = await host({ limits: { keepaliveIntervalMs: 10, idleSessionMs: minuteMs } })
    const [streaming, calling, left] = [
      await openSession(one),
      await openSession(one),
      await openSession(one),
    ]
    const stream = await openMessages(one, streaming)
    const call = post(one, calling, callTool('hold', 1))
    await until(() => one.held() === 1, 'the call runs')
    one.time.nowMs += 10 * minuteMs
    await until(() => one.happened.includes('closed:idle'), 'the idle one ends')
    expect([...one.endpoint.sessions()].map((session) => session.id)).toEqual([streaming, calling])
    expect(left).toBe('session-3')
    // The idle time of the first counts from the end of its stream.
    stream.close()
    await until(() => one.happened.includes('streamClosed'), 'the stream closes')
    expect(sessionOf(one, streaming).streamOpen).toBe(false)
    one.release()
    expect((await call).status).toBe(200)
    expect(one.happened.filter((what) => what.startsWith('closed'))).toEqual(['closed:idle'])
  },
  async evicted() {
    const one = await host({ limits: { maxSessions: 6 } })
    const streaming = await openSession(one)
    await openMessages(one, streaming)
    one.time.nowMs += 1000
    const quiet = await openSession(one)
    one.time.nowMs += 1000
    // Newer than the quiet one, but it never finished its handshake.
    const half = (await post(one, undefined, initializeMessage())).headers['mcp-session-id'] as string
    const first = await openSession(one)
    const ids = (): string[] => [...one.endpoint.sessions()].map((session) => session.id)
    expect(ids()).toEqual([streaming, quiet, first])
    expect((await post(one, half, ping)).status).toBe(404)
    const second = await openSession(one)
    expect(ids()).toEqual([streaming, first, second])
    expect(one.happened.filter((what) => what.startsWith('closed'))).toEqual([
      'closed:evicted',
      'closed:evicted',
    ])
  },
  async batch() {
    const one = await host()
    const id = await openSession(one, '2025-03-26')
    const notification = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' }
    const answer = await post(one, id, [callTool('echo', 'a'), notification, callTool('echo', 'b', { n: 1 })])
    expect(answer.headers['content-type']).toBe('application/json')
    expect(JSON.parse(answer.text)).toEqual([
      { jsonrpc: '2.0', id: 'a', result: { content: [{ type: 'text', text: '{}' }] } },
      { jsonrpc: '2.0', id: 'b', result: { content: [{ type: 'text', text: '{"n":1}' }] } },
    ])
    const one_ = await post(one, id, [callTool('echo', 'c')])
    expect(JSON.parse(one_.text)).toEqual([
      { jsonrpc: '2.0', id: 'c', result: { content: [{ type: 'text', text: '{}' }] } },
    ])
    expect((await post(one, id, [notification, notification])).status).toBe(202)
    // One answer is there before the batch has to become a stream; it goes out first.
    const opening = openEvents(one, 'POST', goodHeaders(id), [callTool('echo', 'd'), callTool('late', 'e')])
    await until(() => one.held() === 1, 'the second call waits')
    one.release()
    const mixed = await opening
    const frames = [await mixed.next(), await mixed.next(), await mixed.next()]
    expect(frames.map((text) => text?.replace(/^id: 1-(\d)\nevent: message\ndata: /, '$1 '))).toEqual([
      '1 {"result":{"content":[{"type":"text","text":"{}"}]},"jsonrpc":"2.0","id":"d"}',
      '2 {"method":"notifications/progress","params":{"progressToken":1,"progress":1},"jsonrpc":"2.0"}',
      '3 {"result":{"content":[{"type":"text","text":"{}"}]},"jsonrpc":"2.0","id":"e"}',
    ])
    expect(await mixed.next()).toBeNull()
  },
  async 'version-kept'() {
    const one = await host()
    const id = await openSession(one, '2025-11-25')
    for (const version of ['2025-11-25', '2025-06-18', '2025-03-26']) {
      expect((await post(one, id, ping, { 'mcp-protocol-version': version })).status).toBe(200)
    }
  },
  async cancelled() {
    const one = await host()
    const id = await openSession(one)
    const call = post(one, id, callTool('hold', 'c'))
    await until(() => one.held() === 1, 'the call runs')
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'c' } }
    expect((await post(one, id, cancel)).status).toBe(202)
    const answer = await call
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      200,
      'text/event-stream',
      '',
    ])
    one.release()
    expect((await post(one, id, cancel)).status).toBe(202)
    expect((await post(one, id, callTool('echo', 'c'))).status).toBe(200)
    // A response that is a stream already ends, and there is nothing to come back for.
    const stream = await openEvents(one, 'POST', goodHeaders(id), callTool('progress', 'c'))
    expect(await stream.next()).toBe('id: 1-0\nretry: 1000\ndata: ')
    await post(one, id, cancel)
    expect(await stream.next()).toContain('"progress":0.5')
    expect(await stream.next()).toBeNull()
    expect((await send(one, 'GET', { ...goodHeaders(id), 'last-event-id': '1-1' })).status).toBe(400)
    one.release()
    expect(one.faults).toEqual([])
  },
  async aborted() {
    const one = await host()
    const id = await openSession(one)
    const request = httpRequest({
      host: '127.0.0.1',
      port: one.port,
      path: '/mcp',
      method: 'POST',
      headers: goodHeaders(id),
      agent: false,
    })
    request.on('error', () => undefined)
    request.end(JSON.stringify(callTool('hold', 'gone')))
    await until(() => one.held() === 1, 'the call runs')
    request.destroy()
    // Half a request, cut in the middle of its body.
    const half = httpRequest({
      host: '127.0.0.1',
      port: one.port,
      path: '/mcp',
      method: 'POST',
      headers: { ...goodHeaders(id), 'content-length': '1000' },
      agent: false,
    })
    half.on('error', () => undefined)
    half.write('{"jsonrpc"')
    half.flushHeaders()
    await new Promise<void>((resolve) =>
      half.once('socket', (socket) => socket.once('connect', () => resolve())),
    )
    half.destroy()
    expect(sessionOf(one, id).requestsInFlight).toBe(1)
    one.release()
    await until(() => sessionOf(one, id).requestsInFlight === 0, 'the call is over')
    expect((await post(one, id, callTool('echo', 'gone'))).status).toBe(200)
    expect(one.faults).toEqual([])
    expect(one.logged.filter((entry) => entry.level === 'error')).toEqual([])
  },
  async 'related-request'() {
    const one = await host()
    const id = await openSession(one)
    const response = await openEvents(one, 'POST', goodHeaders(id), callTool('ask', 'q'))
    expect(await response.next()).toMatch(/^id: \d+-0\nretry: 1000\ndata: $/)
    const question = await response.next()
    expect(question).toMatch(
      /^id: \d+-1\nevent: message\ndata: \{"method":"roots\/list","jsonrpc":"2.0","id":0\}$/,
    )
    expect((await post(one, id, { jsonrpc: '2.0', id: 0, result: { roots: [] } })).status).toBe(202)
    expect(await response.next()).toContain('"text":"{\\"roots\\":[]}"')
    expect(await response.next()).toBeNull()
  },
  async 'sdk-client'() {
    const one = await host()
    const client = new Client({ name: 'sdk', version: '9.9.9' }, { capabilities: { roots: {} } })
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///x' }] }))
    const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${String(one.port)}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${tokens.alice}` } },
    })
    await client.connect(transport)
    expect(await client.callTool({ name: 'echo', arguments: { a: 1 } })).toEqual({
      content: [{ type: 'text', text: '{"a":1}' }],
    })
    expect(await client.callTool({ name: 'ask' })).toEqual({
      content: [{ type: 'text', text: '{"roots":[{"uri":"file:///x"}]}' }],
    })
    await until(() => one.happened.includes('streamOpened'), 'the client opens its stream')
    const controller = new AbortController()
    const call = client.callTool({ name: 'hold' }, undefined, { signal: controller.signal })
    await until(() => one.held() === 1, 'the call runs')
    controller.abort('enough')
    await expect(call).rejects.toThrow('enough')
    await until(() => sessionOf(one, 'session-1').requestsInFlight === 0, 'the call is let go')
    await transport.terminateSession()
    await client.close()
    expect(one.happened.at(-1)).toBe('closed:deleted')
    expect(one.faults).toEqual([])
  },
  async facts() {
    const one = await host()
    one.time.nowMs = 5000
    const id = await openSession(one, '2025-06-18')
    one.time.nowMs = 7000
    await post(one, id, ping)
    const session = sessionOf(one, id)
    const { caller, remoteAddress, createdAtMs, lastRequestAtMs, clientInfo, protocolVersion } = session
    expect({ caller, remoteAddress, createdAtMs, lastRequestAtMs, clientInfo, protocolVersion }).toEqual({
      caller: { user_id: 'alice', token_id: 'a' },
      remoteAddress: '127.0.0.1',
      createdAtMs: 5000,
      lastRequestAtMs: 7000,
      clientInfo: { name: 'test', version: '1.2.3' },
      protocolVersion: '2025-06-18',
    })
    expect([session.streamOpen, session.streamWritable, session.bufferedBytes, session.eventsSent]).toEqual([
      false,
      false,
      0,
      0,
    ])
  },
}

describe('sessions of the MCP endpoint', () => {
  for (const [id, { rule, source }] of Object.entries(sessionRequirements)) {
    test(`${id}: ${rule} (${source})`, proofs[id as keyof typeof proofs])
  }
})
