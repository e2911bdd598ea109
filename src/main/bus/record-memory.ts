import type { EventEmitter } from 'node:events'
import type { MemoryAccount, MemoryHold } from '../base/ledger.ts'
import { keptBytes } from '../base/raw-json.ts'
import type { BusEvents } from './bus-events.ts'
import type { ClientInfo, Registration } from './client-info.ts'

/** Bytes for what stands around a record: its places in the tables, its mailbox and what a panel shows of it. */
const placesBytes = 1024

/** What a record takes in memory: its parts, and its text for lists. */
export function recordBytes(record: ClientInfo | Registration): number {
  return placesBytes + 2 * keptBytes(JSON.stringify(record))
}

/**
 * Charges the records of a bus to its user for as long as they are registered. Whether there is room for one more is
 * asked before it is made (`refusesClient`); one that is there is charged in any case.
 */
export function chargeRecords(bus: {
  readonly events: EventEmitter<BusEvents>
  readonly memory: MemoryAccount
}): void {
  const holds = new Map<ClientInfo, MemoryHold>()
  bus.events.on('registered', ({ client }) => {
    holds.get(client)?.release()
    holds.set(client, bus.memory.takeAnyway('clients', recordBytes(client)))
  })
  bus.events.on('unregistered', ({ client }) => {
    holds.get(client)?.release()
    holds.delete(client)
  })
}
