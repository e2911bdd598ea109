import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import type { JsonSchemaType, JsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js'
import { expect } from 'vitest'
import type { Log } from '../../../src/main/base/log.ts'
import { createApp } from '../../../src/main/app/app.ts'
import type { AppOptions } from '../../../src/main/app/app-options.ts'
import { createBrowserPanel } from '../../../src/main/headless/browser-panel.ts'
import { openPanel, type PanelApi } from '../../fixtures/panel-client.ts'
import { Inbox } from './inbox.ts'
import { openRawSession, type RawSession } from './raw-session.ts'

export type { PanelApi }

/** `params` of a `notifications/message` from the bus. */
export interface BusNotification {
  readonly level: string
  readonly logger?: string | undefined
  readonly data: {
    readonly user_id: string
    readonly from_uuid: string
    readonly target_uuid: string
    readonly routing: Record<string, unknown>
    readonly payload: Record<string, unknown>
    readonly job_id: string
    readonly message_id: string
    readonly priority: number
    readonly timestamp: number
  }
}

/** One program that is plugged in: a client of the SDK with what it was told. */
export interface Plugged {
  readonly client: Client
  readonly messages: Inbox<BusNotification>
  /** Addresses of resources that changed. */
  readonly updates: Inbox<string>
  /** DELETE, then the end of the connection. */
  leave(): Promise<void>
}

export interface ToolResult {
  readonly structured: Record<string, unknown>
  readonly isError: boolean
}

export interface LogLine {
  readonly level: string
  readonly details: Record<string, unknown>
  readonly message: string
}

export interface AppFixture {
  readonly url: string
  readonly port: number
  readonly token: string
  readonly panelKey: string
  readonly dataDir: string
  readonly logged: readonly LogLine[]
  /** A client of the SDK whose stream is open; with `stream: false` it never opens one. */
  connect(name: string, options?: { stream?: boolean }): Promise<Plugged>
  raw(name: string): Promise<RawSession>
  /** The panel's calls over its real WebSocket. */
  operator(): Promise<PanelApi>
  /** Stops the app and starts another on the same data directory. */
  restart(): Promise<void>
  /** The two halves of `restart`, for what is to be done in between. */
  stopAlone(): Promise<void>
  startAgain(options?: Partial<AppOptions>): Promise<void>
  stop(): Promise<void>
}

/** The whole app on a port of the system's choice, with a data directory of its own. */
export async function startApp(): Promise<AppFixture> {
  const dataDir = await mkdtemp(join(tmpdir(), 'busbar-wire-'))
  const logged: LogLine[] = []
  const cleanups: (() => unknown)[] = []
  const start = async (options: Partial<AppOptions> = {}) => {
    const app = createApp({
      dataDir,
      port: 0,
      browserPanel: createBrowserPanel(dataDir),
      env: { BUSBAR_TOKEN: 'token-of-the-local-user' },
      log: recordingLog(logged),
      ...options,
    })
    return { app, ...(await app.start()) }
  }
  let running = await start()
  const disconnect = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }
  const address = () => ({ port: running.port, token: 'token-of-the-local-user' })

  return {
    get url() {
      return running.url
    },
    get port() {
      return running.port
    },
    get token() {
      return address().token
    },
    get panelKey() {
      return new URL(running.panelUrl ?? '').hash.slice('#key='.length)
    },
    dataDir,
    logged,
    async connect(name, { stream = true } = {}) {
      const plugged = await plugIn(running.url, address().token, name, stream)
      cleanups.push(() => plugged.client.close())
      return plugged
    },
    raw: (name) => openRawSession(address(), name),
    async operator() {
      const key = new URL(running.panelUrl ?? '').hash.slice('#key='.length)
      const panel = await openPanel(running.port, key)
      cleanups.push(() => panel.close())
      return panel.api
    },
    async restart() {
      await disconnect()
      await running.app.stop()
      running = await start()
    },
    async stopAlone() {
      await disconnect()
      await running.app.stop()
    },
    async startAgain(options) {
      running = await start(options)
    },
    async stop() {
      await disconnect()
      await running.app.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function plugIn(url: string, token: string, name: string, stream: boolean): Promise<Plugged> {
  const client = new Client({ name, version: '1.0' })
  const messages = new Inbox<BusNotification>('message')
  const updates = new Inbox<string>('resource update')
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
    messages.put(params as BusNotification),
  )
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => updates.put(params.uri))
  const streamed = Promise.withResolvers<undefined>()
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
    async fetch(input, init) {
      if (init?.method !== 'GET') return fetch(input, init)
      // 405 is how a server would say that it has no stream: the client then goes on without one.
      if (!stream) return new Response(null, { status: 405 })
      const response = await fetch(input, init)
      if (response.ok) streamed.resolve(undefined)
      return response
    },
  })
  await client.connect(transport)
  if (stream) await streamed.promise
  return {
    client,
    messages,
    updates,
    async leave() {
      await transport.terminateSession()
      await client.close()
    },
  }
}

