import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Block, BlockInput } from '../../../shared/blocks.ts'
import type { ClientRef } from '../../../shared/clients.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../../ui/toasts.ts'

/** What `createBlocks` needs; `api` is null while there is no connection. */
export interface BlocksPorts {
  api: () => PanelApi | null
  toasts: Toasts
}

/** Clients kept away for a time. */
export interface Blocks {
  readonly state: StoreApi<{ blocks: readonly Block[] }>
  replace: (blocks: readonly Block[]) => void
  /** Blocks, and ends what is connected. Answers why it did not; null where it did. */
  add: (block: BlockInput) => Promise<string | null>
  /** Lets who was blocked come back; tells the outcome by a toast. `name` is what a person calls it. */
  lift: (block: ClientRef | { id: string }, name: string) => Promise<void>
}

export function createBlocks({ api, toasts }: BlocksPorts): Blocks {
  const state = createStore<{ blocks: readonly Block[] }>(() => ({ blocks: [] }))
  return {
    state,
    replace: (blocks) => state.setState({ blocks }),
    async add(block) {
      const link = api()
      if (link === null) return noConnection
      try {
        await link.blocks.add(block)
        return null
      } catch (error) {
        return callProblem(error, 'whether it was blocked')
      }
    },
    async lift(block, name) {
      const link = api()
      if (link === null) {
        toasts.show({ kind: 'problem', text: `The block of ${name} was not lifted: no connection.` })
        return
      }
      try {
        const { lifted } = await link.blocks.lift(
          'id' in block ? { id: block.id } : { userId: block.userId, uuid: block.uuid },
        )
        toasts.show({
          kind: 'done',
          text: lifted ? `Block lifted. ${name} may come back.` : `${name} was not blocked any more.`,
        })
      } catch {
        toasts.show({
          kind: 'problem',
          text: `No answer came: it is not known whether the block of ${name} was lifted.`,
        })
      }
    },
  }
}
