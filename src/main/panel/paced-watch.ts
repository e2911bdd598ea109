import { after } from '../base/guarded.ts'

/** Acknowledgements of one panel connection: each watch holds its next event back until the last was taken. */
export interface Acks {
  /** Lets the watch of this id go on; unknown ids are ignored. */
  ack(watchId: string): void
  /** Resolves with the next `ack` of this id, or when the signal aborts. */
  next(watchId: string, signal: AbortSignal): Promise<undefined>
}

export function createAcks(): Acks {
  const waiting = new Map<string, () => void>()
  return {
    ack(watchId) {
      waiting.get(watchId)?.()
    },
    next(watchId, signal) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const finish = (): void => {
        if (waiting.get(watchId) === finish) waiting.delete(watchId)
        signal.removeEventListener('abort', finish)
        resolve(undefined)
      }
      // A second watch under the same id takes the first one's place.
      waiting.get(watchId)?.()
      waiting.set(watchId, finish)
      signal.addEventListener('abort', finish)
      if (signal.aborted) finish()
      return promise
    },
  }
}

/** Something to show, gathered while nobody looks: `take` hands it over, null when there is no news. */
export interface Source<Event> extends LateSource<Event> {
  take(): Event | null
}

/** One that may have to look for what it hands over. */
export interface LateSource<Event> {
  take(): Event | null | Promise<Event | null>
  /** Calls back when there may be news; returns the end of it. */
  onNews(listener: () => void): () => void
}

/**
 * Turns a source into events: the first at once, the rest at most one every `intervalMs`, and none before the
 * last one was acknowledged. So a slow reader gets fewer, larger events and nothing piles up for it.
 */
export async function* pacedWatch<Event>(
  source: LateSource<Event>,
  pace: { acks: Acks; watchId: string; intervalMs: number; signal: AbortSignal },
): AsyncGenerator<Event, undefined> {
  const { acks, watchId, intervalMs, signal } = pace
  let wake = (): void => undefined
  const stop = source.onNews(() => wake())
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      // The ear is open before the look: news between the two would be lost the other way round.
      const news = new Promise<void>((resolve) => (wake = resolve))
      const taken = source.take()
      const event = taken instanceof Promise ? await taken : taken
      if (event === null) {
        await news
        continue
      }
      const acknowledged = acks.next(watchId, signal)
      yield event
      await Promise.all([acknowledged, pause(intervalMs, signal)])
    }
  } finally {
    stop()
    signal.removeEventListener('abort', onAbort)
  }
  return undefined
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = after('pause of a watch', ms, finish)
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}
