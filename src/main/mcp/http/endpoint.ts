import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RequestId, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js'
import type { SessionRequest, Blocked, Caller, TooManyAttempts } from '../../access/caller.ts'
import { createEvents, every } from '../../base/guarded.ts'
import { type MemoryHold, MemoryLedger } from '../../base/ledger.ts'
import type { Log } from '../../base/log.ts'
import { createTurns, type Turns } from '../../base/turns.ts'
import { createPassingMemory, type PassingMemory } from '../../base/passing-memory.ts'
import type { GuardRefusal } from '../../access/request-guard.ts'
import type { ExchangeHost } from './exchange.ts'
import { readInitialize } from './initialize.ts'
import type { Incoming } from './json-rpc.ts'
import { defaultMcpHttpLimits, type Limit, type McpHttpLimits } from './limits.ts'
import { accepts } from './negotiation.ts'
import {
  type InitializeMessage,
  isInitialize,
  postHeadRefusal,
  type PostMessages,
  readMessages,
} from './post-messages.ts'
import { type Refusal, sendRefusal } from './refusal.ts'
import { createRefusalLog } from './refusal-log.ts'
import * as refusals from './refusals.ts'
import { createResumeStore } from './resume-store.ts'
import { LiveSession } from './live-session.ts'
import type { McpSession, McpSessionEvents, SessionEndCause } from './session.ts'
import { createSessionTable, isSameToken } from './session-table.ts'
import { sessionTag } from './session-tag.ts'
import { createEndedSessions } from './ended-sessions.ts'
import { createUnreadAnswers } from './unread-answers.ts'

export interface McpEndpointPorts {
  /** Who sends this request; null for a missing or wrong token. */
  authenticate(request: IncomingMessage): Caller | TooManyAttempts | null
  /** Whether what a caller came with is still worth something: a token may be revoked meanwhile. Default: it is. */
  isValid?(caller: Caller): boolean
  /** Counts the request's connection for its caller; the bound that was met, where there is no room. Default: there is. */
  takeConnection?(request: IncomingMessage, caller: Caller): { limit: string; max: number } | null
  /** Whether a person has blocked who asks for a session. Default: nobody is. */
  blocked?(applicant: SessionRequest): Blocked | null
  /** Host and Origin: null lets the request in. */
  guard(request: IncomingMessage): GuardRefusal | null
  /** Attaches a server of the SDK to `session.transport`. A rejection is answered with 500, without a session. */
  connect(session: McpSession): Promise<void>
  /** Milliseconds; only differences matter. */
  clock(): number
  /** A new session id: unguessable, visible ASCII (MCP, basic/transports, "Session Management"). */
  newId(): string
  readonly log: Log
  /** What is kept on behalf of a caller is charged here. Default: one without a bound. */
  readonly memory?: MemoryLedger
  readonly limits?: Partial<McpHttpLimits>
  /** Waited for before what takes long. Default: turns of its own. */
  readonly turns?: Turns
}

export interface McpEndpoint {
  /** Serves one request for the endpoint's path, whatever its method. Answers errors; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void
  sessions(): Iterable<McpSession>
  /**
   * How near its bounds it is: for those of a session or a token the busiest one, for bodies the largest that was
   * declared since the start.
   */
  usage(): Limit[]
  readonly events: EventEmitter<McpSessionEvents>
  /**
   * What is written goes out, its streams end, and its id answers 404 from now on. Unknown sessions are fine.
   *
   * @param why for the client: its 404 says so, while the end is remembered
   */
  end(session: McpSession, cause: SessionEndCause, why?: string): void
  /** Ends all sessions and stops the timers; answers 503 from then on. Idempotent. */
  close(): Promise<void>
}

/** A POST whose head is right. */
interface Posted {
  readonly caller: Caller
  /** The session that it names, or why there is none by that name; undefined where it names none. */
  readonly session: LiveSession | Refusal | undefined
  readonly memory: PassingMemory
  /** What its body is charged as. */
  readonly body: MemoryHold
}

