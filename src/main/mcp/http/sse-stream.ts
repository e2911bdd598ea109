import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { every, guarded } from '../../base/guarded.ts'
import type { MemoryHold } from '../../base/ledger.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'

/** Hears what becomes of a stream. Its calls come from the socket's own events, never from inside `write`. */
export interface SseStreamOwner {
  /** The connection is gone or the stream was ended; called once. */
  streamClosed(stream: SseStream): void
  /** A stream over its bound has been read empty. */
  streamDrained(stream: SseStream): void
  /** Milliseconds; only differences matter. */
  clock(): number
}

/**
 * Peers that are gone without a word (a cable, a crashed machine) are found by the system: after 30 seconds of quiet
 * three probes, ten seconds apart (RFC 9293, section 3.8.4).
 */
const tcpKeepalive = { delayMs: 30_000, intervalMs: 10_000, count: 3 }

/** How long the reader of an ended stream may take nothing of what was written before it is cut. */
const endGraceMs = 5000

/** What one write hands to the system of a reader that is behind: how finely its progress is seen. */
const sliceBytes = 64 * 1024

export interface SseStreamOptions {
  /** Bytes waiting for the reader above which the stream is not `writable`. */
  readonly maxBufferedBytes: number
  /** Pays for what the reader has not taken yet. */
  readonly memory: PassingMemory
  readonly headers: OutgoingHttpHeaders
}

/**
 * One Server-Sent Events response. Frames go to the socket in one write each, past `ServerResponse`, which makes
 * three of each and holds them back for a tick: measured at 500 streams, that costs 5 to 40 % more CPU an event. The
 * chunk framing (RFC 9112, section 7.1) is therefore done here, and the connection stays usable afterwards. For a
 * reader that is behind, frames wait here and go out in slices, so that one that reads slowly is told from one that
 * does not read.
 *
 * A class and not a factory since there is one for every client: methods are shared, state is a few fields.
 */
export class SseStream {
  readonly #response: ServerResponse
  readonly #owner: SseStreamOwner
  readonly #maxBufferedBytes: number
  readonly #hold: MemoryHold
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** Writes that the socket has not called back for. */
  #inHand = 0
  /** Writes that the system has taken, ever. */
  #taken = 0
  #unreadSinceMs: number | null = null
  #isOver = false
  #isEnding = false
  #closed = false

  /** Writes the head at once. The caller has made sure that nothing was written yet. */
  constructor(response: ServerResponse, owner: SseStreamOwner, options: SseStreamOptions) {
    this.#response = response
    this.#owner = owner
    this.#maxBufferedBytes = options.maxBufferedBytes
    this.#hold = options.memory.open('output')
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      ...options.headers,
    })
    response.flushHeaders()
    const { socket } = response
    socket?.setNoDelay(true)
    const { delayMs, intervalMs, count } = tcpKeepalive
    socket?.setKeepAlive(true, delayMs, intervalMs, count)
    response.once(
      'close',
      guarded('stream that was closed', () => {
        this.#waiting = []
        this.#waitingBytes = 0
        this.#hold.release()
        this.#close()
      }),
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
    return this.#waitingBytes + this.#target.writableLength
  }

  /**
   * Writes a complete SSE frame, ending in an empty line. False, with nothing written, where there is no memory to
   * keep it until it is read. A dead stream swallows it.
   */
  write(frame: string): boolean {
    if (!this.alive) return true
    const bytes = Buffer.byteLength(frame)
    if (!this.#hold.resize(this.bufferedBytes + bytes)) return false
    const { socket, chunkedEncoding } = this.#response
    const data = socket !== null && chunkedEncoding ? chunk(frame, bytes) : frame
    // Without a socket Node does the framing, of each write by itself.
    if (socket === null || (bytes <= sliceBytes && this.bufferedBytes === 0)) this.#hand(data)
    else {
      const waiting = Buffer.from(data)
      this.#waiting.push(waiting)
      this.#waitingBytes += waiting.length
      this.#pump()
    }
    this.#account()
    return true
  }

  /** A comment that keeps middlemen from closing a quiet stream; none for a reader that is behind anyway. */
  comment(frame: string): void {
    if (this.bufferedBytes === 0) this.write(frame)
  }

  /** Ends the stream once what was written has gone out, and cuts it where a reader takes nothing for five seconds. */
  end(): void {
    if (this.#closed) return
    const response = this.#response
    this.#isEnding = true
    if (this.#waitingBytes === 0) response.end()
    if (this.bufferedBytes > 0) {
      let taken = this.#taken
      const look = every('end of a stream', endGraceMs, () => {
        if (this.#taken === taken) response.destroy()
        taken = this.#taken
      }).unref()
      response.once('close', () => clearInterval(look))
    }
    this.#close()
  }

  /** Resolves when the response is over and all of it handed to the system, or the connection is gone. */
  flushed(): Promise<void> {
    return responseClosed(this.#response)
  }

  destroy(): void {
    // Not the response, which has no connection of its own while others of a pipeline stand before it.
    this.#response.req.socket.destroy()
    this.#close()
  }

  /** True for a reader that has taken nothing since `sinceMs`, though something waited for it. */
  stalledSince(sinceMs: number): boolean {
    return this.#unreadSinceMs !== null && this.#unreadSinceMs <= sinceMs
  }

  /** A pipelined request whose turn has not come has no socket (RFC 9112, section 9.3.2): Node holds its answer back. */
  get #target(): ServerResponse | Socket {
    return this.#response.socket ?? this.#response
  }

  #hand(data: string | Buffer): void {
    this.#inHand += 1
    this.#target.write(data, this.#onTaken)
  }

  /** Hands over slices for as long as the system takes them at once; goes on when it has taken the last one. */
  #pump(): void {
    while (this.#waitingBytes > 0 && (this.#inHand === 0 || this.#target.writableLength === 0)) {
      const [first] = this.#waiting
      if (first === undefined) return
      if (first.length <= sliceBytes) this.#waiting.shift()
      else this.#waiting[0] = first.subarray(sliceBytes)
      const slice = first.subarray(0, sliceBytes)
      this.#waitingBytes -= slice.length
      this.#hand(slice)
    }
    if (this.#isEnding && this.#waitingBytes === 0) this.#response.end()
  }

  readonly #onTaken = (): void => {
    this.#inHand -= 1
    if (this.#response.destroyed) return
    this.#taken += 1
    this.#unreadSinceMs = null
    if (this.#waitingBytes > 0) this.#pump()
    this.#account()
    if (!this.#isOver || this.bufferedBytes > 0) return
    this.#isOver = false
    if (this.alive) this.#owner.streamDrained(this)
  }

  #account(): void {
    const unread = this.bufferedBytes
    if (unread !== this.#hold.bytes) this.#hold.resize(unread)
    if (unread === 0) this.#unreadSinceMs = null
    else this.#unreadSinceMs ??= this.#owner.clock()
    if (unread > this.#maxBufferedBytes) this.#isOver = true
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

function chunk(frame: string, bytes: number): string {
  return `${bytes.toString(16)}\r\n${frame}\r\n`
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
