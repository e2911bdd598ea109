import { busClient, rawClient, type RawClient } from './raw-client.ts'
import { median, type Row } from './row.ts'
import { startServer, type ServerProcess } from './servers/server-process.ts'

const streamCount = 500
const payloadBytes = 200
const messagesPerRound = 200
const rounds = 7
/** Sends under way at once: enough to keep the server busy, few enough that nothing queues for long. */
const sendsAtOnce = 4

/** One server with its streams open, ready to send one message to all of them. */
interface FanOut {
  send: () => Promise<unknown>
  received: () => number
  close: () => Promise<void>
}

/** Messages a second that reach 500 open streams, sent one by one to all. */
export async function fanOut(): Promise<Row[]> {
  const plain = await plainFanOut(await startServer('./plain-http.ts'))
  const busbar = await busbarFanOut(await startServer('./busbar.ts'))
  await round(plain)
  await round(busbar)
  const rates = { plain: [] as number[], busbar: [] as number[], ratio: [] as number[] }
  for (let n = 0; n < rounds; n += 1) {
    const one = await round(plain)
    const other = await round(busbar)
    rates.plain.push(one)
    rates.busbar.push(other)
    rates.ratio.push(other / one)
  }
  await plain.close()
  await busbar.close()
  const rate = (values: number[]): string => `${Math.round(median(values)).toLocaleString('en')} messages/s`
  return [
    {
      name: `Fan-out of ${String(payloadBytes)} bytes to ${String(streamCount)} streams`,
      plain: rate(rates.plain),
      busbar: rate(rates.busbar),
      ratio: median(rates.ratio).toFixed(2),
    },
  ]
}

async function round({ send, received }: FanOut): Promise<number> {
  const before = received()
  const startedMs = performance.now()
  let left = messagesPerRound
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await send()
    }
  }
  await Promise.all(Array.from({ length: sendsAtOnce }, sender))
  const wanted = before + messagesPerRound * streamCount
  while (received() < wanted) await new Promise((resolve) => setImmediate(resolve))
  return (messagesPerRound * streamCount) / ((performance.now() - startedMs) / 1000)
}

/** Counts events by their end, an empty line, also where a chunk ends inside of it. */
function eventCounter(): { onBytes: () => (chunk: Buffer) => void; count: () => number } {
  let count = 0
  return {
    onBytes: () => {
      let last = 0
      return (chunk) => {
        for (const byte of chunk) {
          if (byte === 10 && last === 10) count += 1
          last = byte === 10 && last === 10 ? 0 : byte
        }
      }
    },
    count: () => count,
  }
}

/** Waits until what came so far (stream openings, comments) has been counted. */
async function settled(count: () => number): Promise<void> {
  for (let before = -1; before !== count();) {
    before = count()
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const text = 'x'.repeat(payloadBytes - '{"text":""}'.length)

async function plainFanOut(server: ServerProcess): Promise<FanOut> {
  const client = rawClient(server)
  const counter = eventCounter()
  for (let n = 0; n < streamCount; n += 1) await client.stream('/', counter.onBytes())
  // The same bytes as Busbar's notification, so that only the work differs.
  const body = JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: {
      level: 'info',
      logger: '_message_bus',
      data: {
        user_id: 'local',
        from_uuid: 'sender',
        target_uuid: 'stream-000',
        routing: { type: 'group', group_id: 'bench' },
        payload: { text },
        job_id: '00000000-0000-0000-0000-000000000000',
        message_id: '00000000-0000-0000-0000-000000000000',
        priority: 6,
        timestamp: 1_700_000_000.123,
      },
    },
  })
  await settled(counter.count)
  return {
    send: () => client.post('/send', body),
    received: counter.count,
    async close() {
      client.close()
      await server.stop()
    },
  }
}

async function busbarFanOut(server: ServerProcess): Promise<FanOut> {
  const counter = eventCounter()
  const clients: RawClient[] = []
  for (let n = 0; n < streamCount; n += 1) {
    const client = await busClient(server, `stream-${String(n).padStart(3, '0')}`)
    await client.stream('/mcp', counter.onBytes())
    clients.push(client)
  }
  const sender = await busClient(server, 'sender')
  clients.push(sender)
  await settled(counter.count)
  return {
    send: () => sender.call('blender_send_message', { payload: { text } }),
    received: counter.count,
    async close() {
      for (const client of clients) client.close()
      await server.stop()
    },
  }
}
