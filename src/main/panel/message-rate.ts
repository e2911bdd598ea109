import type { BusManager } from '../bus/bus-manager.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'

/** Seconds of history. */
const windowSeconds = 60

/** Messages handed to targets, by second, over all buses. */
export interface MessageRate {
  /** The last 60 full seconds, oldest first. */
  perSecond(): number[]
}

/** @param clock Unix milliseconds; a jump of it empties what lies outside of the window. */
export function createMessageRate(buses: BusManager, clock: () => number): MessageRate {
  const counts = new Map<number, number>()
  const second = (): number => Math.floor(clock() / 1000)
  const attach = (bus: UserMessageBus): void => {
    bus.events.on('settled', (_, { outcome }) => {
      if (outcome !== 'sent') return
      const now = second()
      const before = counts.get(now)
      counts.set(now, (before ?? 0) + 1)
      if (before === undefined) {
        for (const old of counts.keys()) if (old < now - windowSeconds || old > now) counts.delete(old)
      }
    })
  }
  for (const bus of buses.buses()) attach(bus)
  buses.events.on('created', attach)
  return {
    perSecond() {
      const now = second()
      return Array.from({ length: windowSeconds }, (_, index) => counts.get(now - windowSeconds + index) ?? 0)
    },
  }
}
