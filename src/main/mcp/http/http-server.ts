import type { Server } from 'node:http'
import { declaresTooMuch } from './body.ts'
import { defaultMcpHttpLimits } from './limits.ts'

/** Recommended settings of the HTTP server under the endpoint. Times in milliseconds. */
const httpServerSettings = {
  /** For the request line and headers; a client that dribbles them is cut. */
  headersTimeoutMs: 15_000,
  /** For the whole request, its body included: 5 MiB at 90 KB/s. Does not limit how long an answer may take. */
  requestTimeoutMs: 60_000,
  /** Longer than the idle time of common clients, so that the client is the one to close (no lost POST). */
  keepAliveTimeoutMs: 75_000,
  maxHeaders: 100,
} as const

/**
 * Applies the settings above, and refuses an oversized body before its sender was told to go on (`Expect:
 * 100-continue`, RFC 9110, section 10.1.1): the request goes to the same handler, which sees its length.
 */
export function configureHttpServer(server: Server, options: { readonly maxBodyBytes?: number } = {}): void {
  const { maxBodyBytes = defaultMcpHttpLimits.maxBodyBytes } = options
  server.headersTimeout = httpServerSettings.headersTimeoutMs
  server.requestTimeout = httpServerSettings.requestTimeoutMs
  server.keepAliveTimeout = httpServerSettings.keepAliveTimeoutMs
  server.maxHeadersCount = httpServerSettings.maxHeaders
  server.on('checkContinue', (request, response) => {
    if (!declaresTooMuch(request, maxBodyBytes)) response.writeContinue()
    server.emit('request', request, response)
  })
}
