import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import type { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import type { ApprovalGate } from '../../../../src/main/mcp/approvals/approval-gate.ts'
import type { McpClientInfo, McpSession, ReturnedDeliveries } from '../../../../src/main/mcp/http/session.ts'
import type { CallContext } from '../../../../src/main/mcp/calls/call-context.ts'

/** A session without HTTP: what is written to it is kept, and the test decides whether its stream takes more. */
export interface FakeSession extends McpSession {
  /** The JSON texts written to its stream, in order. */
  readonly written: string[]
  /** Events its stream still takes; 0 is a stalled reader. */
  room: number
  streamOpen: boolean
  lastRequestAtMs: number
  /** What `takeBack` gives back next; a test fills it. */
  unconfirmed: ReturnedDeliveries[]
  /** What came with each of `written`. */
  readonly origins: (object | undefined)[]
}

export function fakeSession(more: Partial<McpSession> = {}): FakeSession {
  const written: string[] = []
  const clientInfo: McpClientInfo = { name: 'fake', version: '1.0' }
  return {
    id: 'secret-session-id',
    caller: { user_id: 'local', token_id: 'local' },
    remoteAddress: '127.0.0.1',
    createdAtMs: 0,
    clientInfo,
    protocolVersion: '2025-11-25',
    transport: {
      start: () => Promise.resolve(),
      send: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    bufferedBytes: 0,
    answersPings: false,
    ended: false,
    requestsInFlight: 0,
    letGoOfBody: () => undefined,
    eventsSent: 0,
    notificationsDropped: 0,
    hears: () => true,
    ...more,
    written,
    origins: [],
    unconfirmed: [],
    room: Infinity,
    streamOpen: more.streamOpen ?? true,
    lastRequestAtMs: more.lastRequestAtMs ?? 0,
    get streamWritable() {
      return this.streamOpen && this.room > 0
    },
    takeBack(which) {
      const all = this.unconfirmed
      this.unconfirmed = which === 'untaken' ? all.filter(({ taken }) => taken) : []
      return which === 'untaken' ? all.filter(({ taken }) => !taken) : all
    },
    writeEvent(json, origin) {
      if (!this.streamWritable) return false
      this.room -= 1
      written.push(json)
      this.origins.push(origin)
      return true
    },
  }
}

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

export interface FakeCall {
  readonly context: CallContext
  /** What the tool told its caller while it ran. */
  readonly notified: ServerNotification[]
  cancel(): void
}

/** A gate that lets everything through, as for the local user. */
export const openGate: ApprovalGate = {
  pass: ({ targets }) => ({ ok: true, targets }),
  passRemoval: (client) => ({ ok: true, targets: [client] }),
  passTakeover: (client) => ({ ok: true, targets: [client] }),
}

/** The surroundings of one tool call. */
export function fakeCall(
  bus: UserMessageBus,
  session: McpSession,
  more: { progressToken?: string; sendNotification?: Extra['sendNotification'] } = {},
): FakeCall {
  const control = new AbortController()
  const notified: ServerNotification[] = []
  const extra: Extra = {
    signal: control.signal,
    requestId: 1,
    ...(more.progressToken !== undefined && { _meta: { progressToken: more.progressToken } }),
    sendNotification:
      more.sendNotification ??
      ((notification) => {
        notified.push(notification)
        return Promise.resolve()
      }),
    sendRequest: () => Promise.reject(new Error('A tool of the catalogue asks its caller nothing')),
  }
  return { context: { bus, session, extra }, notified, cancel: () => control.abort() }
}
