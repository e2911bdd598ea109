/**
 * What MCP and HTTP ask of the endpoint, as data. Each rule has exactly one proof, a test of the same name; a
 * rule without one does not compile, and its test fails.
 */
export interface Requirement {
  readonly rule: string
  /** Where it stands: `transports` is MCP's basic/transports, `lifecycle` its basic/lifecycle. */
  readonly source: string
}

export const refusalRequirements = {
  'malformed-json': { rule: 'a body that is not JSON: 400, parse error', source: 'JSON-RPC 2.0, 5.1' },
  'not-utf8': { rule: 'a body that is not UTF-8: 400, parse error', source: 'RFC 8259, 8.1' },
  'not-json-rpc': {
    rule: 'JSON that is no JSON-RPC message: 400, invalid request',
    source: 'JSON-RPC 2.0, 5.1',
  },
  'too-deep': { rule: 'absurdly nested JSON: 400, and the server lives', source: 'RFC 8259, 9' },
  'duplicate-id': { rule: 'an id that is still in flight: 400', source: 'MCP basic, Requests' },
  'no-session': { rule: 'no Mcp-Session-Id after initialize: 400', source: 'transports, Session Management' },
  'unknown-session': { rule: 'an unknown session: 404', source: 'transports, Session Management' },
  'initialize-after-the-end': {
    rule: 'initialize with the id of a session that is gone opens a new one',
    source: 'transports, Session Management',
  },
  'foreign-session': {
    rule: "another user's session: 404, as if it were not there",
    source: 'security best practices, Session Hijacking',
  },
  'content-type': { rule: 'a body that is not declared as JSON: 415', source: 'RFC 9110, 15.5.16' },
  'content-encoding': { rule: 'a compressed body: 415', source: 'RFC 9110, 15.5.16' },
  'post-accept': {
    rule: 'POST must accept JSON, named, by a wildcard or by no header: else 406',
    source: 'RFC 9110, 12.5.1',
  },
  'get-accept': { rule: 'GET must accept event streams: 406', source: 'transports, Listening for Messages' },
  method: { rule: 'another method: 405 with Allow', source: 'RFC 9110, 15.5.6' },
  'no-cors': { rule: 'a preflight gets 405 and no permission', source: 'Fetch, CORS protocol' },
  'body-declared-too-large': {
    rule: 'a declared oversized body: 413 before it is read',
    source: 'RFC 9110, 15.5.14',
  },
  'body-streamed-too-large': {
    rule: 'a streamed oversized body: 413 while it is read',
    source: 'RFC 9110, 15.5.14',
  },
  'expect-too-large': {
    rule: 'an oversized body that asks first is not told to go on',
    source: 'RFC 9110, 10.1.1',
  },
  'body-of-four-mebibytes': { rule: 'a payload of 4 MiB fits', source: 'this project' },
  'protocol-version': {
    rule: 'an unsupported MCP-Protocol-Version: 400',
    source: 'transports, Protocol Version Header',
  },
  'missing-token': { rule: 'no token: 401 with a Bearer challenge', source: 'RFC 6750, 3' },
  'bad-token': { rule: 'a wrong token: 401, invalid_token', source: 'RFC 6750, 3.1' },
  'repeated-authorization': { rule: 'two Authorization headers: 400', source: 'RFC 9110, 5.3' },
  'foreign-host': { rule: 'a foreign Host: 403', source: 'transports, Security Warning' },
  'foreign-origin': { rule: 'a foreign or null Origin: 403', source: 'transports, Security Warning' },
  'batch-removed': { rule: 'a batch since 2025-06-18: 400', source: '2025-06-18 changelog, 1' },
  'batch-bounds': { rule: 'an empty or overlong batch: 400', source: 'JSON-RPC 2.0, 6' },
  'initialize-invalid': {
    rule: 'an invalid initialize: 400 and no session',
    source: 'lifecycle, Initialization',
  },
  'initialize-too-large': {
    rule: 'an initialize that would cost memory for ever: 413',
    source: 'RFC 9110, 15.5.14',
  },
  'initialize-twice': { rule: 'initialize in a session: 400', source: 'lifecycle, Initialization' },
  'initialize-in-batch': {
    rule: 'initialize in a batch: 400',
    source: '2025-03-26 lifecycle, Initialization',
  },
  'unknown-event': { rule: 'an unknown Last-Event-ID: 400', source: 'transports, Resumability' },
  'in-flight-bound': { rule: 'too many unanswered requests: 429', source: 'RFC 6585, 4' },
  'sessions-of-token': {
    rule: 'no place for a session of this token: 503, and other tokens have theirs',
    source: 'RFC 9110, 15.6.4',
  },
  'streams-full': { rule: 'no place for a stream: 503', source: 'RFC 9110, 15.6.4' },
  'requests-per-second': { rule: 'too many requests in one second: 429', source: 'RFC 6585, 4' },
  'sessions-full': { rule: 'no place for a session: 503 with Retry-After', source: 'RFC 9110, 15.6.4' },
  'connect-failed': {
    rule: 'a server that cannot be attached: 500 and no session',
    source: 'JSON-RPC 2.0, 5.1',
  },
  'shut-while-opening': { rule: 'a server that ends while a session opens: 503', source: 'RFC 9110, 15.6.4' },
  'request-failed': {
    rule: 'a fault while a request is served: 500, a line in the log, and the session goes on',
    source: 'JSON-RPC 2.0, 5.1',
  },
  'shutting-down': { rule: 'a request after the end: 503', source: 'RFC 9110, 15.6.4' },
  'logged-once': { rule: 'a refusal is logged once, without secrets', source: 'this project' },
  'log-bounded': { rule: 'garbage does not fill the log', source: 'this project' },
} as const satisfies Record<string, Requirement>

