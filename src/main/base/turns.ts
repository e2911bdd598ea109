import { attempt, soon } from './guarded.ts'

/** Resolves when it is the caller's turn; what follows at once, before anything else is waited for, is the turn. */
export type Turns = (userId: string) => Promise<void>

/**
 * Turns for work that takes milliseconds each time, such as parsing a large body: one in a round of the event loop, so
 * that whoever asks for little is answered in between, however much somebody else asks for at once. Users take turns,
 * and each user's own come in the order in which they were asked for.
 */
export function createTurns(): Turns {
  /** By user; who is first in the map is next. */
  const waiting = new Map<string, (() => void)[]>()
  let scheduled = false

  const next = (): void => {
    scheduled = false
    const [first] = waiting
    if (first === undefined) return
    const [userId, [begin, ...others]] = first
    waiting.delete(userId)
    if (others.length > 0) waiting.set(userId, others)
    schedule()
    if (begin !== undefined) attempt('a turn', begin)
  }
  const schedule = (): void => {
    if (scheduled || waiting.size === 0) return
    scheduled = true
    soon('turns', next)
  }

  return (userId) =>
    new Promise((resolve) => {
      const own = waiting.get(userId)
      if (own === undefined) waiting.set(userId, [resolve])
      else own.push(resolve)
      schedule()
    })
}
