import type { Blocked } from '../../access/caller.ts'
import type { GuardRefusal } from '../../access/request-guard.ts'
import type { JsonObject } from '../../../shared/protocol.ts'
import { shareOf } from '../../base/share.ts'
import type { McpHttpLimits } from './limits.ts'
import { type Refusal, rpcCode, type RpcId } from './refusal.ts'

/** Every way in which the endpoint turns a request away, with its HTTP status and JSON-RPC error. */

const { refused, invalidRequest, parseError } = rpcCode

export const sessionNotFound: Refusal = {
  status: 404,
  code: rpcCode.sessionNotFound,
  message: 'Session not found. Start a new session: send initialize',
  reason: 'unknown_session',
}

/** Session not found, where it is known why; a sentence. */
export const sessionEnded = (why: string): Refusal => ({
  ...sessionNotFound,
  message: `Session not found: ${why} If you are meant to come back, start a new session: send initialize`,
  reason: 'ended_session',
})

export const missingSession: Refusal = {
  status: 400,
  code: refused,
  message: 'Bad Request: Mcp-Session-Id header is required; start with an initialize request',
  reason: 'missing_session',
}

export const methodNotAllowed: Refusal = {
  status: 405,
  code: refused,
  message: 'Method not allowed',
  reason: 'method',
  headers: { Allow: 'GET, POST, DELETE' },
}

export const postNotAcceptable: Refusal = {
  status: 406,
  code: refused,
  message:
    'Not Acceptable: Accept must list application/json, and text/event-stream for whoever reads streams',
  reason: 'accept',
}

export const getNotAcceptable: Refusal = {
  status: 406,
  code: refused,
  message: 'Not Acceptable: Accept must list text/event-stream',
  reason: 'accept',
}

export const notJson: Refusal = {
  status: 415,
  code: refused,
  message: 'Unsupported Media Type: Content-Type must be application/json',
  reason: 'content_type',
}

export const encoded: Refusal = {
  status: 415,
  code: refused,
  message: 'Unsupported Media Type: the body must not be compressed',
  reason: 'content_encoding',
  headers: { 'Accept-Encoding': 'identity' },
}

export const malformed: Refusal = {
  status: 400,
  code: parseError,
  message: 'Parse error: the body is not JSON',
  reason: 'malformed_json',
}

export const notUtf8: Refusal = {
  status: 400,
  code: parseError,
  message: 'Parse error: the body is not UTF-8',
  reason: 'not_utf8',
}

export const batchNotAllowed: Refusal = {
  status: 400,
  code: invalidRequest,
  message: 'Invalid Request: batches exist in protocol revision 2025-03-26 only; send one message',
  reason: 'batch',
}

export const initializeInBatch: Refusal = {
  status: 400,
  code: invalidRequest,
  message: 'Invalid Request: initialize must not be part of a batch',
  reason: 'initialize_in_batch',
}

export const unknownEvent: Refusal = {
  status: 400,
  code: refused,
  message: 'Bad Request: the event named by Last-Event-ID is not kept, or no longer',
  reason: 'unknown_event',
}

const makeRoom =
  'Read the answers that wait, fetch waiting messages with blender_receive_messages, or try again later; a person can raise the setting "Memory"'

/** The bound that was met, for a program: `error.data`. Names are those of the panel's list of limits. */
const limit = (name: string, max: number): JsonObject => ({ limit: name, max })

export function tooManySessions(
  full: 'sessions' | 'sessions_per_token' | 'sessions_per_user',
  { maxSessions, maxSessionsPerToken }: Pick<McpHttpLimits, 'maxSessions' | 'maxSessionsPerToken'>,
  userId: string,
  id: RpcId,
): Refusal {
  const [max, whose] = {
    sessions: [maxSessions, ''],
    sessions_per_token: [maxSessionsPerToken, ' with this token'],
    sessions_per_user: [shareOf(maxSessions), ` by user "${userId}"`],
  }[full] as [number, string]
  return {
    status: 503,
    code: refused,
    message: `Too many sessions are open${whose}: ${max} are allowed. End one with DELETE, or try again later`,
    data: limit(full, max),
    reason: `too_many_${full}`,
    id,
    headers: { 'Retry-After': '30' },
  }
}

