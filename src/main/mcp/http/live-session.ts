import type { EventEmitter } from 'node:events'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js'
import type {
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCResponse,
  MessageExtraInfo,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js'
import { attempt, soon } from '../../base/guarded.ts'
import type { Caller } from '../../access/caller.ts'
import type { MemoryHold } from '../../base/ledger.ts'
import type { Log } from '../../base/log.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import { jsonText } from '../../base/raw-json.ts'
import { PendingServerRequests } from './pending-server-requests.ts'
import { Exchange, type ExchangeHost, understandsPriming } from './exchange.ts'
import { asksForStream } from './negotiation.ts'
import { GetStream, type GetStreamHost } from './get-stream.ts'
import { InFlight } from './in-flight.ts'
import type { Incoming } from './json-rpc.ts'
import type { McpHttpLimits } from './limits.ts'
import type { McpClientInfo, McpSession, McpSessionEvents, ReturnedDeliveries } from './session.ts'
import { NotificationBacklog } from './notification-backlog.ts'
import { refusalJson, type Refusal } from './refusal.ts'
import { answerNotWritten, sessionNotFound } from './refusals.ts'
import { RequestRate } from './request-rate.ts'
import { positionOf, type ResumeStore } from './resume-store.ts'
import { type SentBudget, sentEventSequence } from './sent-events.ts'
import { SessionTransport, type TransportOwner } from './session-transport.ts'
import { primingFrame, SseStream, type SseStreamOwner } from './sse-stream.ts'
import { sessionTag } from './session-tag.ts'
import type { UnreadAnswers } from './unread-answers.ts'

/** What all sessions of an endpoint share. */
export interface SessionHost {
  readonly limits: McpHttpLimits
  readonly events: EventEmitter<McpSessionEvents>
  readonly resume: ResumeStore<ExchangeHost>
  sentBudgetOf(userId: string): SentBudget
  readonly unread: UnreadAnswers
  readonly log: Log
  memoryOf(userId: string): PassingMemory
  clock(): number
  /** The initialize request was answered with a result. */
  opened(session: LiveSession): void
  /** The SDK's server closed its transport, or would not initialize. */
  ended(session: LiveSession): void
}

/** The messages of one POST. */
export interface ReceivedMessages {
  readonly list: readonly Incoming[]
  readonly isBatch: boolean
  /** What its body is charged as. */
  readonly body: MemoryHold
}

/** So much room there has to be before messages are taken out of a mailbox for an answer. */
const likelyAnswerBytes = 64 * 1024

/** Ids of the endpoint's own pings, told apart from those of the SDK's server, which are numbers. */
export const pingIdPrefix = 'busbar-ping-'

/** A class and not a factory since there is one for every client: methods are shared, state is a few fields. */
export class LiveSession implements McpSession, ExchangeHost, GetStreamHost, TransportOwner {
  readonly id: string
  readonly caller: Caller
  readonly remoteAddress: string
  readonly createdAtMs: number
  readonly transport: SessionTransport
  /** Pays for what its client sends and has not read. */
  readonly memory: PassingMemory
  /** Requests and notifications of each second. */
  readonly rate: RequestRate
  lastRequestAtMs: number
  clientInfo: McpClientInfo | null = null
  protocolVersion: string | null = null
  eventsSent = 0
  /** The client has finished the handshake. */
  initialized = false

  readonly #host: SessionHost
  #state: 'opening' | 'open' | 'ended' = 'opening'
  #initializeId: RequestId | null = null
  readonly #getStream: GetStream
  #streamClosedAtMs = 0
  readonly #inFlight = new InFlight()
  /** When the last of its requests was answered: a long call is no idle time. */
  #answeredAtMs = 0
  readonly #asked = new PendingServerRequests()
  #backlog: NotificationBacklog | null = null

  constructor(host: SessionHost, id: string, caller: Caller, remoteAddress: string) {
    this.#host = host
    this.id = id
    this.caller = caller
    this.memory = host.memoryOf(caller.user_id)
    this.remoteAddress = remoteAddress
    this.createdAtMs = host.clock()
    this.lastRequestAtMs = this.createdAtMs
    this.rate = new RequestRate(() => host.clock(), host.limits.maxRequestsPerSecond)
    this.transport = new SessionTransport(this)
    this.#getStream = new GetStream(this)
  }

  get limits(): McpHttpLimits {
    return this.#host.limits
  }

  get resume(): ResumeStore<ExchangeHost> {
    return this.#host.resume
  }

  get sentBudget(): SentBudget {
    return this.#host.sentBudgetOf(this.caller.user_id)
  }

  get unread(): UnreadAnswers {
    return this.#host.unread
  }

  get log(): Log {
    return this.#host.log
  }

  get streamOpen(): boolean {
    return this.#getStream.open
  }

  get streamWritable(): boolean {
    return this.#getStream.writable
  }

  get bufferedBytes(): number {
    return this.#getStream.bufferedBytes
  }

  get answersPings(): boolean {
    return this.#getStream.answersPings
  }

  get requestsInFlight(): number {
    return this.#inFlight.size
  }

  get notificationsDropped(): number {
    return this.#backlog?.dropped ?? 0
  }

  get ended(): boolean {
    return this.#state === 'ended'
  }

  clock(): number {
    return this.#host.clock()
  }

  countEvent(): void {
    this.eventsSent += 1
  }

  sessionHeaders(): OutgoingHttpHeaders {
    return this.#state === 'open' ? { 'Mcp-Session-Id': this.id } : {}
  }

  writeEvent(json: string, origin: object | null = null): boolean {
    return this.#getStream.write(json, origin)
  }

  takeBack(which: 'unconfirmed' | 'untaken'): ReturnedDeliveries[] {
    return this.#getStream.takeBack(which)
  }

  hears(requestId: RequestId): boolean {
    if (this.#inFlight.find(requestId)?.answerable !== true) return false
    const room = this.memory.take('output', likelyAnswerBytes)
    room?.release()
    return room !== null
  }

  letGoOfBody(requestId: RequestId): void {
    this.#inFlight.find(requestId)?.letGoOfBody()
  }

  /** True for the id of a request that is not answered yet. */
  isInFlight(id: RequestId): boolean {
    return this.#inFlight.has(id)
  }

  /**
   * Takes the messages of one POST whose head and body have been checked, and answers it sooner or later.
   *
   * @param body what the body is charged as; the session gives it back
   */
  receive({ list, isBatch, body }: ReceivedMessages, response: ServerResponse): void {
    this.lastRequestAtMs = this.clock()
    const ids = requestIds(list)
    const takesStream = asksForStream(response.req.headers.accept)
    if (ids.length > 0) {
      this.#inFlight.add(ids, new Exchange(this, response, { ids, isBatch, body, takesStream }))
    } else {
      response.writeHead(202, this.sessionHeaders()).end()
    }
    for (const incoming of list) this.#deliver(incoming)
    if (ids.length === 0) body.release()
  }

  /** The same for the initialize request, which the session begins with. */
  receiveInitialize(
    message: Incoming & { kind: 'request' },
    clientInfo: McpClientInfo,
    body: MemoryHold,
    response: ServerResponse,
  ): void {
    this.#initializeId = message.message.id
    this.clientInfo = clientInfo
    this.receive({ list: [message], isBatch: false, body }, response)
  }

  /** Opens the GET stream. An older one is ended: its client has come again and may never have left it cleanly. */
  openStream(response: ServerResponse): void {
    this.lastRequestAtMs = this.clock()
    this.#getStream.begin(response)
    this.#sendBacklog()
    this.#host.events.emit('streamOpened', this, false)
  }

  /** Resumes the GET stream or a response stream after `eventId`. False for an event it does not know, or no longer. */
  resumeStream(eventId: string, response: ServerResponse): boolean {
    const sequence = sentEventSequence(eventId)
    if (sequence === null) return this.#resumeResponse(eventId, response)
    this.lastRequestAtMs = this.clock()
    if (!this.#getStream.resume(sequence, response)) return false
    this.#sendBacklog()
    this.#host.events.emit('streamOpened', this, true)
    return true
  }

  #resumeResponse(eventId: string, response: ServerResponse): boolean {
    const found = this.resume.find(this, eventId)
    if (found === null) return false
    this.lastRequestAtMs = this.clock()
    const exchange = this.#inFlight.exchanges().find(({ resumable }) => resumable === found.stream) ?? null
    const owner: SseStreamOwner = exchange ?? {
      streamClosed: () => undefined,
      streamDrained: () => undefined,
      clock: () => this.clock(),
    }
    const stream = new SseStream(response, owner, {
      maxBufferedBytes: this.limits.maxStreamBufferedBytes,
      memory: this.memory,
      headers: this.sessionHeaders(),
    })
    if (understandsPriming(this.protocolVersion))
      stream.write(primingFrame(eventId, this.limits.resumeRetryMs))
    for (const frame of found.frames) {
      if (stream.write(frame)) this.eventsSent += 1
      // A gap would look as if it had been read: the client comes back for the rest.
      else stream.destroy()
    }
    if (exchange === null) stream.end()
    else exchange.resumeOn(stream)
    this.#host.log.debug(
      { session: sessionTag(this.id), at: positionOf(found.stream) },
      'a response stream was resumed',
    )
    return true
  }

  /** Called every keepalive interval. */
  tick(): void {
    this.#getStream.tick()
    for (const exchange of this.#inFlight.exchanges()) exchange.tick()
  }

  ping(id: string, frame: string): void {
    this.#getStream.ping(id, frame)
  }

  /** True for a session that nobody would miss since `sinceMs`. */
  idleSince(sinceMs: number): boolean {
    if (this.streamOpen || this.#inFlight.size > 0) return false
    return Math.max(this.lastRequestAtMs, this.#answeredAtMs, this.#streamClosedAtMs) <= sinceMs
  }

  /**
   * Ends the session: nothing more is taken from its client, its stream ends after what was written. Requests that are
   * being answered right now still are (a call that waited for messages hears that its client was unregistered); the rest
   * get `answer`, a 404, a moment later. Idempotent.
   */
  end(answer: Refusal = sessionNotFound): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#getStream.end()
    this.#backlog?.clear()
    this.#backlog = null
    soon('end of a session', () => this.#abandonRest(answer))
  }

  #abandonRest(answer: Refusal): void {
    const exchanges = this.#inFlight.exchanges()
    this.#inFlight.clear()
    for (const exchange of exchanges) attempt('end of a request', () => exchange.abandon(answer))
    this.#getStream.forget()
    this.resume.forgetOwner(this)
    this.transport.onclose?.()
  }

  /** Resolves when all that is written to the open responses has gone out, once they have been ended. */
  async flushed(): Promise<void> {
    const exchanges = this.#inFlight.exchanges()
    await Promise.all([this.#getStream.flushed(), ...exchanges.map((exchange) => exchange.flushed())])
  }

  closedByServer(): void {
    if (this.#state !== 'ended') this.#host.ended(this)
  }

  getStreamClosed(): void {
    this.#streamClosedAtMs = this.clock()
    this.#host.events.emit('streamClosed', this)
  }

  getStreamDrained(): void {
    this.#sendBacklog()
    this.#host.events.emit('writable', this)
  }

  getStreamConfirmed(origins: readonly object[]): void {
    this.#host.events.emit('confirmed', this, origins)
  }

  route(message: JSONRPCMessage, options: TransportSendOptions | undefined): void {
    if (!('method' in message)) {
      this.#answer(message)
      return
    }
    const isRequest = 'id' in message
    if (isRequest) this.#asked.add(message.id)
    else if (message.method === 'notifications/cancelled') this.#asked.remove(message.params?.['requestId'])
    const json = jsonText(message)
    const related = options?.relatedRequestId
    if (related !== undefined) {
      const exchange = this.#inFlight.find(related)
      if (exchange?.relate(json) === true) return
      if (!isRequest) {
        if (exchange?.takesStream !== false) this.#backlogOf().dropped += 1
        return
      }
      this.#asked.remove(message.id)
      throw new Error(
        `The client of request ${String(related)} cannot be asked: its connection is gone, or it reads too slowly`,
      )
    }
    if (this.writeEvent(json)) return
    if (!isRequest) {
      this.#backlogOf().add(json)
      return
    }
    this.#asked.remove(message.id)
    throw new Error(
      this.streamOpen
        ? 'The client reads its stream too slowly to be asked anything'
        : 'The client has no open stream to be asked on; it opens one with GET',
    )
  }

  #deliver(incoming: Incoming): void {
    switch (incoming.kind) {
      case 'request':
        this.#host.events.emit('request', this)
        this.transport.onmessage?.(incoming.message, this.#extra(incoming.message.id))
        break
      case 'notification':
        this.#host.events.emit('request', this)
        this.transport.onmessage?.(incoming.message)
        this.#follow(incoming.message)
        break
      case 'response':
        this.#take(incoming.message)
        break
    }
  }

  /** The notifications that mean something to the transport itself. */
  #follow(message: JSONRPCNotification): void {
    if (message.method === 'notifications/initialized') this.initialized = true
    if (message.method === 'notifications/cancelled') this.#withdraw(message.params?.['requestId'])
  }

  /** An answer to a ping, to a question of the SDK's server, or to nothing that was asked: that is ignored. */
  #take(message: JSONRPCResponse): void {
    const { id } = message
    if (typeof id === 'string' && id.startsWith(pingIdPrefix)) {
      this.#getStream.ponged(id)
      this.#host.events.emit('pong', this)
      return
    }
    if (this.#asked.remove(id)) this.transport.onmessage?.(message)
  }

  #extra(id: RequestId): MessageExtraInfo {
    if (!understandsPriming(this.protocolVersion)) return {}
    return {
      closeSSEStream: () => this.#inFlight.find(id)?.sendAway(),
      closeStandaloneSSEStream: () => this.#getStream.end(),
    }
  }

  #answer(message: JSONRPCResponse): void {
    const { id } = message
    const exchange = this.#inFlight.find(id)
    if (id === undefined || exchange === undefined) return
    this.#inFlight.remove(id)
    this.#answeredAtMs = this.clock()
    if (this.#state === 'opening' && id === this.#initializeId) {
      this.#answerInitialize(message, exchange)
      return
    }
    exchange.answer(id, this.#write(message))
  }

  /** An answer as JSON; one that can't be written is replaced by an error, so that its caller does not wait for ever. */
  #write(message: JSONRPCResponse): string {
    try {
      return jsonText(message)
    } catch (error) {
      this.log.error({ err: error, session: sessionTag(this.id) }, 'an answer could not be written')
      return refusalJson(answerNotWritten(message.id ?? null))
    }
  }

  #answerInitialize(message: JSONRPCResponse, exchange: Exchange): void {
    const id = message.id ?? 0
    if ('error' in message) {
      exchange.answer(id, this.#write(message))
      this.#host.ended(this)
      return
    }
    const version = message.result['protocolVersion']
    this.protocolVersion = typeof version === 'string' ? version : null
    this.#state = 'open'
    this.#host.opened(this)
    exchange.answer(id, this.#write(message))
  }

  /** The SDK's server answers no cancelled request, so its HTTP response has to be let go here. */
  #withdraw(id: unknown): void {
    if (typeof id !== 'string' && typeof id !== 'number') return
    const exchange = this.#inFlight.find(id)
    if (exchange === undefined) return
    this.#inFlight.remove(id)
    exchange.withdraw()
  }

  #backlogOf(): NotificationBacklog {
    this.#backlog ??= new NotificationBacklog(this.limits, this.memory)
    return this.#backlog
  }

  #sendBacklog(): void {
    while (this.#backlog !== null && this.streamWritable) {
      const json = this.#backlog.take()
      if (json === null) return
      if (!this.writeEvent(json)) {
        this.#backlog.dropped += 1
        return
      }
    }
  }
}

function requestIds(messages: readonly Incoming[]): RequestId[] {
  const ids: RequestId[] = []
  for (const incoming of messages) if (incoming.kind === 'request') ids.push(incoming.message.id)
  return ids
}
