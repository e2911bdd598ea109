import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { Inbox } from './inbox.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/**
 * An open GET: its SSE frames as they stood on the wire, without the empty line that ends each, and without the `id:`
 * line that each begins with; the frame that only says where the stream stands is left out.
 */
export interface RawStream {
  readonly status: number
  readonly frames: Inbox<string>
  /** The id of the newest frame, "" before the first: what a client comes back with. */
  readonly lastEventId: () => string
  /** Resolves when the server has ended the response. */
  readonly ended: Promise<void>
  /** Stops reading without closing: the buffers on the way fill up. */
  pause(): void
  resume(): void
  close(): void
}

/** One MCP session in plain `node:http`: what is sent is written here, what comes back is seen as it is. */
export interface RawSession {
  readonly id: string
  /** Sends one request and resolves with the whole JSON-RPC response. */
  rpc(method: string, params?: object): Promise<Record<string, unknown>>
  /** Calls a tool and resolves with the object in its text. */
  call(tool: string, args?: object): Promise<Record<string, unknown>>
  post(message: object): Promise<RawAnswer>
  /** @param lastEventId where to go on */
  openStream(lastEventId?: string): Promise<RawStream>
  /** DELETE: the session's regular end. */
  end(): Promise<RawAnswer>
}

export interface Address {
  readonly port: number
  readonly token: string
}

/** Does the MCP handshake by hand and opens no stream. */
export async function openRawSession(address: Address, name: string): Promise<RawSession> {
  let ids = 0
  const post = (message: object, sessionId?: string): Promise<RawAnswer> =>
    exchange(address, 'POST', sessionId, JSON.stringify(message))
  const hello = await post({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name, version: '1.0' } },
  })
  const id = hello.headers['mcp-session-id']
  if (typeof id !== 'string') throw new Error(`No session: ${String(hello.status)} ${hello.text}`)
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, id)

  const rpc = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    ids += 1
    const answer = await post({ jsonrpc: '2.0', id: ids, method, params }, id)
    const text = answer.headers['content-type'] === 'text/event-stream' ? lastData(answer.text) : answer.text
    return JSON.parse(text) as Record<string, unknown>
  }
  return {
    id,
    rpc,
    async call(tool, args = {}) {
      const response = await rpc('tools/call', { name: tool, arguments: args })
      const result = response.result as { content?: { text?: string }[] } | undefined
      const text = result?.content?.[0]?.text
      if (text === undefined) throw new Error(JSON.stringify(response))
      return JSON.parse(text) as Record<string, unknown>
    },
    post: (message) => post(message, id),
    openStream: (lastEventId) => openStream(address, id, lastEventId),
    end: () => exchange(address, 'DELETE', id),
  }
}

function lastData(text: string): string {
  return (
    text
      .match(/^data: (.+)$/gm)
      ?.at(-1)
      ?.slice('data: '.length) ?? 'null'
  )
}

function send(
  { port, token }: Address,
  method: string,
  sessionId: string | undefined,
  more: Record<string, string>,
): ClientRequest {
  return request({
    host: '127.0.0.1',
    port,
    path: '/mcp',
    method,
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
      ...more,
    },
  })
}

async function exchange(
  address: Address,
  method: string,
  sessionId: string | undefined,
  body?: string,
): Promise<RawAnswer> {
  const asked = send(address, method, sessionId, {
    accept: 'application/json, text/event-stream',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  })
  asked.end(body)
  const response = await head(asked)
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

async function openStream(address: Address, sessionId: string, resumeAt?: string): Promise<RawStream> {
  const asked = send(address, 'GET', sessionId, {
    accept: 'text/event-stream',
    ...(resumeAt !== undefined && { 'last-event-id': resumeAt }),
  })
  asked.end()
  const response = await head(asked)
  const frames = new Inbox<string>('SSE frame')
  let rest = ''
  let lastEventId = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const frame of parts) {
      const id = /^id: (.*)\n/.exec(frame)
      lastEventId = id?.[1] ?? lastEventId
      const body = frame.slice(id?.[0].length ?? 0)
      if (!body.startsWith('retry:')) frames.put(body)
    }
  })
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()))
  response.on('error', () => undefined)
  return {
    status: response.statusCode ?? 0,
    frames,
    lastEventId: () => lastEventId,
    ended,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close: () => asked.destroy(),
  }
}

function head(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve)
    asked.once('error', reject)
  })
}
