import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Timers } from './timers.ts'

/** The main process's clock as the panel knows it, moving once a second while something is heard from there. */
export interface ServerClock {
  /** `now` is Unix seconds of the main process, null before it first said so. */
  readonly state: StoreApi<{ now: number | null }>
  /** Takes a reading: `serverNow` in Unix seconds, as of this moment. Starts the ticking. */
  sync: (serverNow: number) => void
  /** Stops the ticking: ages on screen stay those of the last sign. */
  freeze: () => void
}

/** A jitter of the link is not a change of the clock: readings closer than this keep the old offset. */
const jitterMs = 400

export function createServerClock(timers: Timers): ServerClock {
  const state = createStore<{ now: number | null }>(() => ({ now: null }))
  let offsetMs: number | null = null
  let cancel: (() => void) | null = null

  function tick() {
    state.setState({ now: (timers.nowMs() + (offsetMs ?? 0)) / 1000 })
    cancel = timers.after(1_000, tick)
  }

  return {
    state,
    sync(serverNow) {
      const reading = serverNow * 1000 - timers.nowMs()
      if (offsetMs === null || Math.abs(reading - offsetMs) > jitterMs) offsetMs = reading
      if (cancel === null) tick()
    },
    freeze() {
      cancel?.()
      cancel = null
    },
  }
}
