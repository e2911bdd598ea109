import type { Timers } from '../../../../src/renderer/connection/timers.ts'

/** Timers that stand still until a test moves them. */
export interface ManualTimers extends Timers {
  /** Moves the time on, running what falls due on the way, in order. */
  advance: (ms: number) => void
}

export function createManualTimers(startMs = 1_000_000): ManualTimers {
  let now = startMs
  let tasks: { at: number; task: () => void }[] = []
  return {
    nowMs: () => now,
    after(delayMs, task) {
      const entry = { at: now + delayMs, task }
      tasks.push(entry)
      return () => {
        tasks = tasks.filter((each) => each !== entry)
      }
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const due = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        tasks = tasks.filter((each) => each !== due)
        now = due.at
        due.task()
      }
      now = end
    },
  }
}
