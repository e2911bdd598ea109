import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  PaginatedRequestSchema,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type CallToolResult,
  type Implementation,
  type JSONRPCRequest,
  type ServerCapabilities,
  type ServerNotification,
  type ServerRequest,
  type ServerResult,
} from '@modelcontextprotocol/sdk/types.js'
import type { JsonSchemaValidator, jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js'
import { z } from 'zod'
import { clip } from '../../../shared/well-formed.ts'
import { parsePriority, type Priority } from '../../../shared/protocol.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { McpSession } from '../http/session.ts'
import type { PromptEntry } from '../prompts/prompt.ts'
import type { ResourceEntry } from '../calls/resource.ts'
import { invalidParams, RpcError } from '../calls/rpc-error.ts'
import type { Subscriptions } from '../sessions/subscriptions.ts'
import type { CallContext } from '../calls/call-context.ts'
import { pausedCall } from '../calls/paused-call.ts'
import { sessionRefusedCode, type SessionRefusal } from '../calls/session-refusal.ts'
import { faults, refuseCall, type Tool } from '../calls/tool.ts'
import { fitsWire, mostOnWire } from '../calls/wire-size.ts'
import { createOpenCalls } from './open-calls.ts'

/** Everything a session is offered. One catalogue serves all sessions. */
export interface Catalogue {
  tools: readonly Tool[]
  resources: readonly ResourceEntry[]
  prompts: readonly PromptEntry[]
}

export interface McpServerPorts {
  catalogue: Catalogue
  info: Implementation
  /** What a model should know before its first call. */
  instructions: string
  busOf: (session: McpSession) => UserMessageBus
  /** Whether the session's token opens a tool; one that it does not open is neither listed nor called. Default: all. */
  mayUse?: (session: McpSession, tool: string) => boolean
  /** What is the same of all sessions of a session's program, for pauses. */
  programOf: (session: McpSession) => string
  /**
   * Why nothing that this session asks for is done now; null where all is. Asked anew for each request, so that the
   * end of a refusal needs no word. Default: null.
   */
  refusal?: (session: McpSession) => SessionRefusal | null
  /** Hears of each tool call that was refused for that. Default: nobody. */
  onRefused?: (session: McpSession) => void
  subscriptions: Pick<Subscriptions, 'add' | 'remove'>
  /** Called for faults of this program, never for mistakes of a client. */
  onFault: (error: unknown, method: string) => void
}

/** MCP's code for a resource that does not exist (specification, server/resources, "Error Handling"). */
const resourceNotFound = -32002

/** As the SDK's schema, but for the arguments: those that are none are the tool's to refuse, so that its model reads why. */
const toolCallSchema = z.object({ params: z.object({ name: z.string(), arguments: z.unknown().optional() }) })
/** The longest progress token: it comes back with each report. */
const maxProgressTokenLength = 200

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>
type Handler = (request: JSONRPCRequest, context: CallContext) => ServerResult | Promise<ServerResult>

/**
 * Speaks the catalogue over MCP. A session costs one SDK server with a single fallback handler; methods,
 * schemas and answers are shared by all sessions.
 */
export interface McpServerFactory {
  /** Attaches a server to a session's transport. */
  connect(session: McpSession): Promise<void>
  /** The least urgent priority a session asked for by `logging/setLevel`, null if it never did. */
  threshold(session: McpSession): Priority | null
  /** Ends the calls of a session that is refused from now on: each hears why a moment later. */
  refuseOpenCalls(session: McpSession): void
  /** Tells a session that a resource it subscribed to has changed. */
  resourceUpdated(session: McpSession, uri: string): void
}

export function createMcpServerFactory(ports: McpServerPorts): McpServerFactory {
  const { catalogue, subscriptions } = ports
  const tools = new Map(catalogue.tools.map((tool) => [tool.description.name, tool]))
  const prompts = new Map(catalogue.prompts.map((entry) => [entry.prompt.name, entry]))
  const thresholds = new WeakMap<McpSession, Priority>()
  const capabilities: ServerCapabilities = {
    tools: {},
    resources: { subscribe: true },
    prompts: {},
    logging: {},
    completions: {},
  }

  const openCalls = createOpenCalls<ServerResult>()
  const refusalOf = (session: McpSession): SessionRefusal | null => ports.refusal?.(session) ?? null
  const mayUse = (session: McpSession, tool: string): boolean => ports.mayUse?.(session, tool) ?? true
  const find = (uri: string): ResourceEntry => {
    const entry = catalogue.resources.find((candidate) => candidate.matches(uri))
    if (entry === undefined) throw notFound(uri)
    return entry
  }

  const handlers: Record<string, Handler> = {
    'tools/list': (request, { session }) => {
      refuseCursor(request)
      return {
        tools: catalogue.tools.map((tool) => tool.description).filter(({ name }) => mayUse(session, name)),
      }
    },
    'tools/call': (request, context) => {
      const { params } = check(toolCallSchema, request)
      const tool = tools.get(params.name)
      if (tool === undefined) {
        throw invalidParams(
          `There is no tool "${clip(params.name, 100)}". tools/list names those that exist.`,
        )
      }
      if (!mayUse(context.session, params.name)) {
        throw invalidParams(
          `The token of this session does not open the tool "${params.name}". Ask for a token with another scope.`,
        )
      }
      const paused = pausedCall(params.name, params.arguments, context, () =>
        ports.programOf(context.session),
      )
      return paused === null ? tool.call(params.arguments, context) : tool.refuse(paused)
    },
    'resources/list': (request) => {
      refuseCursor(request)
      return {
        resources: catalogue.resources.flatMap(({ listing }) =>
          listing.kind === 'static' ? [listing.resource] : [],
        ),
      }
    },
    'resources/templates/list': (request) => {
      refuseCursor(request)
      return {
        resourceTemplates: catalogue.resources.flatMap(({ listing }) =>
          listing.kind === 'template' ? [listing.template] : [],
        ),
      }
    },
    'resources/read': (request, context) => {
      const { uri } = check(ReadResourceRequestSchema, request).params
      const contents = find(uri).read(uri, context)
      if (contents === null) throw notFound(uri)
      const what = `The resource ${uri.slice(0, 300)}`
      return contents instanceof Promise
        ? contents.then((late) => whatFits({ contents: [late] }, what))
        : whatFits({ contents: [contents] }, what)
    },
    'resources/subscribe': (request, { session }) => {
      const { uri } = check(SubscribeRequestSchema, request).params
      find(uri)
      const refusal = subscriptions.add(session, uri)
      if (refusal !== null) throw invalidParams(refusal)
      return {}
    },
    'resources/unsubscribe': (request, { session }) => {
      subscriptions.remove(session, check(UnsubscribeRequestSchema, request).params.uri)
      return {}
    },
    'prompts/list': (request) => {
      refuseCursor(request)
      return { prompts: catalogue.prompts.map((entry) => entry.prompt) }
    },
    'prompts/get': (request, context) => {
      const { params } = check(GetPromptRequestSchema, request)
      const entry = prompts.get(params.name)
      if (entry === undefined) throw invalidParams(`There is no prompt "${clip(params.name, 100)}".`)
      return whatFits(entry.get(params.arguments ?? {}, context), 'The prompt with these arguments')
    },
    'completion/complete': (request, context) => {
      const { ref, argument } = check(CompleteRequestSchema, request).params
      const values =
        ref.type === 'ref/prompt'
          ? prompts.get(ref.name)?.complete?.(argument.name, argument.value, context)
          : catalogue.resources
              .find(({ listing }) => listing.kind === 'template' && listing.template.uriTemplate === ref.uri)
              ?.complete?.(argument.name, argument.value, context)
      const all = values ?? []
      // At most 100 values (specification, server/utilities/completion).
      return { completion: { values: all.slice(0, 100), total: all.length, hasMore: all.length > 100 } }
    },
    'logging/setLevel': (request, { session }) => {
      const priority = parsePriority(check(SetLevelRequestSchema, request).params.level)
      if (priority !== null) thresholds.set(session, priority)
      return {}
    },
  }

  const contextOf = (session: McpSession, extra: Extra): CallContext => {
    const { progressToken } = extra._meta ?? {}
    if (typeof progressToken === 'string' && progressToken.length > maxProgressTokenLength) {
      throw invalidParams(`A progressToken may have ${String(maxProgressTokenLength)} characters at most.`)
    }
    // As with the request itself: the SDK keeps what it was given.
    delete extra._meta
    return {
      bus: ports.busOf(session),
      session,
      extra: { ...extra, ...(progressToken !== undefined && { _meta: { progressToken } }) },
    }
  }

  const logFaults = (answer: Promise<ServerResult>, method: string): Promise<ServerResult> =>
    answer.catch((error: unknown) => {
      if (error instanceof RpcError) throw error
      ports.onFault(error, method)
      throw new RpcError(
        ErrorCode.InternalError,
        'Internal error. It was logged; try again or restart Busbar.',
      )
    })

  const toolNamed = (request: JSONRPCRequest): Tool | undefined => {
    const name = request.params?.['name']
    return typeof name === 'string' ? tools.get(name) : undefined
  }

  /** A model reads the result of a call; whoever sent anything else reads an error. */
  function refuse(request: JSONRPCRequest, refusal: SessionRefusal): ServerResult {
    const { error, message, blockedUntil } = refusal
    if (request.method === 'tools/call') return refusing(toolNamed(request))(refusal)
    throw new RpcError(sessionRefusedCode, message, { error, blocked_until: blockedUntil })
  }

  const servers = new WeakMap<McpSession, { sendResourceUpdated(params: { uri: string }): Promise<void> }>()

  return {
    async connect(session) {
      // Deprecated in favour of McpServer, which brings handlers and tables of its own for every session; its
      // own notice leaves this class to uses like this one.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      const server = new Server(ports.info, {
        capabilities,
        instructions: ports.instructions,
        jsonSchemaValidator: noElicitation,
      })
      // The SDK answers setLevel by itself, with a map a server; ours keeps the threshold by session.
      server.removeRequestHandler('logging/setLevel')
      server.fallbackRequestHandler = (request: JSONRPCRequest, extra: Extra) => {
        const { method } = request
        // Every request of the session comes by here, but for `initialize` and `ping`, which the SDK answers.
        const refusal = method === 'tools/list' ? null : refusalOf(session)
        if (refusal !== null) {
          if (method === 'tools/call') ports.onRefused?.(session)
          return Promise.resolve(refuse(request, refusal))
        }
        const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
        if (handler === undefined) {
          throw new RpcError(ErrorCode.MethodNotFound, `Method not found: ${clip(method, 100)}`)
        }
        const context = contextOf(session, extra)
        if (method !== 'tools/call') return logFaults(start(handler, takeOver(request), context), method)
        const call = openCalls.begin(session, extra.signal, refusing(toolNamed(request)))
        const withEnd = { ...context, extra: { ...context.extra, signal: call.signal } }
        return call.settle(logFaults(start(handler, takeOver(request), withEnd), method))
      }
      servers.set(session, server)
      await server.connect(session.transport)
    },
    threshold: (session) => thresholds.get(session) ?? null,
    refuseOpenCalls(session) {
      const refusal = refusalOf(session)
      if (refusal !== null) openCalls.refuse(session, refusal)
    },
    resourceUpdated(session, uri) {
      servers
        .get(session)
        ?.sendResourceUpdated({ uri })
        // A session that ended meanwhile has nobody left to tell.
        .catch(() => undefined)
    },
  }
}