/** The output schema of a tool: what it accepts, and which fields it knows. */
interface AnswerSchema {
  readonly accepts: JsonSchemaValidator<unknown>
  readonly fields: readonly string[]
}

const validators = new WeakMap<Client, Map<string, AnswerSchema>>()

/**
 * Calls a tool. Every answer is checked for what holds for all of them: one text block with JSON. A tool with an output
 * schema has the same object as `structuredContent`, which that schema accepts, refusals too, and which has no field
 * that it lacks; a tool without one has none.
 */
export async function call({ client }: Plugged, name: string, args: object = {}): Promise<ToolResult> {
  const schemas = validators.get(client) ?? (await compileSchemas(client))
  const result = await client.callTool({ name, arguments: { ...args } })
  const content = result.content as { type: string; text?: string }[]
  expect(content).toStrictEqual([{ type: 'text', text: expect.any(String) as string }])
  const structured = JSON.parse(content[0]?.text ?? '') as Record<string, unknown>
  const schema = schemas.get(name)
  expect(result.structuredContent).toStrictEqual(schema === undefined ? undefined : structured)
  if (schema !== undefined) {
    expect(schema.accepts(structured)).toMatchObject({ valid: true })
    expect(schema.fields).toEqual(expect.arrayContaining(Object.keys(structured)))
  }
  return { structured, isError: result.isError === true }
}

async function compileSchemas(client: Client): Promise<Map<string, AnswerSchema>> {
  const ajv = new AjvJsonSchemaValidator()
  const { tools } = await client.listTools()
  const compiled = new Map(
    tools.flatMap(({ name, outputSchema }): [string, AnswerSchema][] => {
      if (outputSchema === undefined) return []
      const accepts = ajv.getValidator(outputSchema as JsonSchemaType)
      return [[name, { accepts, fields: Object.keys(outputSchema.properties ?? {}) }]]
    }),
  )
  validators.set(client, compiled)
  return compiled
}

/** Registers and returns the record as it came over the wire. */
export async function register(
  plugged: Plugged,
  uuid: string,
  more: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { structured } = await call(plugged, 'blender_register_client', {
    client_uuid: uuid,
    client_type: 'blender',
    ...more,
  })
  expect(structured.status).toBe('ok')
  return structured.client as Record<string, unknown>
}

/** Both buckets as uuids, as any client sees them. */
export async function buckets(plugged: Plugged): Promise<{ persistent: string[]; ephemeral: string[] }> {
  const { structured } = await call(plugged, 'blender_list_available_clients')
  const uuids = (bucket: unknown) => (bucket as { uuid: string }[]).map(({ uuid }) => uuid)
  return { persistent: uuids(structured.persistent), ephemeral: uuids(structured.ephemeral) }
}

/** The record of one client as any client sees it. */
export async function recordOf(plugged: Plugged, uuid: string): Promise<Record<string, unknown> | undefined> {
  const { structured } = await call(plugged, 'blender_list_available_clients')
  const all = [...(structured.persistent as object[]), ...(structured.ephemeral as object[])]
  return (all as Record<string, unknown>[]).find((record) => record.uuid === uuid)
}

function recordingLog(logged: LogLine[]): Log {
  const at = (level: string) => (details: object, message: string) =>
    void logged.push({ level, details: details as Record<string, unknown>, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
