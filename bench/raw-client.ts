import { Agent, request, type IncomingMessage } from 'node:http'
import type { Ready } from './servers/server-process.ts'

/** A client with as little of its own as possible, so that the server is what is measured. */
export interface RawClient {
  /** Sends one POST and resolves with the answer's body. */
  post(path: string, body: string): Promise<string>
  /** Opens an event stream; `onBytes` gets each chunk as it comes. */
  stream(path: string, onBytes: (chunk: Buffer) => void): Promise<IncomingMessage>
  close(): void
}

/** @param sockets what the requests go over; one of several clients is left open by `close` */
export function rawClient(server: Ready, headers: Record<string, string> = {}, sockets?: Agent): RawClient {
  const agent = sockets ?? new Agent({ keepAlive: true, maxSockets: 8 })
  const common = {
    host: '127.0.0.1',
    port: server.port,
    headers: { ...(server.authorization !== null && { authorization: server.authorization }), ...headers },
  }
  const streams: IncomingMessage[] = []
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            ...common,
            path,
            method: 'POST',
            agent,
            headers: {
              ...common.headers,
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              'content-length': Buffer.byteLength(body),
            },
          },
          (response) => {
            let text = ''
            response.setEncoding('utf8')
            response.on('data', (chunk: string) => (text += chunk))
            response.on('end', () => {
              if ((response.statusCode ?? 500) < 300) resolve(text)
              else reject(new Error(`${String(response.statusCode)} ${text}`))
            })
          },
        )
        outgoing.on('error', reject)
        outgoing.end(body)
      }),
    stream: (path, onBytes) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            ...common,
            path,
            method: 'GET',
            agent: false,
            headers: { ...common.headers, accept: 'text/event-stream' },
          },
          (response) => {
            response.on('data', onBytes)
            response.on('error', () => undefined)
            streams.push(response)
            resolve(response)
          },
        )
        outgoing.on('error', reject)
        outgoing.end()
      }),
    close() {
      if (sockets === undefined) agent.destroy()
      for (const stream of streams) stream.destroy()
    },
  }
}

/** A Busbar client with a session, registered under `uuid`. */
export interface BusClient extends RawClient {
  call(tool: string, args: object): Promise<string>
}

/** Speaks just enough MCP: initialize, initialized, register. The stream is the caller's to open. */
export async function busClient(server: Ready, uuid: string, sockets?: Agent): Promise<BusClient> {
  const sessionId = await initialize(server)
  const headers = { 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-06-18' }
  const client = rawClient(server, headers, sockets)
  await client.post('/mcp', '{"jsonrpc":"2.0","method":"notifications/initialized"}')
  let id = 1
  const call = (tool: string, args: object): Promise<string> => {
    id += 1
    const message = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: args } }
    return client.post('/mcp', JSON.stringify(message))
  }
  await call('blender_register_client', { client_uuid: uuid, client_type: 'blender', is_persistent: true })
  return { ...client, call }
}

function initialize(server: Ready): Promise<string> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  })
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: '/mcp',
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'content-length': Buffer.byteLength(body),
          ...(server.authorization !== null && { authorization: server.authorization }),
        },
      },
      (response) => {
        response.resume()
        const id = response.headers['mcp-session-id']
        if (typeof id === 'string') resolve(id)
        else reject(new Error(`initialize was answered ${String(response.statusCode)}`))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
