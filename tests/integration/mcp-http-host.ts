import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { CallToolRequestSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach } from 'vitest'
import type { MemoryLedger } from '../../src/main/base/ledger.ts'
import type { Log } from '../../src/main/base/log.ts'
import { createGuard } from '../../src/main/access/request-guard.ts'
import { createMcpEndpoint, type McpEndpoint } from '../../src/main/mcp/http/endpoint.ts'
import { configureHttpServer } from '../../src/main/mcp/http/http-server.ts'
import type { McpHttpLimits } from '../../src/main/mcp/http/limits.ts'
import type { McpSession } from '../../src/main/mcp/http/session.ts'

/** The endpoint on a real socket, with a small server of the SDK behind it and everything it says recorded. */
export interface Host {
  readonly port: number
  readonly endpoint: McpEndpoint
  /** Every event of the endpoint as `name` or `name:cause`, in order. */
  readonly happened: string[]
  readonly logged: { level: string; details: object; message: string }[]
  /** The endpoint's clock; tests move it by hand. */
  readonly time: { nowMs: number }
  /** What the SDK's servers reported to `onerror`. */
  readonly faults: string[]
  /** Lets every call of the tools `hold` and `progress` go on that waits now. */
  release(): void
  /** How many calls wait for `release`. */
  readonly held: () => number
  server(session: McpSession): McpServer['server']
  close(): Promise<void>
}

export const tokens = { alice: 'token-of-alice', bob: 'token-of-bob' }

export interface HostOptions {
  readonly limits?: Partial<McpHttpLimits>
  readonly connect?: (session: McpSession) => Promise<void>
  readonly memory?: MemoryLedger
}

/**
 * For the top of a test file: starts hosts, which are closed after the test that asked for them.
 */
export function useHosts(): (options?: HostOptions) => Promise<Host> {
  const open: Host[] = []
  afterEach(async () => {
    for (const host of open.splice(0)) await host.close()
  })
  return async (options) => {
    const host = await startHost(options)
    open.push(host)
    return host
  }
}

/** Long intervals, so that nothing happens on its own in a test that is not about it. */
const quiet: Partial<McpHttpLimits> = { keepaliveIntervalMs: 3_600_000, pingIntervalMs: 3_600_000 }

