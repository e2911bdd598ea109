import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../base/log.ts'

/**
 * Listens for the faults of a server and of each of its connections, requests and answers. A connection keeps its
 * listener from the moment it is accepted until it is closed. Node removes its own listener when a connection is
 * upgraded, and an `error` event without a listener ends the process. A client can cause these faults at will, so they
 * are logged at the level `debug`; a fault of the server itself, such as no more file handles, at `error`.
 */
export function hearConnectionFaults(server: Server, log: Log): void {
  const failed = (error: Error): void => log.debug({ err: error }, 'a connection failed')
  const hear = (connection: Duplex): void => void connection.on('error', failed)
  server.on('connection', hear)
  // Over TLS, requests come over a socket that stands above the accepted one.
  server.on('secureConnection', hear)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', failed)
    response.on('error', failed)
  })
  // What fails before is the caller's to handle.
  server.once('listening', () =>
    server.on('error', (error) => log.error({ err: error }, 'the server could not take a connection')),
  )
}
