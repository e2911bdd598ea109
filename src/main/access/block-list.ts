import { EventEmitter } from 'node:events'
import type { Block } from '../../shared/panel-contract.ts'

/** Uuids that a person keeps away for a time, each on one user's bus. In memory: a restart lifts them. */
export interface BlockList {
  /** Blocks a uuid until then (Unix seconds), in place of an older block of it. */
  add(block: Omit<Block, 'createdAt'>): Block
  /** False where there was no such block. */
  lift(userId: string, uuid: string): boolean
  /** The block that holds now, or null. */
  find(userId: string, uuid: string): Block | null
  /** Every block that still holds, newest first. */
  list(): Block[]
  /** `changed` after an `add` or a `lift` that changed anything; blocks that run out are silent. */
  readonly events: EventEmitter<{ changed: [] }>
}

/** Builds an empty list. `clock` gives Unix milliseconds. */
export function createBlockList(clock: () => number): BlockList {
  const events = new EventEmitter<{ changed: [] }>()
  const blocks = new Map<string, Block>()
  const key = (userId: string, uuid: string): string => JSON.stringify([userId, uuid])

  const sweep = (): void => {
    const nowSeconds = clock() / 1000
    for (const [name, block] of blocks) if (block.blockedUntil <= nowSeconds) blocks.delete(name)
  }

  return {
    events,
    add(block) {
      sweep()
      const full = { ...block, createdAt: clock() / 1000 }
      const name = key(block.userId, block.uuid)
      blocks.delete(name)
      blocks.set(name, full)
      events.emit('changed')
      return full
    },
    lift(userId, uuid) {
      sweep()
      const lifted = blocks.delete(key(userId, uuid))
      if (lifted) events.emit('changed')
      return lifted
    },
    find(userId, uuid) {
      sweep()
      return blocks.get(key(userId, uuid)) ?? null
    },
    list() {
      sweep()
      return [...blocks.values()].reverse()
    },
  }
}
