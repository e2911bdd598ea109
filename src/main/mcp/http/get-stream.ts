import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Log } from '../../base/log.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import { understandsPriming } from './exchange.ts'
import type { McpHttpLimits } from './limits.ts'
import { type SentBudget, type SentEvent, sentEventId, SentEvents } from './sent-events.ts'
import type { ReturnedDeliveries } from './session.ts'
import {
  keepaliveFrame,
  messageFrameWithId,
  primingFrame,
  SseStream,
  type SseStreamOwner,
} from './sse-stream.ts'
import { sessionTag } from './session-tag.ts'

/** What a GET stream needs of its session. */
export interface GetStreamHost {
  readonly id: string
  readonly limits: McpHttpLimits
  readonly sentBudget: SentBudget
  readonly memory: PassingMemory
  readonly log: Log
  readonly protocolVersion: string | null
  /** When the client last sent anything. */
  readonly lastRequestAtMs: number
  clock(): number
  sessionHeaders(): OutgoingHttpHeaders
  countEvent(): void
  getStreamClosed(): void
  getStreamDrained(): void
  /** The client has these of what was written, by what `write` was given with each. */
  getStreamConfirmed(origins: readonly object[]): void
}

/**
 * The one GET stream of a session through all its connections, and what was written to it that nobody has confirmed.
 *
 * A class and not a factory since there is one for every client: methods are shared, state is a few fields.
 */
export class GetStream implements SseStreamOwner {
  readonly #host: GetStreamHost
  #stream: SseStream | null = null
  #sent: SentEvents | null = null
  /** The newest event that the system is known to have taken from the process. */
  #takenSequence = 0
  /** The last ping written, and the newest event before it: its answer confirms that event. */
  #pingId = ''
  #pingSequence = 0
  /** The client answers pings, so its silence means something. */
  #answersPings = false
  /** An event was turned away, since there was no memory to keep it until it is read. */
  #turnedAway = false

  constructor(host: GetStreamHost) {
    this.#host = host
  }

  get open(): boolean {
    return this.#stream?.alive === true
  }

  get writable(): boolean {
    return this.#stream?.writable === true
  }

  /** Whether the client has ever answered a ping. */
  get answersPings(): boolean {
    return this.#answersPings
  }

  get bufferedBytes(): number {
    return this.#stream?.bufferedBytes ?? 0
  }

  /**
   * Writes an event and keeps it until it is confirmed. False, with nothing written, where the stream takes none or
   * there is no memory for it; `getStreamDrained` is called when it is worth another try.
   */
  write(json: string, origin: object | null): boolean {
    const stream = this.#stream
    if (stream?.writable !== true) return false
    this.#sent ??= new SentEvents(this.#host)
    if (stream.bufferedBytes === 0) this.#takenSequence = this.#sent.last
    const sequence = this.#sent.last + 1
    if (!stream.write(messageFrameWithId(sentEventId(sequence), json))) {
      this.#turnedAway = true
      return false
    }
    this.#sent.add(json, origin, this.#takenSequence)
    if (stream.bufferedBytes === 0) this.#takenSequence = sequence
    this.#host.countEvent()
    return true
  }

