import { passingMarginBytes } from '../../base/passing-memory.ts'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const secondMs = 1000
const minuteMs = 60 * secondMs

/** Every bound of the MCP endpoint. Sizes in bytes, times in milliseconds. */
export const defaultMcpHttpLimits = {
  /** A message's payload may have 4 MiB; the rest is room for its envelope and escapes. */
  maxBodyBytes: 5 * mebibyte,
  /** An initialize request; what it says of its client is kept as long as the session. */
  maxInitializeBytes: 128 * kibibyte,
  /** Messages in one JSON-RPC batch (revision 2025-03-26 only). */
  maxBatchMessages: 100,
  /** Nested objects and arrays; what walks a message later may be recursive. */
  maxJsonDepth: 128,
  /** Values of a body as JSON: objects, lists, texts and numbers. Parsing costs by the value. */
  maxJsonValues: 200_000,
  /** Requests of one session that wait for their responses. */
  maxInFlightPerSession: 256,
  maxSessions: 2000,
  /** Of these one user gets half, and one token so many, so that no program takes the places of all others. */
  maxSessionsPerToken: 1000,
  /** Open GET streams of all sessions, of which one user gets half; each session has one at most. */
  maxStreams: 2000,
  /** Requests and notifications of one session in a second. */
  maxRequestsPerSecond: 5000,
  /** A session with no request, no pong and no open stream for this long is ended. */
  idleSessionMs: 30 * minuteMs,
  keepaliveIntervalMs: 15 * secondMs,
  pingIntervalMs: 20 * secondMs,
  /** Bytes waiting for a slow reader above which nothing more is written to its stream. */
  maxStreamBufferedBytes: mebibyte,
  /** A reader that takes nothing for this long, with its buffer full, loses its stream. */
  stalledStreamMs: 2 * minuteMs,
  /** A client that has answered pings and falls silent for this long, its stream open, loses the stream. */
  silentStreamMs: 2 * minuteMs,
  /** Notifications kept for a session that has no open stream. */
  maxPendingNotifications: 32,
  maxPendingNotificationBytes: 256 * kibibyte,
  /** Events of one response stream kept for a client that resumes it. */
  maxResumeEventsPerStream: 256,
  maxResumeBytesPerSession: 8 * mebibyte,
  /** Of all sessions of one user; the memory bounds those of all users. */
  maxResumeBytesPerUser: 32 * mebibyte,
  /** Events of the GET streams that no client has confirmed yet, kept to be written again. Chars: UTF-16 code units. */
  maxUnconfirmedEvents: 256,
  maxUnconfirmedChars: 2 * mebibyte,
  maxUnconfirmedCharsPerUser: 32 * mebibyte,
  /** How far request bodies and unread output may go beyond a user's full share of the memory, so that it can be emptied. */
  maxBeyondShareBytes: passingMarginBytes,
  /** How long a finished response stream can still be resumed. */
  resumeRetentionMs: 2 * minuteMs,
  /** The SSE `retry` field: how long a client waits before it resumes a stream. */
  resumeRetryMs: secondMs,
  /** Refused requests logged one by one for each remote address; the rest go into one line a minute. */
  maxLoggedRefusalsPerMinute: 10,
  /** How long `close` waits for what is written to reach its readers. */
  closeGraceMs: secondMs,
} as const

/** Connections of all users together: two for each session allowed, and room for panels. */
export function maxConnectionsOf(maxSessions: number = defaultMcpHttpLimits.maxSessions): number {
  return 2 * maxSessions + 500
}

export type McpHttpLimits = { readonly [name in keyof typeof defaultMcpHttpLimits]: number }

/** One bound and how much of it is used, under the name that refusals give it. */
export interface Limit {
  readonly name: string
  readonly used: number
  readonly max: number
}
