import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { McpHttpLimits } from './limits.ts'
import { type Refusal, sendRefusal } from './refusal.ts'
import { positionOf, type ResumableStream, type ResumeStore } from './resume-store.ts'
import { keepaliveFrame, primingFrame, responseClosed, SseStream, type SseStreamOwner } from './sse-stream.ts'

/** What an exchange needs of its session. */
export interface ExchangeHost {
  /** What identifies the session in each of its answers. */
  sessionHeaders(): OutgoingHttpHeaders
  readonly protocolVersion: string | null
  readonly limits: McpHttpLimits
  readonly resume: ResumeStore<ExchangeHost>
  clock(): number
  countEvent(): void
}

/** The first revision whose clients understand an event without data. */
const primingRevision = '2025-11-25'

/** True for clients that can be sent away from a response stream and come back to it. */
export function understandsPriming(protocolVersion: string | null): boolean {
  return protocolVersion !== null && protocolVersion >= primingRevision
}

/**
 * One POST with requests in it, until all are answered. It answers with plain JSON, unless something related to a
 * request has to go out first, or the answer takes long: then, before the first byte, it becomes an SSE stream.
 */
export class Exchange implements SseStreamOwner {
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
  #seenByTick = false

  constructor(host: ExchangeHost, response: ServerResponse, requests: number, isBatch: boolean) {
    this.#host = host
    this.#response = response
    this.#open = requests
    this.#isBatch = isBatch
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

  /** Answers one request. The exchange is over with the last one. */
  answer(json: string): void {
    this.#open -= 1
    const last = this.#open === 0
    if (this.#resumable !== null) {
      this.#write(json)
      if (last) this.#finish()
      return
    }
    if (!last || this.#isBatch) {
      this.#answers ??= []
      this.#answers.push(json)
    }
    if (last) this.#answerPlainly(this.#isBatch ? `[${(this.#answers ?? []).join(',')}]` : json)
  }

  /**
   * Sends a notification or a request that belongs to one of the client's requests. False where it can neither
   * be sent nor kept: the client has gone without the means to come back, or reads too slowly.
   */
  relate(json: string): boolean {
    if (!this.#becomeStream()) return false
    if (this.#stream?.alive === true && !this.#stream.writable) return false
    this.#write(json)
    return true
  }

  /**
   * Takes one request out without an answer (it was cancelled). With none left the response ends: as a stream
   * without the answer, the only form in which HTTP lets it out.
   */
  withdraw(): void {
    this.#open -= 1
    if (this.#open > 0) return
    if (this.#isBatch && this.#answers !== null && this.#resumable === null) {
      this.#answerPlainly(`[${this.#answers.join(',')}]`)
      return
    }
    if (this.#resumable === null && this.#response !== null) this.#startStream(this.#response)
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
    this.#stream?.comment(keepaliveFrame, this.#host.clock())
    this.#cutIfStalled()
  }

  streamClosed(stream: SseStream): void {
    if (this.#stream === stream) this.#stream = null
  }

  streamDrained(): void {
    // Nothing waits here: what a slow reader could not take was refused or is in the store.
  }

  #cutIfStalled(): void {
    const { limits } = this.#host
    if (this.#stream?.stalledSince(this.#host.clock() - limits.stalledStreamMs) === true)
      this.#stream.destroy()
  }

  /** True where a stream is open or can be come back to. */
  #becomeStream(): boolean {
    if (this.#resumable !== null) return true
    if (this.#response === null) return false
    const stream = this.#startStream(this.#response)
    this.#resumable = this.#host.resume.open(this.#host)
    if (understandsPriming(this.#host.protocolVersion)) {
      const frame = primingFrame(positionOf(this.#resumable), this.#host.limits.resumeRetryMs)
      stream.write(frame, this.#host.clock())
    }
    for (const answer of this.#answers ?? []) this.#write(answer)
    this.#answers = null
    return true
  }

  #startStream(response: ServerResponse): SseStream {
    const maxBufferedBytes = this.#host.limits.maxStreamBufferedBytes
    this.#stream = new SseStream(response, this, maxBufferedBytes, this.#host.sessionHeaders())
    this.#response = null
    return this.#stream
  }

  #write(json: string): void {
    if (this.#resumable === null) return
    const frame = this.#host.resume.append(this.#resumable, json)
    if (this.#stream?.alive === true) {
      this.#stream.write(frame, this.#host.clock())
      this.#host.countEvent()
    }
  }

  #finish(): void {
    if (this.#resumable !== null) this.#host.resume.finish(this.#resumable)
    this.#stream?.end()
  }

  #answerPlainly(body: string): void {
    const response = this.#response
    if (response === null) return
    this.#response = null
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      ...this.#host.sessionHeaders(),
    })
    response.end(body)
  }
}