export const sessionRequirements = {
  'session-id': {
    rule: 'initialize answers with a new Mcp-Session-Id',
    source: 'transports, Session Management',
  },
  'plain-json': {
    rule: 'a plain request is answered with plain JSON',
    source: 'transports, Sending Messages',
  },
  'null-is-absent': {
    rule: 'null for what may be left out is as if it were left out',
    source: 'this project',
  },
  accepted: {
    rule: 'notifications and responses: 202 without a body',
    source: 'transports, Sending Messages',
  },
  'unknown-response': { rule: 'a response to nothing: 202, ignored', source: 'JSON-RPC 2.0, 5' },
  delete: { rule: 'DELETE ends the session; its id is then 404', source: 'transports, Session Management' },
  'ended-by-server': {
    rule: 'a session ended here: open requests and streams end, then 404',
    source: 'transports, Session Management',
  },
  'ended-during-body': {
    rule: 'a session that ends while a body comes in: 404',
    source: 'transports, Session Management',
  },
  idle: { rule: 'a session left alone ends after the idle time', source: 'transports, Session Management' },
  'not-idle': {
    rule: 'a session with a stream or a request in flight does not',
    source: 'transports, Session Management',
  },
  evicted: {
    rule: 'a full house gives up the session that is missed least',
    source: 'transports, Session Management',
  },
  batch: {
    rule: 'a 2025-03-26 batch is answered with one array',
    source: '2025-03-26 transports, Sending Messages',
  },
  'version-kept': {
    rule: 'an older supported version header is taken',
    source: 'transports, Protocol Version Header',
  },
  cancelled: {
    rule: 'a cancelled request lets its response go, without an answer',
    source: 'MCP utilities, Cancellation',
  },
  aborted: {
    rule: 'a client that hangs up does not cancel and harms nobody',
    source: 'transports, Sending Messages',
  },
  'related-request': {
    rule: 'a question of the server goes out on the response of the request',
    source: 'transports, Sending Messages',
  },
  'sdk-client': {
    rule: 'the SDK client works against it, from connect to terminateSession',
    source: 'transports',
  },
  facts: { rule: 'a session knows its client', source: 'lifecycle, Initialization' },
} as const satisfies Record<string, Requirement>

