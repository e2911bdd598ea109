import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Ports tried after the one that was asked for; then the system chooses. */
const portsTried = 20

/**
 * Listens on the port asked for, or the next free one when it is taken. Resolves with the port in use.
 * Rejects for every other fault, such as an address that is not this machine's.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  const last = port === 0 ? 0 : Math.min(port + portsTried, 65_535)
  for (let candidate = port; candidate <= last; candidate += 1) {
    if (await tryPort(server, host, candidate)) return (server.address() as AddressInfo).port
  }
  await tryPort(server, host, 0)
  return (server.address() as AddressInfo).port
}

function tryPort(server: Server, host: string, port: number): Promise<boolean> {
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

/** Takes no more connections and ends those that are open. Resolves when the port is free. Idempotent. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
