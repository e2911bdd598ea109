import { createEvents } from '../base/guarded.ts'
import { MemoryLedger } from '../base/ledger.ts'
import { UserMessageBus, type BusPorts } from './user-message-bus.ts'

export interface BusManagerPorts extends Omit<BusPorts, 'isForeignJob' | 'memory'> {
  /** What every bus charges what it keeps to, in the name of its user. Default: one without a bound. */
  memory?: MemoryLedger
}

/** From user to bus. A bus is made when its user first appears and stays, so that nothing is lost between sessions. */
export class BusManager {
  readonly #events = createEvents<{ created: [bus: UserMessageBus] }>('buses')
  readonly #ports: Omit<BusManagerPorts, 'memory'>
  readonly #memory: MemoryLedger
  readonly #buses = new Map<string, UserMessageBus>()

  constructor({ memory, ...ports }: BusManagerPorts) {
    this.#ports = ports
    this.#memory = memory ?? new MemoryLedger(Infinity)
  }

  /** The bus of a user, made at need. */
  busOf(userId: string): UserMessageBus {
    const known = this.#buses.get(userId)
    if (known !== undefined) return known
    const bus = new UserMessageBus(userId, {
      ...this.#ports,
      memory: this.#memory.of(userId),
    })
    this.#buses.set(userId, bus)
    this.#events.emit('created', bus)
    return bus
  }

  buses(): IterableIterator<UserMessageBus> {
    return this.#buses.values()
  }

  /**
   * Calls back for every bus that is there and for every one that will be. Listeners run in the order of these calls.
   *
   * @returns ends it for buses to come
   */
  follow(attach: (bus: UserMessageBus) => void): () => void {
    for (const bus of this.#buses.values()) attach(bus)
    this.#events.on('created', attach)
    return () => void this.#events.off('created', attach)
  }
}
