import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { after, guarded } from '../../base/guarded.ts'

/** Hears what becomes of a stream. Its calls come from the socket's own events, never from inside `write`. */
export interface SseStreamOwner {
  /** The connection is gone or the stream was ended; called once. */
  streamClosed(stream: SseStream): void
  /** A stream over its bound has been read empty. */
  streamDrained(stream: SseStream): void
}

/**
 * Peers that are gone without a word (a cable, a crashed machine) are found by the system: after 30 seconds of quiet
 * three probes, ten seconds apart (RFC 9293, section 3.8.4).
 */
const tcpKeepalive = { delayMs: 30_000, intervalMs: 10_000, count: 3 }

/** How long an ended stream may take to hand over what was written before it is cut. */
const endGraceMs = 5000

/**
 * One Server-Sent Events response. Frames go to the socket in one write each, past `ServerResponse`, which makes
 * three of each and holds them back for a tick: measured at 500 streams, that costs 5 to 40 % more CPU an event. The
 * chunk framing (RFC 9112, section 7.1) is therefore done here, and the connection stays usable afterwards.
 *
 * A class and not a factory since there is one for every client: methods are shared, state is a few fields.
 */
export class SseStream {
  readonly #response: ServerResponse
  readonly #owner: SseStreamOwner
  readonly #maxBufferedBytes: number
  #closed = false
  #stalledSinceMs: number | null = null

  /** Writes the head at once. The caller has made sure that nothing was written yet. */
  constructor(
    response: ServerResponse,
    owner: SseStreamOwner,
    maxBufferedBytes: number,
    headers: OutgoingHttpHeaders,
  ) {
    this.#response = response
    this.#owner = owner
    this.#maxBufferedBytes = maxBufferedBytes
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      ...headers,
    })
    response.flushHeaders()
    const { socket } = response
    socket?.setNoDelay(true)
    const { delayMs, intervalMs, count } = tcpKeepalive
    socket?.setKeepAlive(true, delayMs, intervalMs, count)
    response.once(
      'close',
      guarded('stream that was closed', () => this.#close()),
    )
    if (response.destroyed) this.#closed = true
  }

  get alive(): boolean {
    // A peer that closes its half makes Node close the other: nothing can be written then, though the socket lives.
    return !this.#closed && !this.#response.destroyed && this.#response.socket?.writable !== false
  }

  /** Alive and not over its bound. */
  get writable(): boolean {
    return this.alive && this.bufferedBytes <= this.#maxBufferedBytes
  }

  /** Bytes written that the system has not taken yet. */
  get bufferedBytes(): number {
    return this.#response.socket?.writableLength ?? this.#response.writableLength
  }

  /** Writes a complete SSE frame, ending in an empty line. A dead stream swallows it. */
  write(frame: string, nowMs: number): void {
    if (!this.alive) return
    const { socket } = this.#response
    if (socket === null) {
      // A pipelined request whose turn has not come (RFC 9112, section 9.3.2): Node holds its answer back.
      this.#response.write(frame)
      return
    }
    socket.write(this.#response.chunkedEncoding ? chunk(frame) : frame)
    if (this.#stalledSinceMs === null && socket.writableLength > this.#maxBufferedBytes)
      this.#stall(socket, nowMs)
  }

  /** A comment that keeps middlemen from closing a quiet stream; none for a reader that is behind anyway. */
  comment(frame: string, nowMs: number): void {
    if (this.bufferedBytes === 0) this.write(frame, nowMs)
  }

  /** Ends the stream once what was written has gone out, and cuts it where that takes more than five seconds. */
  end(): void {
    if (this.#closed) return
    const response = this.#response
    response.end()
    if (this.bufferedBytes > 0) {
      const timer = after('end of a stream', endGraceMs, () => response.destroy()).unref()
      response.once('close', () => clearTimeout(timer))
    }
    this.#close()
  }

  /** Resolves when the response is over and all of it handed to the system, or the connection is gone. */
  flushed(): Promise<void> {
    return responseClosed(this.#response)
  }

  destroy(): void {
    this.#response.destroy()
    this.#close()
  }

  /** True for a reader that was over its bound at `sinceMs` and has not been read empty since. */
  stalledSince(sinceMs: number): boolean {
    return this.#stalledSinceMs !== null && this.#stalledSinceMs <= sinceMs
  }

  #stall(socket: Socket, nowMs: number): void {
    this.#stalledSinceMs = nowMs
    const onDrain = (): void => {
      this.#stalledSinceMs = null
      if (this.alive) this.#owner.streamDrained(this)
    }
    socket.once('drain', guarded('stream that takes writes again', onDrain))
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#owner.streamClosed(this)
  }
}

/** Resolves when a response is over, one way or the other. */
export function responseClosed(response: ServerResponse): Promise<void> {
  if (response.closed) return Promise.resolve()
  return new Promise((resolve) => response.once('close', () => resolve()))
}

function chunk(frame: string): string {
  return `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`
}

/** A `message` event with the text of one JSON-RPC message, which must not hold a line break. */
export function messageFrame(json: string): string {
  return `event: message\ndata: ${json}\n\n`
}

/** The same with an event id, for a stream that can be resumed. */
export function messageFrameWithId(id: string, json: string): string {
  return `id: ${id}\nevent: message\ndata: ${json}\n\n`
}

/**
 * An event without data that only tells the client where it is and how soon to come back (revision 2025-11-25,
 * basic/transports, "Sending Messages to the Server"; older clients would try to parse the empty data).
 */
export function primingFrame(id: string, retryMs: number): string {
  return `id: ${id}\nretry: ${retryMs}\ndata: \n\n`
}

export const keepaliveFrame = ': keepalive\n\n'
