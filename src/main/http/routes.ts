import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestGuard } from '../access/request-guard.ts'
import type { Prover } from '../access/proof.ts'
import { answerHealth } from './health.ts'

/** Shows the panel over HTTP. */
export interface BrowserPanel {
  /** Answers every request that is not the MCP endpoint's or the health check's. */
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/**
 * Leads each request to its owner: `/mcp` and `/mcp/` to the endpoint, which has its own checks; everything
 * else past the guard, to the health check or the panel.
 */
export function routeHttp(
  server: Server,
  parts: {
    endpoint: { handle(request: IncomingMessage, response: ServerResponse): void }
    guard: RequestGuard
    prover: Prover
    panel: BrowserPanel | null
  },
): void {
  const { endpoint, guard, prover, panel } = parts
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?', 1)[0]
    if (path === '/mcp' || path === '/mcp/') {
      endpoint.handle(request, response)
      return
    }
    const refused = guard(request)
    if (refused !== null) {
      response
        .writeHead(refused.status, { 'content-type': 'text/plain; charset=utf-8' })
        .end(`${refused.message}\n`)
    } else if (path === '/healthz') {
      answerHealth(request, response, prover)
    } else if (panel !== null) {
      panel.handle(request, response)
    } else {
      response
        .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
        .end('Not found. MCP is at /mcp.\n')
    }
  })
  server.on('upgrade', (request, socket, head) => {
    const refused = guard(request)
    if (refused === null && panel !== null) panel.upgrade(request, socket, head)
    else
      socket.end(
        `HTTP/1.1 ${refused === null ? '404 Not Found' : '403 Forbidden'}\r\nConnection: close\r\n\r\n`,
      )
  })
}
