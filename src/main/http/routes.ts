import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestGuard } from '../access/request-guard.ts'
import type { Prover } from '../access/proof.ts'
import type { Log } from '../base/log.ts'
import { answerHealth } from './health.ts'
import { answerNotServed } from './not-served.ts'
import { pathOf } from './request-path.ts'

/** Shows the panel over HTTP. */
export interface BrowserPanel {
  /** Answers every request that is not the MCP endpoint's or the health check's. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Takes a connection that wants the panel's WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

/**
 * Leads each request to its owner: `/mcp` and `/mcp/` to the endpoint, which has its own checks; everything
 * else past the guard, to the health check, the control of the command line or the panel. A fault in here costs the request that met it its answer, and
 * nobody else anything.
 */
export function routeHttp(
  server: Server,
  parts: {
    endpoint: { handle(request: IncomingMessage, response: ServerResponse): void }
    guard: RequestGuard
    prover: Prover
    control: (path: string, request: IncomingMessage, response: ServerResponse) => boolean
    panel: BrowserPanel | null
    log: Log
  },
): void {
  const { endpoint, guard, prover, control, panel, log } = parts

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request)
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
    } else if (control(path, request, response)) {
      return
    } else if (panel !== null) {
      panel.handle(request, response)
    } else {
      answerNotServed(request, response)
    }
  }

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    try {
      answer(request, response)
    } catch (error) {
      log.error({ err: error, method: request.method }, 'a request could not be served')
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    try {
      if (guard(request) !== null) refuseUpgrade(socket, '403 Forbidden')
      else if (panel === null) refuseUpgrade(socket, '404 Not Found')
      else panel.upgrade(request, socket, head)
    } catch (error) {
      log.error({ err: error }, 'a web socket could not be opened')
      socket.destroy()
    }
  })
}

/** Answers and closes. Without `destroy`, a client that never closes its side would keep the connection for ever. */
function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
}
