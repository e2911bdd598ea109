import type { LogEntry, LogOutcome } from '../../../shared/activity.ts'

/** Entries that the panel holds of one list; what lies before and after them is asked for again when it is scrolled to. */
export const windowMax = 2000

/** Adds what is new at the end. An entry that is told again takes its own place; one that is there already is left out. */
export function appended(entries: readonly LogEntry[], news: readonly LogEntry[]): LogEntry[] {
  let last = entries.findLast(({ id }) => id > 0)?.id ?? 0
  const places = new Map(entries.flatMap(({ id }, index) => (id < 0 ? [[id, index] as const] : [])))
  const next = [...entries]
  for (const entry of news) {
    const place = entry.id < 0 ? places.get(entry.id) : undefined
    if (place !== undefined) next[place] = entry
    else if (entry.id < 0 || entry.id > last) {
      if (entry.id < 0) places.set(entry.id, next.length)
      else last = entry.id
      next.push(entry)
    }
  }
  return next
}

/** With what has become of messages since; the same list where none of them is in it. */
export function settled(entries: readonly LogEntry[], outcomes: readonly LogOutcome[]): readonly LogEntry[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]))
  if (!entries.some(({ id }) => byId.has(id))) return entries
  return entries.map((entry) => {
    const outcome = byId.get(entry.id)
    if (outcome === undefined || entry.message === null) return entry
    const { sent, filtered, dropped } = outcome
    return { ...entry, message: { ...entry.message, sent, filtered, dropped } }
  })
}
