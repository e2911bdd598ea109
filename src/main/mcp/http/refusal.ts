import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { after } from '../../base/guarded.ts'
import type { JsonObject } from '../../../shared/protocol.ts'

/** The JSON-RPC codes that this endpoint answers with by itself. */
export const rpcCode = {
  parseError: -32700,
  invalidRequest: -32600,
  invalidParams: -32602,
  internalError: -32603,
  /** Refused by the transport; the code that MCP's own implementations use. */
  refused: -32000,
  sessionNotFound: -32001,
} as const

export type RpcId = string | number | null

/** An HTTP answer that turns a request away, with its JSON-RPC error. */
export interface Refusal {
  readonly status: number
  readonly code: number
  readonly message: string
  /** `error.data`: details for a program. */
  readonly data?: JsonObject
  /** What the log calls it. A literal: never text that a client sent. */
  readonly reason: string
  readonly id?: RpcId
  readonly headers?: OutgoingHttpHeaders
  readonly closeConnection?: boolean
}

/** How long and how much of a refused body is still read, so that its sender gets to see the answer. */
const lingerMs = 2000
const lingerBytes = 32 * 1024 * 1024

/** The JSON-RPC error of a refusal. */
export function refusalJson({ id = null, code, message, data }: Refusal): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } })
}

/**
 * Answers with the refusal. With `closeConnection` the answer goes out whole at once, then the rest of the body
 * is read and thrown away for a moment before the connection is closed: closing over unread bytes makes the
 * system reset the connection, and the client never sees the status (RFC 9112, section 9.6).
 */
export function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const body = refusalJson(refusal)
  response.writeHead(refusal.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...refusal.headers,
    ...(refusal.closeConnection === true ? { Connection: 'close' } : {}),
  })
  if (refusal.closeConnection !== true || request.complete) {
    response.end(body)
    return
  }
  response.write(body)
  let read = 0
  const finish = (): void => {
    clearTimeout(timer)
    request.off('data', count)
    response.end()
    // The answer is out; what has not come by now is not worth waiting for.
    if (!request.complete) request.destroy()
  }
  const count = (chunk: Buffer): void => {
    read += chunk.length
    if (read > lingerBytes) finish()
  }
  const timer = after('end of a refused request', lingerMs, finish).unref()
  request.on('data', count)
  request.once('end', finish)
  response.once('close', () => clearTimeout(timer))
  request.resume()
}
