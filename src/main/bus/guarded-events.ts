import { EventEmitter } from 'node:events'

/**
 * An emitter whose listeners can't harm one another, nor whoever emits: an exception of one is reported, and the others
 * hear the event all the same.
 *
 * @param report hears of each exception; what it throws itself reaches whoever emits
 */
export function createGuardedEvents<Events extends Record<keyof Events, unknown[]>>(
  report: (error: unknown, event: string) => void,
): EventEmitter<Events> {
  const events: EventEmitter = new EventEmitter()
  events.emit = (name, ...values: unknown[]) => {
    // Raw, so that a listener of `once` removes itself.
    const listeners = events.rawListeners(name)
    for (const listener of listeners) {
      try {
        ;(listener as (...values: unknown[]) => void).apply(events, values)
      } catch (error) {
        report(error, String(name))
      }
    }
    return listeners.length > 0
  }
  return events as unknown as EventEmitter<Events>
}
