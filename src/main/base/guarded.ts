import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import type { Log } from './log.ts'

/**
 * What runs with nobody to catch what it throws: listeners, timers, promises that nobody waits for. An exception
 * there would end the process, or keep from other clients what comes after it. Everything in `src/main` that listens
 * or waits does so through this module (the linter sees to it), and a fault becomes a line in the log.
 *
 * Faults go to a channel of the process and not to a port of each part: a part that was given none, or the wrong one,
 * would be the hole. While nobody follows the channel, as in a unit test, a fault is thrown as if there were no guard.
 */

interface Fault {
  readonly error: unknown
  /** Where it was caught, as the log says it: `bus registered`, `token file look`. */
  readonly place: string
}

const faults = channel('busbar:fault')

/**
 * Writes faults to the log until the returned function is called: one of each place and kind as an error, for a timer
 * that fails does so at every tick, and every later one at the level `debug`.
 */
export function logFaults(log: Log): () => void {
  const told = new Set<string>()
  const hear = (message: unknown): void => {
    const { error, place } = message as Fault
    const kind = `${place} ${error instanceof Error ? error.name : typeof error}`
    const level = told.has(kind) ? 'debug' : 'error'
    told.add(kind)
    log[level]({ err: error, place }, 'a fault of this program was caught; everything else goes on')
  }
  faults.subscribe(hear)
  return () => {
    faults.unsubscribe(hear)
  }
}

/** Tells of a fault that was caught. Throws it on while nobody follows. */
export function reportFault(place: string, error: unknown): void {
  if (!faults.hasSubscribers) throw error
  const fault: Fault = { error, place }
  faults.publish(fault)
}

/** Does one thing of several that must not depend on each other, such as one client's part of a round. */
export function attempt(place: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    reportFault(place, error)
  }
}

/** A listener for an emitter that is not ours: a socket, a server, a window. */
export function guarded<Values extends unknown[]>(
  place: string,
  listener: (...values: Values) => void,
): (...values: Values) => void {
  return (...values) => {
    try {
      listener(...values)
    } catch (error) {
      reportFault(place, error)
    }
  }
}

/** An emitter whose listeners can't harm one another, nor whoever emits: all of them hear every event. */
export function createEvents<Events extends Record<keyof Events, unknown[]>>(
  place: string,
): EventEmitter<Events> {
  const events: EventEmitter = new EventEmitter()
  // Each panel listens for itself, so many listeners are no sign of a leak.
  events.setMaxListeners(0)
  events.emit = (name, ...values: unknown[]) => {
    // Raw, so that a listener of `once` removes itself.
    const listeners = events.rawListeners(name)
    const thrown: unknown[] = []
    for (const listener of listeners) {
      try {
        ;(listener as (...values: unknown[]) => void).apply(events, values)
      } catch (error) {
        thrown.push(error)
      }
    }
    for (const error of thrown) reportFault(`${place} ${String(name)}`, error)
    return listeners.length > 0
  }
  return events as unknown as EventEmitter<Events>
}

/** `setInterval`. One turn that fails does not end the next ones. */
export function every(place: string, ms: number, work: () => void): NodeJS.Timeout {
  return setInterval(guarded(place, work), ms)
}

/** `setTimeout`. */
export function after(place: string, ms: number, work: () => void): NodeJS.Timeout {
  return setTimeout(guarded(place, work), ms)
}

/** `setImmediate`: when what is going on now is over. */
export function soon(place: string, work: () => void): NodeJS.Immediate {
  return setImmediate(guarded(place, work))
}

/** For a promise that nobody waits for: a rejection is a fault. */
export function inBackground(place: string, promise: Promise<unknown>): void {
  void promise.catch((error: unknown) => reportFault(place, error))
}