export const streamRequirements = {
  'get-stream': {
    rule: 'GET opens a stream of message events',
    source: 'transports, Listening for Messages',
  },
  'second-get': { rule: 'a second GET replaces the first', source: 'transports, Multiple Connections' },
  'lazy-stream': {
    rule: 'related notifications turn the response into a stream that ends with the answer',
    source: 'transports, Sending Messages',
  },
  priming: {
    rule: 'since 2025-11-25 a response stream begins with an id, a retry time and no data',
    source: '2025-11-25 transports, Sending Messages',
  },
  'no-priming': {
    rule: 'older clients get no event without data',
    source: '2025-11-25 transports, Sending Messages',
  },
  resume: { rule: 'Last-Event-ID brings what was missed, on GET', source: 'transports, Resumability' },
  'get-priming': {
    rule: 'events of the GET stream have ids; since 2025-11-25 it begins with one, a retry time and no data',
    source: '2025-11-25 transports, Resumability',
  },
  'get-resume': {
    rule: 'Last-Event-ID on the GET stream brings what came after that event, and goes on',
    source: 'transports, Resumability',
  },
  'get-confirmed': { rule: 'the answer to a ping confirms what came before it', source: 'this project' },
  'get-bound': { rule: 'only so much is kept, and a gap is logged', source: 'this project' },
  'get-untaken': {
    rule: 'what the system never took can be told from what it did',
    source: 'this project',
  },
  silent: {
    rule: 'a client that answered pings and fell silent loses its stream, not its session',
    source: 'RFC 9293, 3.8.4',
  },
  'resume-other': { rule: "another session's events cannot be resumed", source: 'transports, Resumability' },
  polling: { rule: 'a client sent away comes back for its answer', source: 'SEP-1699' },
  'json-only': {
    rule: 'a client that asks for no stream gets its answer as JSON, however long it takes',
    source: 'RFC 9110, 12.5.1',
  },
  'slow-answer': {
    rule: 'a response that takes long becomes a stream with comments',
    source: 'HTML, server-sent events 9.2.7',
  },
  keepalive: { rule: 'quiet streams get comments', source: 'HTML, server-sent events 9.2.7' },
  ping: { rule: 'open streams get pings; an answer is a pong', source: 'MCP utilities, Ping' },
  backlog: {
    rule: 'a notification without a stream waits for the next one',
    source: 'transports, Listening for Messages',
  },
  'backlog-bound': {
    rule: 'only so many wait, and the rest is counted',
    source: 'transports, Listening for Messages',
  },
  'no-stream-to-ask-on': {
    rule: 'a question without a stream fails at once',
    source: 'transports, Listening for Messages',
  },
  backpressure: {
    rule: 'a reader that stalls is written to up to a bound, and heard of when it is back',
    source: 'RFC 9293, 3.8.6',
  },
  stalled: {
    rule: 'a reader that stalls for long loses its stream, not its session',
    source: 'RFC 9293, 3.8.6',
  },
  unicode: { rule: 'text of any script arrives whole', source: 'HTML, server-sent events 9.2.5' },
  pipelined: {
    rule: 'a stream asked for behind another request on one connection works',
    source: 'RFC 9112, 9.3.2',
  },
  'http-1-0': { rule: 'HTTP/1.0 gets a stream without chunks', source: 'RFC 9112, 7.1' },
  'connection-reuse': { rule: 'the connection serves on after a response stream', source: 'RFC 9112, 9.3' },
  'flushed-on-close': { rule: 'what was written before the end arrives', source: 'this project' },
} as const satisfies Record<string, Requirement>

/** One proof for each rule. */
export type Proofs<Rules extends Record<string, Requirement>> = {
  readonly [id in keyof Rules]: () => Promise<void>
}
