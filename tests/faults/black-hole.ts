import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A way to a server that can swallow everything without closing anything, as a lost network does. */
export interface BlackHole {
  readonly port: number
  leadTo(port: number): void
  /** From here on nothing passes in either direction; every connection stays open on both sides. */
  swallow(): void
  /** Ends what was swallowed and lets new connections pass. */
  recover(): void
  close(): Promise<void>
}

export async function openBlackHole(): Promise<BlackHole> {
  let target = 0
  let swallowing = false
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      // Read and thrown away: a full buffer would be noticed where a lost packet is not.
      from.on('data', (bytes) => {
        if (!swallowing) to.write(bytes)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        if (!swallowing) to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    leadTo: (port) => void (target = port),
    swallow: () => void (swallowing = true),
    recover() {
      swallowing = false
      destroyAll()
    },
    async close() {
      destroyAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