async function startHost(options: HostOptions = {}): Promise<Host> {
  const happened: string[] = []
  const logged: Host['logged'] = []
  const faults: string[] = []
  const time = { nowMs: 1_000_000 }
  const servers = new Map<McpSession, McpServer['server']>()
  let waiting: (() => void)[] = []
  let ids = 0
  const log = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (details: object, message: string) => void logged.push({ level, details, message }),
    ]),
  ) as unknown as Log

  const hold = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  const httpServer = createServer()
  configureHttpServer(httpServer, { maxBodyBytes: options.limits?.maxBodyBytes ?? 5 * 1024 * 1024 })
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
  const { port } = httpServer.address() as AddressInfo

  const endpoint = createMcpEndpoint({
    authenticate(request) {
      if (request.headers.authorization === `Bearer ${tokens.alice}`)
        return { user_id: 'alice', token_id: 'a' }
      if (request.headers.authorization === `Bearer ${tokens.bob}`) return { user_id: 'bob', token_id: 'b' }
      return null
    },
    guard: createGuard({ port: () => port }),
    connect: options.connect ?? ((session) => attach(session)),
    clock: () => time.nowMs,
    newId: () => `session-${String((ids += 1))}`,
    log,
    limits: { ...quiet, ...options.limits },
    ...(options.memory !== undefined && { memory: options.memory }),
  })

  async function attach(session: McpSession): Promise<void> {
    const { server } = new McpServer(
      { name: 'host', version: '1.0.0' },
      { capabilities: { tools: {}, resources: {}, logging: {} } },
    )
    server.onerror = (error) => void faults.push(error.message)
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
      switch (params.name) {
        case 'hold':
          await hold()
          break
        case 'progress':
          await extra.sendNotification({
            method: 'notifications/progress',
            params: { progressToken: 1, progress: 0.5 },
          })
          await hold()
          break
        case 'endless': {
          const text = 'x'.repeat(2 ** 27)
          return { content: Array.from({ length: 5 }, () => ({ type: 'text', text })) }
        }
        case 'late':
          await hold()
          await extra.sendNotification({
            method: 'notifications/progress',
            params: { progressToken: 1, progress: 1 },
          })
          break
        case 'away':
          extra.closeSSEStream?.()
          await hold()
          break
        case 'ask': {
          const answer = await extra.sendRequest({ method: 'roots/list' }, ResultSchema)
          return { content: [{ type: 'text', text: JSON.stringify(answer) }] }
        }
      }
      return { content: [{ type: 'text', text: JSON.stringify(params.arguments ?? {}) }] }
    })
    servers.set(session, server)
    await server.connect(session.transport)
  }

  for (const name of ['opened', 'request', 'pong', 'streamOpened', 'streamClosed', 'writable'] as const) {
    endpoint.events.on(name, () => void happened.push(name))
  }
  endpoint.events.on('closed', (_, cause) => void happened.push(`closed:${cause}`))
  httpServer.on('request', (request, response) => endpoint.handle(request, response))

  return {
    port,
    endpoint,
    happened,
    logged,
    time,
    faults,
    release() {
      const all = waiting
      waiting = []
      for (const go of all) go()
    },
    held: () => waiting.length,
    server(session) {
      const server = servers.get(session)
      if (server === undefined) throw new Error('no server was attached to this session')
      return server
    },
    async close() {
      const closed = new Promise<void>((resolve) => httpServer.close(() => resolve()))
      await endpoint.close()
      httpServer.closeAllConnections()
      await closed
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export type Headers = Readonly<Record<string, string>>

const json = 'application/json'
const bothTypes = 'application/json, text/event-stream'

/** What every good request carries; a test overrides what it is about, with '' to leave a header out. */
export function goodHeaders(session?: string): Headers {
  return {
    authorization: `Bearer ${tokens.alice}`,
    'content-type': json,
    accept: bothTypes,
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  }
}

function ask(
  host: Host,
  method: string,
  headers: Headers,
  onResponse: (response: IncomingMessage) => void,
): ClientRequest {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
  return httpRequest(
    { host: '127.0.0.1', port: host.port, path: '/mcp', method, headers: given, agent: false },
    onResponse,
  )
}

/** Sends a request and reads the whole answer. */
export function send(host: Host, method: string, headers: Headers, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = ask(host, method, headers, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

export function post(
  host: Host,
  session: string | undefined,
  message: unknown,
  headers: Headers = {},
): Promise<Answer> {
  return send(host, 'POST', { ...goodHeaders(session), ...headers }, JSON.stringify(message))
}

const latest = '2025-11-25'

export function initializeMessage(protocolVersion = latest, id: string | number = 0): object {
  return {
    jsonrpc: '2.0',
    id,
    method: 'initialize',
    params: { protocolVersion, capabilities: { roots: {} }, clientInfo: { name: 'test', version: '1.2.3' } },
  }
}

/** Opens a session the whole way and gives back its id. */
export async function openSession(
  host: Host,
  protocolVersion = latest,
  token = tokens.alice,
): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await post(host, undefined, initializeMessage(protocolVersion), headers)
  const id = answer.headers['mcp-session-id']
  if (typeof id !== 'string')
    throw new Error(`initialize was answered with ${String(answer.status)} ${answer.text}`)
  await post(host, id, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)
  return id
}

export function callTool(name: string, id: string | number, args: object = {}): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }
}

/** An SSE response being read, frame by frame, exactly as sent. */
export interface EventReader {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The next frame without its empty line; null when the stream has ended. */
  next(): Promise<string | null>
  /** Stops reading without closing: the kernel's buffers fill up, then the server's. */
  pause(): void
  resume(): void
  close(): void
}

export function openEvents(
  host: Host,
  method: 'GET' | 'POST',
  headers: Headers,
  message?: unknown,
): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const request = ask(host, method, headers, (response) =>
      resolve(readEvents(response, () => request.destroy())),
    )
    request.on('error', reject)
    request.end(message === undefined ? undefined : JSON.stringify(message))
  })
}

function readEvents(response: IncomingMessage, close: () => void): EventReader {
  const frames: string[] = []
  let rest = ''
  let ended = false
  let wake: (() => void) | null = null
  const finish = (): void => {
    ended = true
    wake?.()
  }
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    frames.push(...parts)
    wake?.()
  })
  response.on('end', finish)
  response.on('error', finish)
  response.on('close', finish)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    async next() {
      for (;;) {
        const frame = frames.shift()
        if (frame !== undefined) return frame
        if (ended) return null
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close,
  }
}

export function openStream(host: Host, session: string, headers: Headers = {}): Promise<EventReader> {
  return openEvents(host, 'GET', {
    authorization: `Bearer ${tokens.alice}`,
    accept: 'text/event-stream',
    'mcp-session-id': session,
    ...headers,
  })
}

/** The same as seen without the ids of its events, and without the first event, which says where it stands. */
export async function openMessages(host: Host, session: string): Promise<EventReader> {
  const stream = await openStream(host, session)
  return {
    ...stream,
    async next() {
      for (;;) {
        const frame = await stream.next()
        if (frame === null || !frame.startsWith('id: ')) return frame
        const body = frame.slice(frame.indexOf('\n') + 1)
        if (!body.startsWith('retry: ')) return body
      }
    },
  }
}

/** The endpoint's own view of a session. */
export function sessionOf(host: Host, id: string): McpSession {
  const session = [...host.endpoint.sessions()].find((each) => each.id === id)
  if (session === undefined) throw new Error(`there is no session ${id}`)
  return session
}

/** Waits for something that is bound to happen, at most ten seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`did not happen in ten seconds: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
