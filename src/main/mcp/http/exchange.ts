import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { RequestId } from '@modelcontextprotocol/sdk/types.js'
import type { MemoryHold } from '../../base/ledger.ts'
import type { Caller } from '../../access/caller.ts'
import type { Log } from '../../base/log.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import type { McpHttpLimits } from './limits.ts'
import { type Refusal, refusalJson, sendRefusal } from './refusal.ts'
import { answerWithoutRoom } from './refusals.ts'
import { positionOf, type ResumableStream, type ResumeStore } from './resume-store.ts'
import { sessionTag } from './session-tag.ts'
import { keepaliveFrame, primingFrame, responseClosed, SseStream, type SseStreamOwner } from './sse-stream.ts'
import type { UnreadAnswers } from './unread-answers.ts'

/** What an exchange needs of its session. */
export interface ExchangeHost {
  /** Whose session it is. */
  readonly caller: Caller
  readonly id: string
  /** What identifies the session in each of its answers. */
  sessionHeaders(): OutgoingHttpHeaders
  readonly protocolVersion: string | null
  readonly limits: McpHttpLimits
  readonly resume: ResumeStore<ExchangeHost>
  readonly unread: UnreadAnswers
  readonly memory: PassingMemory
  readonly log: Log
  clock(): number
  countEvent(): void
}

/** The first revision whose clients understand an event without data. */
const primingRevision = '2025-11-25'

/** True for clients that can be sent away from a response stream and come back to it. */
export function understandsPriming(protocolVersion: string | null): boolean {
  return protocolVersion !== null && protocolVersion >= primingRevision
}

/** What an exchange answers. */
export interface ExchangeRequest {
  readonly ids: readonly RequestId[]
  readonly isBatch: boolean
  /** Whether its client reads event streams. */
  readonly takesStream: boolean
  /** What its body is charged as; given back with the last answer. */
  readonly body: MemoryHold
}

/**
 * One POST with requests in it, until all are answered. It answers with plain JSON, unless something related to a
 * request has to go out first, or the answer takes long: then, before the first byte, it becomes an SSE stream. For a
 * client that reads no streams it never does: such a client hears nothing but its answer.
 */
export class Exchange implements SseStreamOwner {
  readonly takesStream: boolean
  readonly #host: ExchangeHost
  readonly #isBatch: boolean
  /** Null once the client has gone or the head of a stream is out. */
  #response: ServerResponse | null
  #stream: SseStream | null = null
  #resumable: ResumableStream<ExchangeHost> | null = null
  /** Requests not answered yet; the session finds this exchange by them. */
  #open: number
  /** Answers that wait for the rest of a batch. */
  #answers: string[] | null = null
  /** Pays for the answers of a batch that wait. */
  #waiting: MemoryHold | null = null
  /** Pays for the body of the request, as far as it is needed until the answer. */
  readonly #body: MemoryHold
  #seenByTick = false

  constructor(host: ExchangeHost, response: ServerResponse, request: ExchangeRequest) {
    this.#host = host
    this.#response = response
    this.#open = request.ids.length
    this.#isBatch = request.isBatch
    this.takesStream = request.takesStream
    this.#body = request.body
    response.once('close', () => {
      this.#response = null
    })
  }

  /** The response stream, where it has become one that a client can come back to. */
  get resumable(): ResumableStream<ExchangeHost> | null {
    return this.#resumable
  }

  /** False once its client has gone and has nothing to come back to. */
  get answerable(): boolean {
    return this.#response !== null || this.#resumable !== null
  }

