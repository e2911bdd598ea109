/** The time as stores use it; tests hand in one that they turn by hand. */
export interface Timers {
  /** Milliseconds since the Unix epoch, by a clock that only goes on: setting the computer's clock does not move it. */
  nowMs: () => number
  /** Runs `task` once after `delayMs`; the answer cancels it. */
  after: (delayMs: number, task: () => void) => () => void
}

/** The browser's own time. */
export function createBrowserTimers(): Timers {
  return {
    nowMs: () => performance.timeOrigin + performance.now(),
    after(delayMs, task) {
      const id = setTimeout(task, delayMs)
      return () => clearTimeout(id)
    },
  }
}
