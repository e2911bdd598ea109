import type { Server } from 'node:http'
import {
  type AddressInfo,
  createServer as createSocketServer,
  type Server as SocketServer,
  type Socket,
} from 'node:net'
import type { Log } from '../base/log.ts'

/** Ports tried after the one that was asked for; then the system chooses. */
const portsTried = 20

/** A server that takes connections. */
interface Listener {
  /** The port in use. */
  readonly port: number
  /** Takes no more connections and ends those that are open. Resolves when the port is free. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * Listens on the port asked for, or the next free one when it is taken.
 * Rejects for every other fault, such as an address that is not this machine's.
 *
 * @param port 0 lets the system choose
 */
export async function listen(server: Server, host: string, port: number): Promise<Listener> {
  await onFreePort(port, (candidate) => tryPort(server, host, candidate))
  return { port: portOf(server), close: () => closeServer(server) }
}

/**
 * The same on this machine's two loopback addresses, 127.0.0.1 and ::1, since `localhost` is either, depending on who
 * asks. Both get the same port: one that somebody else holds at either is taken. A machine without ::1 goes on with
 * 127.0.0.1.
 */
export async function listenOnLoopback(
  server: Server,
  port: number,
  { log, ipv6 = '::1' }: { readonly log: Log; readonly ipv6?: string },
): Promise<Listener> {
  const beside = createBeside(server, log)
  let hasIpv6 = true
  const tryBoth = async (candidate: number): Promise<boolean> => {
    let both = candidate
    if (hasIpv6) {
      try {
        if (!(await tryPort(beside, ipv6, candidate))) {
          log.warn({ port: candidate }, 'another program holds the port on [::1]; the next one is tried')
          return false
        }
        both = portOf(beside)
      } catch (error) {
        hasIpv6 = false
        log.debug({ err: error }, 'there is no IPv6 loopback; the server listens on 127.0.0.1 alone')
      }
    }
    let isOurs = false
    try {
      isOurs = await tryPort(server, '127.0.0.1', both)
    } finally {
      if (!isOurs) await stopListening(beside)
    }
    return isOurs
  }
  await onFreePort(port, tryBoth)
  return {
    port: portOf(server),
    async close() {
      const closed = stopListening(beside)
      await closeServer(server)
      await closed
    },
  }
}

/** A second door to a server: what comes in there is the server's, as if it had come to its own. */
function createBeside(server: Server, log: Log): SocketServer {
  // As the connections of an HTTP server are.
  const beside = createSocketServer({ allowHalfOpen: true, noDelay: true })
  beside.maxConnections = server.maxConnections
  const early: Socket[] = []
  const pass = (socket: Socket): void => void server.emit('connection', socket)
  beside.on('connection', (socket) => {
    // Nobody hears what comes before the server itself listens.
    if (server.listening) pass(socket)
    else early.push(socket)
  })
  server.once('listening', () => {
    for (const socket of early.splice(0)) pass(socket)
  })
  beside.on('error', (error) => {
    // What fails before is the caller's to handle.
    if (beside.listening) log.error({ err: error }, 'the server could not take a connection')
  })
  return beside
}

/** Tries the port asked for and those after it, then what the system chooses. */
async function onFreePort(port: number, take: (candidate: number) => Promise<boolean>): Promise<void> {
  const last = port === 0 ? 0 : Math.min(port + portsTried, 65_535)
  for (let candidate = port; candidate <= last; candidate += 1) {
    if (await take(candidate)) return
  }
  // One that is free at one address may be taken at another.
  for (let tried = 0; tried < portsTried; tried += 1) {
    if (await take(0)) return
  }
  throw new Error(`No free port was found for the server, neither from ${String(port)} on nor by the system.`)
}

function tryPort(server: SocketServer, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    }
    const onListening = (): void => {
      server.off('error', onError)
      resolve(true)
    }
    server.once('error', onError)
    server.once('listening', onListening)
    server.listen(port, host)
  })
}

function portOf(server: SocketServer): number {
  return (server.address() as AddressInfo).port
}

async function closeServer(server: Server): Promise<void> {
  const closed = stopListening(server)
  server.closeAllConnections()
  await closed
}

/** Resolves when the last connection is gone. Fine where it does not listen. */
function stopListening(server: SocketServer): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()))
}