  /** Its one request needs nothing of its body from now on. A batch needs all of it until its last answer. */
  letGoOfBody(): void {
    if (!this.#isBatch) this.#body.release()
  }

  /** Answers one request. The exchange is over with the last one. */
  answer(id: RequestId, json: string): void {
    this.#open -= 1
    const last = this.#open === 0
    if (last) this.#body.release()
    if (this.#resumable !== null) {
      if (!this.#write(json)) this.#write(this.#withoutRoom(id, json))
      if (last) this.#finish()
    } else if (last && !this.#isBatch) this.#answerPlainly(json, id)
    else {
      this.#keep(id, json)
      if (last) this.#answerBatch()
    }
  }

  /**
   * Sends a notification or a request that belongs to one of the client's requests. False where it can neither
   * be sent nor kept: the client has gone without the means to come back, reads too slowly, or reads no streams.
   */
  relate(json: string): boolean {
    if (!this.#becomeStream()) return false
    if (this.#stream?.alive === true && !this.#stream.writable) return false
    return this.#write(json)
  }

  /**
   * Takes one request out without an answer (it was cancelled). With none left the response ends: as a stream
   * without the answer, or, where none is read, as 202 without a body. HTTP lets it out in no other form.
   */
  withdraw(): void {
    this.#open -= 1
    if (this.#open > 0) return
    this.#body.release()
    if (this.#isBatch && this.#answers !== null && this.#resumable === null) {
      this.#answerBatch()
      return
    }
    if (this.#resumable === null && this.#response !== null) {
      if (this.takesStream) this.#startStream(this.#response)
      else this.#response.writeHead(202, this.#host.sessionHeaders()).end()
    }
    // Nothing more will come, so there is nothing to come back for.
    if (this.#resumable !== null) this.#host.resume.forget(this.#resumable)
    this.#stream?.end()
  }

  /** Ends the client's connection but not the exchange: the client comes back for the rest (SEP-1699). */
  sendAway(): void {
    if (this.#becomeStream()) this.#stream?.end()
  }

  /** A client has come back: `stream` is open and has been given all that was stored. */
  resumeOn(stream: SseStream): void {
    const old = this.#stream
    this.#stream = stream
    old?.end()
  }

  /** Resolves when its response, whatever its form, is over. */
  async flushed(): Promise<void> {
    await Promise.all([this.#stream?.flushed(), this.#response && responseClosed(this.#response)])
  }

  /** The session has ended: nothing will be answered any more. */
  abandon(refusal: Refusal): void {
    const response = this.#response
    this.#response = null
    this.#body.release()
    this.#dropAnswers()
    this.#stream?.end()
    if (response !== null) sendRefusal(response.req, response, refusal)
  }

  /**
   * Called every keepalive interval. A response that did not come within one is turned into a stream, since
   * clients and proxies give up on a connection that stays silent (fetch in Node: after 300 seconds).
   */
  tick(): void {
    if (this.#seenByTick) this.#becomeStream()
    this.#seenByTick = true
    this.#stream?.comment(keepaliveFrame)
    this.#cutIfStalled()
  }

  streamClosed(stream: SseStream): void {
    if (this.#stream === stream) this.#stream = null
  }

  streamDrained(): void {
    // Nothing waits here: what a slow reader could not take was refused or is in the store.
  }

  clock(): number {
    return this.#host.clock()
  }

  #cutIfStalled(): void {
    const { limits, log, id } = this.#host
    if (this.#stream?.stalledSince(this.clock() - limits.stalledStreamMs) !== true) return
    log.warn({ session: sessionTag(id) }, 'a response stream that nobody reads was closed')
    this.#stream.destroy()
  }

  /** True where a stream is open or can be come back to. */
  #becomeStream(): boolean {
    if (this.#resumable !== null) return true
    if (this.#response === null || !this.takesStream) return false
    const stream = this.#startStream(this.#response)
    this.#resumable = this.#host.resume.open(this.#host)
    if (understandsPriming(this.#host.protocolVersion)) {
      stream.write(primingFrame(positionOf(this.#resumable), this.#host.limits.resumeRetryMs))
    }
    const answers = this.#dropAnswers()
    for (const answer of answers) {
      // Neither sent nor kept: the client sees that its connection breaks.
      if (!this.#write(answer)) stream.destroy()
    }
    return true
  }

  #startStream(response: ServerResponse): SseStream {
    this.#stream = new SseStream(response, this, {
      maxBufferedBytes: this.#host.limits.maxStreamBufferedBytes,
      memory: this.#host.memory,
      headers: this.#host.sessionHeaders(),
    })
    this.#response = null
    return this.#stream
  }

  /** False where it can neither be sent nor kept. */
  #write(json: string): boolean {
    if (this.#resumable === null) return false
    const frame = this.#host.resume.append(this.#resumable, json)
    const isKept = this.#host.resume.keeps(this.#resumable)
    if (this.#stream?.alive !== true) return isKept
    if (this.#stream.write(frame)) this.#host.countEvent()
    else if (isKept) this.#stream.destroy()
    else return false
    return true
  }

  #finish(): void {
    if (this.#resumable !== null) this.#host.resume.finish(this.#resumable)
    this.#stream?.end()
  }

  #keep(id: RequestId, json: string): void {
    this.#waiting ??= this.#host.memory.open('output')
    const answer = this.#waiting.resize(this.#waiting.bytes + json.length)
      ? json
      : this.#withoutRoom(id, json)
    this.#answers ??= []
    this.#answers.push(answer)
  }

  #dropAnswers(): string[] {
    const answers = this.#answers ?? []
    this.#answers = null
    this.#waiting?.release()
    return answers
  }

  #answerBatch(): void {
    this.#answerPlainly(`[${this.#dropAnswers().join(',')}]`, null)
  }

  #answerPlainly(body: string, id: RequestId | null): void {
    const response = this.#response
    if (response === null) return
    this.#response = null
    const { unread, memory } = this.#host
    const headers = this.#host.sessionHeaders()
    if (unread.send(response, headers, body, memory)) return
    sendRefusal(response.req, response, { ...answerWithoutRoom(memory.whatIsFull(body.length), id), headers })
  }

  /** The answer in place of one that there is no room for. */
  #withoutRoom(id: RequestId, json: string): string {
    return refusalJson(answerWithoutRoom(this.#host.memory.whatIsFull(json.length), id))
  }
}