/** @param userId who has as many connections as one user may, where that is the bound */
export function tooManyConnections(
  { limit: name, max }: { limit: string; max: number },
  userId: string,
): Refusal {
  return {
    status: 503,
    code: refused,
    message:
      name === 'connections_per_user'
        ? `Too many connections of user "${userId}" are in use: ${max} are allowed. Close one, or try again later`
        : `Too many connections of all users are in use: ${max} are allowed. Try again later`,
    data: limit(name, max),
    reason: 'too_many_connections',
    headers: { 'Retry-After': '30' },
    closeConnection: true,
  }
}

/** @param maxStreams of all users together */
export function tooManyStreams(
  full: 'streams' | 'streams_per_user',
  maxStreams: number,
  userId: string,
): Refusal {
  const max = full === 'streams' ? maxStreams : shareOf(maxStreams)
  const whose = full === 'streams' ? '' : ` by user "${userId}"`
  return {
    status: 503,
    code: refused,
    message: `Too many streams are open${whose}: ${max} are allowed. Close one, or try again later`,
    data: limit(full, max),
    reason: `too_many_${full}`,
    headers: { 'Retry-After': '30' },
  }
}

export function tooManyInFlight(max: number): Refusal {
  return {
    status: 429,
    code: refused,
    message: `Too many requests of this session wait for their answers: ${max} may. Send the next when one has come`,
    data: limit('requests_in_flight', max),
    reason: 'too_many_in_flight',
    headers: { 'Retry-After': '1' },
  }
}

export function tooManyRequests(max: number): Refusal {
  return {
    status: 429,
    code: refused,
    message: `Too many requests of this session came in one second: ${max} are allowed. Wait a second`,
    data: limit('requests_per_second', max),
    reason: 'too_many_requests',
    headers: { 'Retry-After': '1' },
  }
}

export const shuttingDown: Refusal = {
  status: 503,
  code: refused,
  message: 'The server is shutting down',
  reason: 'shutting_down',
  headers: { 'Retry-After': '5' },
  closeConnection: true,
}

/** RFC 6750, section 3: a challenge; `invalid_token` only where a token was presented. */
export function unauthorized(presented: boolean): Refusal {
  return {
    status: 401,
    code: refused,
    message: presented
      ? 'Unauthorized: the bearer token is not valid'
      : 'Unauthorized: send Authorization: Bearer <token>',
    reason: presented ? 'bad_token' : 'missing_token',
    headers: { 'WWW-Authenticate': presented ? 'Bearer error="invalid_token"' : 'Bearer' },
  }
}

/** Which one counts is not for this server to guess (RFC 9110, section 5.3). */
export const repeatedAuthorization: Refusal = {
  status: 400,
  code: refused,
  message: 'Bad Request: the Authorization header stands more than once; send it once',
  reason: 'repeated_authorization',
}

export function tooManyAttempts(retryAfterSeconds: number): Refusal {
  return {
    status: 429,
    code: refused,
    message: `Too many wrong tokens came from this address. Try again in ${retryAfterSeconds} s, with the right one`,
    reason: 'too_many_attempts',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  }
}

export function blocked({ message, blockedUntil }: Blocked, id: RpcId): Refusal {
  return {
    status: 403,
    code: refused,
    message,
    data: { error: 'blocked', blocked_until: blockedUntil },
    reason: 'blocked',
    id,
  }
}

export function forbidden(guard: GuardRefusal): Refusal {
  return { status: guard.status, code: refused, message: guard.message, reason: guard.code }
}

export function bodyTooLarge(maxBytes: number): Refusal {
  return {
    status: 413,
    code: refused,
    message: `Payload Too Large: a body may have ${maxBytes} bytes at most`,
    data: limit('body_bytes', maxBytes),
    reason: 'body_too_large',
    closeConnection: true,
  }
}