  /** As `McpSession.takeBack`. */
  takeBack(which: 'unconfirmed' | 'untaken'): ReturnedDeliveries[] {
    const events = this.#sent?.takeAfter(which === 'untaken' ? this.#takenSequence : 0) ?? []
    return events.flatMap(({ origin, sequence }) =>
      origin === null ? [] : [{ origin, taken: sequence <= this.#takenSequence }],
    )
  }

  /** Begins a connection for a client that does not say where it stands. An older connection is ended. */
  begin(response: ServerResponse): void {
    this.#replace(response, this.#sent?.last ?? 0)
  }

  /** Begins one with what the client is missing. False for an event that was never written. */
  resume(sequence: number, response: ServerResponse): boolean {
    const { log, id } = this.#host
    if (sequence > (this.#sent?.last ?? 0)) return false
    this.#confirm(sequence)
    const missed = this.#sent?.after(sequence)
    const stream = this.#replace(response, sequence)
    for (const event of missed?.events ?? []) this.#writeAgain(stream, event)
    if (missed !== undefined && missed.givenUp > 0) {
      log.warn(
        { session: sessionTag(id), events: missed.givenUp },
        'a client came back too late for some events: they were kept no longer',
      )
    }
    return true
  }

  /** A comment for a quiet stream; the end of one whose reader has stalled or fallen silent. */
  tick(): void {
    const stream = this.#stream
    if (stream === null) return
    const { limits, log, id, lastRequestAtMs } = this.#host
    const nowMs = this.#host.clock()
    stream.comment(keepaliveFrame)
    if (stream.stalledSince(nowMs - limits.stalledStreamMs)) {
      log.warn({ session: sessionTag(id) }, 'a stream that nobody reads was closed')
      stream.destroy()
    } else if (this.#answersPings && nowMs - lastRequestAtMs >= limits.silentStreamMs) {
      // A machine that sleeps or lost its network keeps its socket for long, and looks as if it read everything.
      log.warn({ session: sessionTag(id) }, 'the stream of a client that fell silent was closed')
      stream.destroy()
    } else this.#tryAgain()
  }

  /** Writes a ping's frame, unless the reader is behind: then it has enough to answer to. */
  ping(id: string, frame: string): void {
    if (this.#stream?.bufferedBytes !== 0) return
    this.#takenSequence = this.#sent?.last ?? 0
    this.#pingId = id
    this.#pingSequence = this.#takenSequence
    this.#stream.write(frame)
  }

  /** The client has answered a ping. Streams are read in order: it has seen what was written before that ping. */
  ponged(id: string): void {
    this.#answersPings = true
    if (id === this.#pingId) this.#confirm(this.#pingSequence)
    this.#tryAgain()
  }

  #confirm(sequence: number): void {
    const origins = this.#sent?.confirm(sequence) ?? []
    if (origins.length > 0) this.#host.getStreamConfirmed(origins)
  }

  end(): void {
    this.#stream?.end()
  }

  /** Nobody will ask for what was written any more. */
  forget(): void {
    this.#sent?.takeAfter(0)
  }

  async flushed(): Promise<void> {
    await this.#stream?.flushed()
  }

  streamClosed(stream: SseStream): void {
    if (this.#stream !== stream) return
    this.#stream = null
    this.#host.getStreamClosed()
  }

  clock(): number {
    return this.#host.clock()
  }

  streamDrained(stream: SseStream): void {
    if (this.#stream !== stream) return
    this.#takenSequence = this.#sent?.last ?? 0
    this.#host.getStreamDrained()
  }

  /** @param standsAt the event up to which this connection takes the client to have everything */
  #replace(response: ServerResponse, standsAt: number): SseStream {
    const { limits, log, id, protocolVersion } = this.#host
    const old = this.#stream
    if (old !== null) {
      log.info({ session: sessionTag(id), alive: old.alive }, 'a second GET replaces the open stream')
      old.end()
    }
    const stream = new SseStream(response, this, {
      maxBufferedBytes: limits.maxStreamBufferedBytes,
      memory: this.#host.memory,
      headers: this.#host.sessionHeaders(),
    })
    this.#stream = stream
    // Without a place to come back to, a client that never got an event could not ask for the first.
    if (understandsPriming(protocolVersion))
      stream.write(primingFrame(sentEventId(standsAt), limits.resumeRetryMs))
    return stream
  }

  #writeAgain(stream: SseStream, { sequence, json }: SentEvent): void {
    if (stream.write(messageFrameWithId(sentEventId(sequence), json))) this.#host.countEvent()
    // A gap would look as if it had been read: the client comes back for the rest.
    else stream.destroy()
  }

  /** Memory may be free again. */
  #tryAgain(): void {
    if (!this.#turnedAway || !this.writable) return
    this.#turnedAway = false
    this.#host.getStreamDrained()
  }
}