/**
 * MCP's Streamable HTTP transport (revisions 2025-03-26, 2025-06-18 and 2025-11-25) on plain `node:http`. Knows
 * nothing of the bus, of tools, or of where tokens come from.
 */
export function createMcpEndpoint(ports: McpEndpointPorts): McpEndpoint {
  const { log } = ports
  const limits: McpHttpLimits = { ...defaultMcpHttpLimits, ...ports.limits }
  const clock = (): number => ports.clock()
  const events = createEvents<McpSessionEvents>('session')
  const memoryOf = createPassingMemory(ports.memory ?? new MemoryLedger(Infinity), limits.maxBeyondShareBytes)
  const resume = createResumeStore<ExchangeHost>({
    clock,
    limits,
    userOf: ({ caller }) => caller.user_id,
    memoryOf: ({ memory }) => memory,
  })
  const unread = createUnreadAnswers({ clock, stalledMs: limits.stalledStreamMs, log })
  const refusalLog = createRefusalLog({ clock, log, maxPerMinute: limits.maxLoggedRefusalsPerMinute })
  const table = createSessionTable({ clock, limits, events, resume, unread, memoryOf, log })
  const endedSessions = createEndedSessions()
  const turns = ports.turns ?? createTurns()
  let largestBodyBytes = 0
  let closed = false
  let closing = Promise.resolve()

  const keepalive = every('keepalive', limits.keepaliveIntervalMs, () => {
    table.tick()
    unread.sweep()
    resume.sweep()
    refusalLog.sweep()
  }).unref()
  const ping = every('ping', limits.pingIntervalMs, () => table.ping()).unref()

  function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    if (response.destroyed || response.headersSent) return
    refusalLog.refused({
      remote: request.socket.remoteAddress ?? 'unknown',
      method: request.method ?? '',
      status: refusal.status,
      reason: refusal.reason,
    })
    sendRefusal(request, response, refusal)
  }

  /** The session that the request names; null for one that its caller does not have. */
  function sessionNamed(id: string, caller: Caller): LiveSession | null {
    const session = table.get(id)
    if (session === undefined) return null
    return isSameToken(session.caller, caller) ? session : null
  }

  function versionRefusal(request: IncomingMessage): Refusal | null {
    const version = request.headers['mcp-protocol-version']
    return version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))
      ? null
      : refusals.unsupportedVersion(SUPPORTED_PROTOCOL_VERSIONS)
  }

  /** The session of a GET or DELETE, or why there is none. */
  function sessionOf(request: IncomingMessage, caller: Caller): LiveSession | Refusal {
    const id = headerOf(request, 'mcp-session-id')
    if (id === undefined) return refusals.missingSession
    return versionRefusal(request) ?? sessionNamed(id, caller) ?? endedSessions.answer(id, caller)
  }

  function get(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    const { accept } = request.headers
    if (accept === undefined || !accepts(accept, 'text/event-stream')) {
      refuse(request, response, refusals.getNotAcceptable)
      return
    }
    const session = sessionOf(request, caller)
    if (!(session instanceof LiveSession)) {
      refuse(request, response, session)
      return
    }
    const full = session.streamOpen ? null : table.streamRefusal(caller.user_id)
    if (full !== null) {
      refuse(request, response, refusals.tooManyStreams(full, limits.maxStreams, caller.user_id))
      return
    }
    const eventId = headerOf(request, 'last-event-id')
    if (eventId === undefined || eventId === '') session.openStream(response)
    else if (!session.resumeStream(eventId, response)) refuse(request, response, refusals.unknownEvent)
  }

  function remove(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    const session = sessionOf(request, caller)
    if (!(session instanceof LiveSession)) {
      refuse(request, response, session)
      return
    }
    table.end(session, 'deleted')
    response.writeHead(204).end()
  }

  async function post(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const early = postHeadRefusal(request)
    if (early !== null) {
      refuse(request, response, early)
      return
    }
    const id = headerOf(request, 'mcp-session-id')
    const session =
      id === undefined ? undefined : (sessionNamed(id, caller) ?? endedSessions.answer(id, caller))
    const memory = memoryOf(caller.user_id)
    const body = memory.open('requests')
    let wasTaken = false
    try {
      wasTaken = await serve(request, response, { caller, session, memory, body })
    } finally {
      if (!wasTaken) body.release()
    }
  }

  /** The rest of a POST, once its head is right. True where a session took its messages, and their body with them. */
  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    { caller, session, memory, body }: Posted,
  ): Promise<boolean> {
    const messages = await readMessages(request, {
      limits,
      memory,
      hold: body,
      turn: () => turns(caller.user_id),
    })
    if (messages === null || response.destroyed) return false
    largestBodyBytes = Math.max(largestBodyBytes, Number(request.headers['content-length'] ?? 0))
    if ('status' in messages) {
      refuse(request, response, messages)
      return false
    }
    const refuseThis = (refusal: Refusal): false => {
      refuse(request, response, { ...idOfOnly(messages), ...refusal })
      return false
    }
    const initialize = messages.list.find(isInitialize)
    if (initialize !== undefined) {
      if (messages.isBatch) return refuseThis(refusals.initializeInBatch)
      // One that names a session which is gone asks for a new one.
      if (session instanceof LiveSession)
        return refuseThis(refusals.alreadyInitialized(initialize.message.id))
      return begin(initialize, request, response, { caller, body })
    }
    if (session === undefined) return refuseThis(refusals.missingSession)
    if (!(session instanceof LiveSession)) return refuseThis(session)
    const refusal = versionRefusal(request) ?? sessionRefusal(session, messages.list, messages.isBatch)
    if (refusal !== null) return refuseThis(refusal)
    session.receive({ ...messages, body }, response)
    return true
  }

  /** What the session's own state has against these messages. */
  function sessionRefusal(
    session: LiveSession,
    messages: readonly Incoming[],
    isBatch: boolean,
  ): Refusal | null {
    // It may have ended while the body came in.
    if (session.ended) return endedSessions.answer(session.id, session.caller)
    if (isBatch && (session.protocolVersion ?? '') > lastBatchRevision) return refusals.batchNotAllowed
    const ids = new Set<RequestId>()
    for (const incoming of messages) {
      if (incoming.kind !== 'request') continue
      const { id } = incoming.message
      if (ids.has(id) || session.isInFlight(id)) return refusals.duplicateId(id)
      ids.add(id)
    }
    if (session.requestsInFlight + ids.size > limits.maxInFlightPerSession)
      return refusals.tooManyInFlight(limits.maxInFlightPerSession)
    // Answers are not counted: what was asked may be answered.
    const asked = messages.filter(({ kind }) => kind !== 'response').length
    if (session.rate.admit(asked)) return null
    events.emit('flooded', session)
    return refusals.tooManyRequests(limits.maxRequestsPerSecond)
  }

  /** A session begins only with an initialize request that is valid, so that garbage leaves nothing behind. */
  async function begin(
    initialize: InitializeMessage,
    request: IncomingMessage,
    response: ServerResponse,
    { caller, body }: Pick<Posted, 'caller' | 'body'>,
  ): Promise<boolean> {
    const { id } = initialize.message
    const refuseThis = (refusal: Refusal): false => {
      refuse(request, response, { id, ...refusal })
      return false
    }
    const valid = readInitialize(initialize)
    if (valid === null) return refuseThis(refusals.invalidInitialize(id))
    const { message, clientInfo } = valid
    if (ports.isValid?.(caller) === false) return refuseThis(refusals.unauthorized(true))
    const remoteAddress = request.socket.remoteAddress ?? 'unknown'
    const block = ports.blocked?.({ caller, remoteAddress, programName: clientInfo.name }) ?? null
    if (block !== null) return refuseThis(refusals.blocked(block, id))
    const session = table.create(ports.newId(), caller, remoteAddress)
    if (!(session instanceof LiveSession)) {
      return refuseThis(refusals.tooManySessions(session, limits, caller.user_id, id))
    }
    try {
      await ports.connect(session)
    } catch (error) {
      log.error(
        { err: error, session: sessionTag(session.id) },
        'a server could not be attached to a new session',
      )
      table.end(session, 'ended')
      return refuseThis(refusals.sessionNotOpened(id))
    }
    if (ports.isValid?.(caller) === false) {
      table.end(session, 'ended')
      return refuseThis(refusals.unauthorized(true))
    }
    if (response.destroyed || session.ended) {
      table.end(session, 'ended')
      return refuseThis(closed ? refusals.shuttingDown : refusals.sessionNotOpened(id))
    }
    session.receiveInitialize(message, clientInfo, body, response)
    return true
  }

  function route(request: IncomingMessage, response: ServerResponse): void {
    if (closed) {
      refuse(request, response, refusals.shuttingDown)
      return
    }
    const foreign = ports.guard(request)
    if (foreign !== null) {
      refuse(request, response, refusals.forbidden(foreign))
      return
    }
    const { method } = request
    if (method !== 'POST' && method !== 'GET' && method !== 'DELETE') {
      refuse(request, response, refusals.methodNotAllowed)
      return
    }
    if ((request.headersDistinct['authorization']?.length ?? 0) > 1) {
      refuse(request, response, refusals.repeatedAuthorization)
      return
    }
    const caller = ports.authenticate(request)
    if (caller === null) {
      refuse(request, response, refusals.unauthorized(request.headers.authorization !== undefined))
      return
    }
    if ('retryAfterSeconds' in caller) {
      refuse(request, response, refusals.tooManyAttempts(caller.retryAfterSeconds))
      return
    }
    const full = ports.takeConnection?.(request, caller) ?? null
    if (full !== null) {
      refuse(request, response, refusals.tooManyConnections(full, caller.user_id))
      return
    }
    if (method === 'GET') get(request, response, caller)
    else if (method === 'DELETE') remove(request, response, caller)
    else post(request, response, caller).catch((error: unknown) => fail(request, response, error))
  }

  /** A bug, in here or in a listener: the request that met it gets an answer, and everybody else goes on. */
  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    log.error({ err: error, method: request.method }, 'a request could not be served')
    if (response.headersSent) response.destroy()
    else refuse(request, response, refusals.requestNotServed)
  }

  return {
    handle(request, response) {
      try {
        route(request, response)
      } catch (error) {
        fail(request, response, error)
      }
    },
    sessions: () => table.all(),
    usage: () => [
      ...table.usage(),
      { name: 'body_bytes', used: largestBodyBytes, max: limits.maxBodyBytes },
      { name: 'memory_beyond_share', used: memoryOf.mostBeyondBytes, max: limits.maxBeyondShareBytes },
    ],
    events,
    end(session, cause, why) {
      const own = table.get(session.id)
      if (own !== session) return
      if (why === undefined) table.end(own, cause)
      else table.end(own, cause, endedSessions.note(own, why))
    },
    close() {
      if (!closed) {
        closed = true
        clearInterval(keepalive)
        clearInterval(ping)
        refusalLog.close()
        closing = table.close()
      }
      return closing
    },
  }
}

/** The last revision with JSON-RPC batches; 2025-06-18 took them out. */
const lastBatchRevision = '2025-03-26'

/** The id that a refusal answers: that of a request which came alone. */
function idOfOnly({ list, isBatch }: PostMessages): { id?: RequestId } {
  const [first] = list
  return !isBatch && first?.kind === 'request' ? { id: first.message.id } : {}
}

/** A header that may stand only once; Node joins repeated ones with commas, and such a value matches nothing. */
function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