/** The last resort for what can grow with data. */
function whatFits<Result extends ServerResult>(result: Result, what: string): Result {
  if (fitsWire(result)) return result
  throw invalidParams(`${what} would be larger than the ${mostOnWire} that an answer may take.`)
}

/**
 * The request as its handler gets it. The SDK keeps its own until the answer, which may take a minute: that one is left
 * without what was asked.
 */
function takeOver(request: JSONRPCRequest): JSONRPCRequest {
  const taken = { ...request }
  delete request.params
  return taken
}

/** No async function, and apart from who waits: both would keep the request until the answer. */
function start(handler: Handler, request: JSONRPCRequest, context: CallContext): Promise<ServerResult> {
  return new Promise((resolve) => resolve(handler(request, context)))
}

/** How a call of a tool is refused. It holds nothing of the request, as it may wait as long as the call. */
const refusing =
  (tool: Tool | undefined) =>
  (refusal: SessionRefusal): CallToolResult =>
    tool === undefined ? refuseCall(refusal) : tool.refuse(refusal)

/** The SDK makes a JSON schema compiler a server, for elicitation answers; this server never elicits. */
const noElicitation: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    throw new Error('This server asks for no elicitation.')
  },
}

function check<T extends z.ZodType>(schema: T, request: JSONRPCRequest): z.infer<T> {
  const parsed = schema.safeParse(request)
  if (parsed.success) return parsed.data
  throw invalidParams(`Invalid params for ${request.method}: ${faults(parsed.error)}`)
}

/** Each list is one page, so no cursor was ever given out (specification, server/utilities/pagination, "Error Handling"). */
function refuseCursor(request: JSONRPCRequest): void {
  const cursor = check(PaginatedRequestSchema, request).params?.cursor
  // What programs send that write every field: the first page is meant.
  if (cursor === undefined || cursor === '') return
  throw invalidParams(
    `Invalid cursor for ${request.method}: the list has one page. Leave the cursor out to read it.`,
  )
}

const notFound = (uri: string): RpcError =>
  new RpcError(
    resourceNotFound,
    `Resource not found: ${clip(uri, 300)}. resources/list names those that exist.`,
    {
      uri: clip(uri, 300),
    },
  )
