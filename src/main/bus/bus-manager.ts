import { EventEmitter } from 'node:events'
import { UserMessageBus, type BusPorts } from './user-message-bus.ts'

/** From user to bus. A bus is made when its user first appears and stays, so that nothing is lost between sessions. */
export class BusManager {
  readonly events = new EventEmitter<{ created: [bus: UserMessageBus] }>()
  readonly #ports: Omit<BusPorts, 'isForeignJob'>
  readonly #buses = new Map<string, UserMessageBus>()

  constructor(ports: Omit<BusPorts, 'isForeignJob'>) {
    this.#ports = ports
  }

  /** The bus of a user, made at need. */
  busOf(userId: string): UserMessageBus {
    const known = this.#buses.get(userId)
    if (known !== undefined) return known
    const bus = new UserMessageBus(userId, { ...this.#ports, isForeignJob: this.#isForeignJob })
    this.#buses.set(userId, bus)
    this.events.emit('created', bus)
    return bus
  }

  buses(): IterableIterator<UserMessageBus> {
    return this.#buses.values()
  }

  #isForeignJob = (jobId: string, userId: string): boolean => {
    for (const bus of this.#buses.values()) {
      if (bus.user_id !== userId && bus.jobs.get(jobId) !== undefined) return true
    }
    return false
  }
}