/** @param whatIsFull whose limit was reached, as a sentence */
export function bodyWithoutRoom(whatIsFull: string): Refusal {
  return {
    status: 503,
    code: refused,
    message: `No room for this request. ${whatIsFull} ${makeRoom}`,
    data: { limit: 'memory' },
    reason: 'no_room_for_body',
    headers: { 'Retry-After': '10' },
    closeConnection: true,
  }
}

/** In place of an answer that finds no room. Status 200: what was carried out must not be sent again. */
export function answerWithoutRoom(whatIsFull: string, id: RpcId): Refusal {
  return {
    status: 200,
    code: refused,
    message: `The request was carried out, but there is no room for its answer. ${whatIsFull} ${makeRoom}`,
    data: { limit: 'memory' },
    reason: 'no_room_for_answer',
    id,
  }
}

/** In place of an answer that can't be written as JSON, which is a fault of this program. Status 200, as above. */
export function answerNotWritten(id: RpcId): Refusal {
  return {
    status: 200,
    code: rpcCode.internalError,
    message:
      'Internal error: the request was carried out, but its answer could not be written. It was logged; ask for less at once',
    reason: 'answer_not_written',
    id,
  }
}

export function initializeTooLarge(maxBytes: number, id: RpcId): Refusal {
  return {
    status: 413,
    code: refused,
    message: `Payload Too Large: an initialize request may have ${maxBytes} bytes at most`,
    reason: 'initialize_too_large',
    id,
  }
}

export function tooDeep(maxDepth: number): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: `Invalid Request: the body nests more than ${maxDepth} levels deep`,
    reason: 'too_deep',
  }
}

export function tooManyValues(maxValues: number): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: `Invalid Request: the body has more than ${maxValues} values (objects, lists, texts, numbers); send large data as text or as a file`,
    data: limit('json_values', maxValues),
    reason: 'too_many_values',
  }
}

export function batchTooLong(maxMessages: number): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: `Invalid Request: a batch may have ${maxMessages} messages at most`,
    reason: 'batch_too_long',
  }
}

export function idTooLong(maxLength: number): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: `Invalid Request: the id of a request may have ${maxLength} characters at most`,
    reason: 'id_too_long',
  }
}

export function invalidMessage(id: RpcId): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: 'Invalid Request: not a JSON-RPC 2.0 message',
    reason: 'invalid_message',
    id,
  }
}

export function invalidInitialize(id: RpcId): Refusal {
  return {
    status: 400,
    code: rpcCode.invalidParams,
    message:
      'Invalid params: initialize needs protocolVersion, capabilities and clientInfo with name and version',
    reason: 'invalid_initialize',
    id,
  }
}

export function alreadyInitialized(id: RpcId): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: 'Invalid Request: this session is already initialized',
    reason: 'already_initialized',
    id,
  }
}

export function duplicateId(id: RpcId): Refusal {
  return {
    status: 400,
    code: invalidRequest,
    message: 'Invalid Request: a request with this id is still being answered',
    reason: 'duplicate_id',
    id,
  }
}

export function unsupportedVersion(supported: readonly string[]): Refusal {
  return {
    status: 400,
    code: refused,
    message: `Bad Request: unsupported MCP-Protocol-Version (supported: ${supported.join(', ')})`,
    reason: 'protocol_version',
  }
}

/** A fault of this program while a session was opened. */
export function sessionNotOpened(id: RpcId): Refusal {
  return {
    status: 500,
    code: rpcCode.internalError,
    message: 'Internal error: the session could not be opened. It was logged; try again or restart Busbar',
    reason: 'session_not_opened',
    id,
  }
}

/** A fault of this program while it served a request. */
export const requestNotServed: Refusal = {
  status: 500,
  code: rpcCode.internalError,
  message: 'Internal error: the request could not be served. It was logged; try again or restart Busbar',
  reason: 'request_not_served',
}
