import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { LoggingMessageNotificationSchema, type Progress } from '@modelcontextprotocol/sdk/types.js'
import { limitMs } from './process.ts'

export interface Outcome {
  status: string
  job_id: string
  target_uuid: string
  result: unknown
  error: string
  duration_ms: number
}

export interface ToolCall {
  outcome: Outcome
  isError: boolean
  /** The picture of the answer, decoded from its image block. */
  image: Buffer | null
  mimeType: string | null
  /** The text block as it came. */
  text: string
}

/** Tools that run no command, and take no time limit. */
const untimed = new Set(['use_target', 'get_job', 'cancel_job'])

/** A model's side: an MCP client of the SDK that knows nothing of the bus. */
export class Llm {
  readonly client: Client
  /** Payloads of the bus that came on its stream, oldest first. */
  readonly heard: Record<string, unknown>[] = []
  private constructor(client: Client) {
    this.client = client
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      this.heard.push((params.data as { payload: Record<string, unknown> }).payload)
    })
  }

  static async connect(server: { url: string; token: string }, name = 'model-of-a-test'): Promise<Llm> {
    const client = new Client({ name, version: '1.0' })
    const transport = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { authorization: `Bearer ${server.token}` } },
    })
    // The SDK's class and its own interface disagree under exactOptionalPropertyTypes.
    await client.connect(transport)
    return new Llm(client)
  }

  /** Calls `blender_<command>`. */
  async call(
    command: string,
    args: object = {},
    options: { onprogress?: (progress: Progress) => void; signal?: AbortSignal } = {},
  ): Promise<ToolCall> {
    const limit = untimed.has(command) ? {} : { timeout_seconds: limitMs / 1000 }
    const request = { name: `blender_${command}`, arguments: { ...limit, ...args } }
    const result = await this.client.callTool(request, undefined, { timeout: 2 * limitMs, ...options })
    const blocks = result.content as { type: string; text?: string; data?: string; mimeType?: string }[]
    const picture = blocks.find(({ type }) => type === 'image')
    const text = blocks.find(({ type }) => type === 'text')?.text ?? ''
    return {
      outcome: JSON.parse(text) as Outcome,
      isError: result.isError === true,
      image: picture?.data === undefined ? null : Buffer.from(picture.data, 'base64'),
      mimeType: picture?.mimeType ?? null,
      text,
    }
  }

  /** Calls `blender_<command>` and tells the id of its job as soon as there is one. */
  start(
    command: string,
    args: object = {},
    signal?: AbortSignal,
  ): { jobId: Promise<string>; ended: Promise<ToolCall> } {
    const { promise: jobId, resolve } = Promise.withResolvers<string>()
    const onprogress = ({ message }: Progress): void => {
      const id = /^Job (\S+)$/.exec(message ?? '')?.[1]
      if (id !== undefined) resolve(id)
    }
    return { jobId, ended: this.call(command, args, { onprogress, ...(signal !== undefined && { signal }) }) }
  }

  /** Runs Python and returns the value of its last expression; throws where the job did not complete. */
  async run(code: string, args: object = {}): Promise<string | null> {
    const { outcome } = await this.call('execute_code', { code, ...args })
    if (outcome.status !== 'completed') throw new Error(`${outcome.status}: ${outcome.error}`)
    return (outcome.result as { value: string | null }).value
  }

  /** The records of Blenders that are there now. */
  async blenders(): Promise<Record<string, unknown>[]> {
    const result = await this.client.callTool({
      name: 'blender_list_available_clients',
      arguments: { include_stale: false },
    })
    const { persistent } = result.structuredContent as { persistent: Record<string, unknown>[] }
    return persistent
  }

  /** `blender://jobs/{id}` as it stands. */
  async job(id: string): Promise<Record<string, unknown>> {
    const { contents } = await this.client.readResource({ uri: `blender://jobs/${id}` })
    return JSON.parse((contents[0] as { text: string }).text) as Record<string, unknown>
  }

  close(): Promise<void> {
    return this.client.close()
  }
}
