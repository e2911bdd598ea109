import { busClient, rawClient, type RawClient } from './raw-client.ts'
import type { Row } from './row.ts'
import { startServer, type Memory, type ServerProcess } from './servers/server-process.ts'

const clientCount = 500

/** Memory a connected client costs: session, record and open stream; on the other side an open stream alone. */
export async function clientMemory(): Promise<Row[]> {
  const plain = await perClient(await startServer('./plain-http.ts'), async (server) => {
    const client = rawClient(server)
    await client.stream('/', () => undefined)
    return client
  })
  const busbar = await perClient(await startServer('./busbar.ts'), async (server, n) => {
    const client = await busClient(server, `client-${String(n)}`)
    await client.stream('/mcp', () => undefined)
    return client
  })
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`
  const row = (name: string, field: keyof Memory): Row => ({
    name,
    plain: kilobytes(plain[field]),
    busbar: kilobytes(busbar[field]),
    ratio: (busbar[field] / plain[field]).toFixed(2),
  })
  return [row('Heap a connected client', 'heapUsed'), row('Resident memory a connected client', 'rss')]
}

async function perClient(
  server: ServerProcess,
  connect: (server: ServerProcess, n: number) => Promise<RawClient>,
): Promise<Memory> {
  // The first clients load code and fill caches: they are no client's cost.
  const clients: RawClient[] = []
  for (let n = 0; n < 50; n += 1) clients.push(await connect(server, n))
  const before = await server.memory()
  for (let n = 0; n < clientCount; n += 1) clients.push(await connect(server, 50 + n))
  const after = await server.memory()
  for (const client of clients) client.close()
  await server.stop()
  return {
    heapUsed: (after.heapUsed - before.heapUsed) / clientCount,
    rss: (after.rss - before.rss) / clientCount,
  }
}
