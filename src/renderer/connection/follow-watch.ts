import type { PanelApi } from './panel-transport.ts'

/** Makes ids for watches, unique on their connection. */
export function createWatchIds(): () => string {
  let last = 0
  return () => `w${(last += 1)}`
}

/** A watch to follow. `open` starts it, `take` gets each event and answers whether to go on. */
export interface Watch<Event> {
  api: Pick<PanelApi, 'feed'>
  watchId: string
  signal: AbortSignal
  open: (
    input: { watchId: string },
    options: { signal: AbortSignal },
  ) => Promise<AsyncIterable<Event, unknown, void>>
  take: (event: Event) => 'go on' | 'stop'
  /** Waited for before an event is acknowledged; until then the server holds back the next. */
  settled?: () => Promise<void>
}

/**
 * Follows one watch until `take` says stop (`stopped`) or the server ends it (`ended`). Rejects when the link
 * breaks, and when `signal` aborts.
 */
export async function followWatch<Event>(watch: Watch<Event>): Promise<'stopped' | 'ended'> {
  const { api, watchId, signal } = watch
  const events = await watch.open({ watchId }, { signal })
  for await (const event of events) {
    signal.throwIfAborted()
    if (watch.take(event) === 'stop') return 'stopped'
    await watch.settled?.()
    await api.feed.ack({ watchId }, { signal })
  }
  return 'ended'
}

/**
 * Resolves when the browser has drawn what is pending, or after a quarter of a second where it does not draw (a
 * hidden tab), so that a feed goes on at a low rate there.
 */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, 250)
    const frame = requestAnimationFrame(done)
    function done() {
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      resolve()
    }
  })
}
