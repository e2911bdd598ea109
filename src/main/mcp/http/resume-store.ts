import type { MemoryHold } from '../../base/ledger.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import { messageFrameWithId } from './sse-stream.ts'
import type { McpHttpLimits } from './limits.ts'

export interface ResumeStorePorts<Owner> {
  clock(): number
  /** Whose share of the bounds what is kept for an owner counts for. */
  userOf(owner: Owner): string
  /** Who pays for what is kept for an owner. */
  memoryOf(owner: Owner): PassingMemory
  readonly limits: Pick<
    McpHttpLimits,
    'maxResumeEventsPerStream' | 'maxResumeBytesPerSession' | 'maxResumeBytesPerUser' | 'resumeRetentionMs'
  >
}

/** A response stream that its client may come back to. `Owner` is whoever may resume it. */
export interface ResumableStream<Owner> {
  readonly number: number
  readonly owner: Owner
  /** The sequence number of the newest event; 0 before the first. */
  lastSequence: number
  events: { readonly sequence: number; readonly frame: string }[]
  bytes: number
  readonly hold: MemoryHold
  /** When its last response was stored; null while there is more to come. */
  finishedAtMs: number | null
}

export interface ResumeStore<Owner> {
  /** Begins a stream. Costs nothing more until an event is stored. */
  open(owner: Owner): ResumableStream<Owner>
  /** Stores an event and gives back its SSE frame, id included. */
  append(stream: ResumableStream<Owner>, json: string): string
  /** False for a stream that was given up: who loses its connection can't come back to it. */
  keeps(stream: ResumableStream<Owner>): boolean
  finish(stream: ResumableStream<Owner>): void
  /** The stream that an event id belongs to and the frames after that event; null for an id it does not know. */
  find(owner: Owner, eventId: string): { stream: ResumableStream<Owner>; frames: string[] } | null
  forget(stream: ResumableStream<Owner>): void
  forgetOwner(owner: Owner): void
  /** Drops the streams that were finished too long ago. */
  sweep(): void
  readonly bytes: number
}

/** The id of the newest event of a stream: where a client that has seen all of it stands. */
export function positionOf(stream: ResumableStream<unknown>): string {
  return `${stream.number}-${stream.lastSequence}`
}

/**
 * Keeps the events of response streams for clients that lose the connection or are sent away to poll (revision
 * 2025-11-25, basic/transports, "Resumability and Redelivery"). Bounded for a stream, a session and a user; the oldest of
 * the same one goes first. Knows neither sessions nor sockets.
 */
export function createResumeStore<Owner>(ports: ResumeStorePorts<Owner>): ResumeStore<Owner> {
  const { limits } = ports
  const streams = new Map<number, ResumableStream<Owner>>()
  let nextNumber = 1
  let totalBytes = 0
  const bytesOfUsers = new Map<string, number>()

  /** Notes that a stream keeps so much more, or less. */
  function count(stream: ResumableStream<Owner>, bytes: number): void {
    const userId = ports.userOf(stream.owner)
    const ofUser = (bytesOfUsers.get(userId) ?? 0) + bytes
    if (ofUser === 0) bytesOfUsers.delete(userId)
    else bytesOfUsers.set(userId, ofUser)
    stream.bytes += bytes
    totalBytes += bytes
  }

  function forget(stream: ResumableStream<Owner>): void {
    if (!streams.delete(stream.number)) return
    count(stream, -stream.bytes)
    stream.events = []
    stream.hold.release()
  }

  function bytesOf(owner: Owner): number {
    let bytes = 0
    for (const stream of streams.values()) if (stream.owner === owner) bytes += stream.bytes
    return bytes
  }

  function dropOldestEvent(stream: ResumableStream<Owner>): void {
    const oldest = stream.events.shift()
    if (oldest === undefined) return
    count(stream, -oldest.frame.length)
  }

  /** Makes room by giving up whole streams, oldest first, the one just written last of all. */
  function makeRoom(current: ResumableStream<Owner>): void {
    if (current.bytes > limits.maxResumeBytesPerSession) forget(current)
    if (bytesOf(current.owner) > limits.maxResumeBytesPerSession) {
      for (const stream of streams.values()) {
        if (stream.owner !== current.owner || stream === current) continue
        forget(stream)
        if (bytesOf(current.owner) <= limits.maxResumeBytesPerSession) break
      }
    }
    const userId = ports.userOf(current.owner)
    for (const stream of streams.values()) {
      if ((bytesOfUsers.get(userId) ?? 0) <= limits.maxResumeBytesPerUser) break
      if (ports.userOf(stream.owner) === userId) forget(stream)
    }
  }

  return {
    open(owner) {
      const stream: ResumableStream<Owner> = {
        number: nextNumber,
        owner,
        lastSequence: 0,
        events: [],
        bytes: 0,
        hold: ports.memoryOf(owner).open('output'),
        finishedAtMs: null,
      }
      nextNumber += 1
      streams.set(stream.number, stream)
      return stream
    },
    append(stream, json) {
      stream.lastSequence += 1
      const frame = messageFrameWithId(positionOf(stream), json)
      // A stream that was given up stays so: with a gap in it a resumption would look complete and not be.
      if (!streams.has(stream.number)) return frame
      stream.events.push({ sequence: stream.lastSequence, frame })
      count(stream, frame.length)
      // What leaves here is old progress: the response is always the newest event.
      if (stream.events.length > limits.maxResumeEventsPerStream) dropOldestEvent(stream)
      makeRoom(stream)
      if (!stream.hold.resize(stream.bytes)) forget(stream)
      return frame
    },
    keeps: (stream) => streams.has(stream.number),
    finish(stream) {
      stream.finishedAtMs = ports.clock()
    },
    find(owner, eventId) {
      const match = /^(\d{1,15})-(\d{1,15})$/.exec(eventId)
      if (match === null) return null
      const stream = streams.get(Number(match[1]))
      const sequence = Number(match[2])
      if (stream === undefined || stream.owner !== owner || sequence > stream.lastSequence) return null
      const frames = stream.events.filter((event) => event.sequence > sequence).map((event) => event.frame)
      return { stream, frames }
    },
    forget,
    forgetOwner(owner) {
      for (const stream of streams.values()) if (stream.owner === owner) forget(stream)
    },
    sweep() {
      const beforeMs = ports.clock() - limits.resumeRetentionMs
      for (const stream of streams.values()) {
        if (stream.finishedAtMs !== null && stream.finishedAtMs <= beforeMs) forget(stream)
      }
    },
    get bytes() {
      return totalBytes
    },
  }
}
