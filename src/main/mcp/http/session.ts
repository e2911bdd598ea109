import type { RequestId } from '@modelcontextprotocol/sdk/types.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Caller } from '../../access/caller.ts'

/** Why a session ended: DELETE, idle time, the application, room for another, the server's own end. */
export type SessionEndCause = 'deleted' | 'idle' | 'ended' | 'evicted' | 'shutdown'

export interface McpSessionEvents {
  /** Its initialize request has been answered; the client knows its id. */
  opened: [session: McpSession]
  /** The client has sent a request or a notification (not: an answer). */
  request: [session: McpSession]
  /** The client has answered a ping. */
  pong: [session: McpSession]
  /** `resumed`: the client named the last event it has, and was sent what came after it. */
  streamOpened: [session: McpSession, resumed: boolean]
  streamClosed: [session: McpSession]
  /** A stream that was over its bound has been read empty. */
  writable: [session: McpSession]
  closed: [session: McpSession, cause: SessionEndCause]
  /** The client has these events of its GET stream, by what `writeEvent` was given with each. */
  confirmed: [session: McpSession, origins: readonly object[]]
  /** It sent more than is taken in a second: what it sent just now was refused. */
  flooded: [session: McpSession]
}

/** Name and version of a program, as it gave them in its initialize request. */
export interface McpClientInfo {
  readonly name: string
  readonly version: string
  readonly title?: string
}

/** An event that was written to a session's GET stream and may not have arrived. */
export interface ReturnedDeliveries {
  /** What `writeEvent` was given with it. */
  readonly origin: object
  /** The system has taken it, so the client may have read it; false: all that is known is that it was written. */
  readonly taken: boolean
}

/** One MCP session. Lives in memory only; ends with DELETE, idle time, eviction or the server. */
export interface McpSession {
  readonly id: string
  readonly caller: Caller
  readonly remoteAddress: string
  readonly createdAtMs: number
  /** When the client last sent anything at all. */
  readonly lastRequestAtMs: number
  readonly clientInfo: McpClientInfo | null
  /** The negotiated revision; null until initialize is answered. */
  readonly protocolVersion: string | null
  /** For the SDK's `Server.connect()`. */
  readonly transport: Transport
  /** A GET stream is open and its socket alive. */
  readonly streamOpen: boolean
  /** ... and its reader is not behind by more than the bound (1 MiB by default). */
  readonly streamWritable: boolean
  /** Bytes on the GET stream that the system has not taken yet. */
  readonly bufferedBytes: number
  /** The client has answered a ping: it shows that it is there even when it asks for nothing. */
  readonly answersPings: boolean
  /** It has ended: nothing more is taken from its client. */
  readonly ended: boolean
  /** Requests of the client that are not answered yet. */
  readonly requestsInFlight: number
  /**
   * Whether the answer to a request of the client still has a way to it: false once its connection is gone for good, or
   * where there is no memory to keep an answer until it is read.
   */
  hears(requestId: RequestId): boolean
  /** A request that waits needs nothing of its body from now on: the body is no longer charged. */
  letGoOfBody(requestId: RequestId): void
  /** SSE `message` events sent on any stream; pings and comments not counted. */
  readonly eventsSent: number
  /** Notifications of the SDK's server that found no stream and no room to wait. */
  readonly notificationsDropped: number
  /**
   * Writes one SSE `message` event with this JSON-RPC text to the GET stream, straight to the socket. The text
   * must be one line, as `JSON.stringify` makes it. False, with nothing written, where `streamWritable` is false.
   * Until the client confirms it, by the answer to a later ping or by `Last-Event-ID`, it is kept (bounded).
   *
   * @param origin what `takeBack` hands out for it; without one it is written again only to a stream that resumes
   */
  writeEvent(json: string, origin?: object): boolean
  /**
   * Takes out the events that are not confirmed, oldest first; they are not written again. With `untaken` only those
   * that the system had not taken from the process when that was last known: no reader can count on those.
   */
  takeBack(which: 'unconfirmed' | 'untaken'): ReturnedDeliveries[]
}
