/**
 * Clients of the SDK that live as a good client should: each keeps its uuid, comes back after whatever ended its
 * session, does each job once, and reports until the server has taken its word. What they do is told to the parent.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'

export type WorkersWord =
  | { kind: 'registered'; uuid: string }
  | { kind: 'ran'; uuid: string; jobId: string }
  | { kind: 'got'; uuid: string; messageId: string; payload: Record<string, unknown> }

const [url = '', prefix = '', count = '0', mode = 'work'] = process.argv.slice(2)
const say = (word: WorkersWord): void => {
  process.send?.(word)
}
process.on('disconnect', () => process.exit(0))
for (let n = 0; n < Number(count); n += 1) void live(`${prefix}-${String(n)}`)

async function live(uuid: string): Promise<void> {
  /** Outcomes by job; a job that comes again is answered from here and not run. */
  const done = new Map<string, string>()
  const unreported = new Set<string>()
  for (;;) {
    try {
      await oneSession(uuid, done, unreported)
    } catch {
      // Whatever it was: come back under a new session, as section 9 of the wire's ten steps says.
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function oneSession(uuid: string, done: Map<string, string>, unreported: Set<string>): Promise<void> {
  const client = new Client({ name: 'worker', version: '1.0' })
  const lost = Promise.withResolvers<undefined>()
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: 'Bearer token-of-the-local-user' } },
    reconnectionOptions: {
      initialReconnectionDelay: 50,
      maxReconnectionDelay: 200,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: 3,
    },
  })
  client.onerror = (error) => {
    // A stream that breaks is resumed by the SDK; a session that is gone, or a server, is not.
    if (/Maximum reconnection|404|fetch failed|Failed to open SSE/.test(error.message))
      lost.resolve(undefined)
  }
  const report = async (): Promise<void> => {
    for (const jobId of [...unreported]) {
      await client.callTool({
        name: 'blender_job_update',
        arguments: { job_id: jobId, status: 'completed', result: done.get(jobId) ?? '' },
      })
      unreported.delete(jobId)
    }
  }
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    const data = params.data as { payload: Record<string, unknown>; job_id: string; message_id: string }
    say({ kind: 'got', uuid, messageId: data.message_id, payload: data.payload })
    if (mode !== 'work' || data.payload.message_type !== 'job_dispatch') return
    if (!done.has(data.job_id)) {
      done.set(data.job_id, `${uuid} did ${data.job_id}`)
      say({ kind: 'ran', uuid, jobId: data.job_id })
    }
    unreported.add(data.job_id)
    report().catch(() => lost.resolve(undefined))
  })
  try {
    await client.connect(transport)
    await client.callTool({
      name: 'blender_register_client',
      arguments: { client_uuid: uuid, client_type: 'blender', is_persistent: true },
    })
    await report()
    say({ kind: 'registered', uuid })
    await lost.promise
  } finally {
    await client.close()
  }
}
