import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Block, BlockInput, ListedBlock } from '../../../shared/blocks.ts'
import type { ClientRef } from '../../../shared/clients.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../toasts/toasts.ts'

/** What `createBlocks` needs; `api` is null while there is no connection. */
export interface BlocksPorts {
  api: () => PanelApi | null
  toasts: Toasts
  /** The main process's clock in Unix seconds, null before it first said so. */
  now: () => number | null
}

/** Clients kept away for a time. */
export interface Blocks {
  readonly state: StoreApi<{ blocks: readonly ListedBlock[] }>
  replace: (blocks: readonly ListedBlock[]) => void
  /** Blocks, and ends what is connected. Answers why it did not; null where it did. */
  add: (block: BlockInput) => Promise<string | null>
  /** Lets who was blocked come back; tells the outcome by a toast that can undo it. `name` is what a person calls it. */
  lift: (block: ClientRef | { id: string }, name: string) => Promise<void>
}

export function createBlocks({ api, toasts, now }: BlocksPorts): Blocks {
  const state = createStore<{ blocks: readonly ListedBlock[] }>(() => ({ blocks: [] }))
  /** Sets a block again as it was, for the rest of its time. */
  async function blockAgain({ kind, userId, subject, tokenId, reason, blockedUntil }: Block, name: string) {
    const left = blockedUntil === null ? null : Math.round(blockedUntil - (now() ?? 0))
    if (left !== null && left <= 0) {
      toasts.show({
        kind: 'problem',
        text: `The time of the block of ${name} is over: it was not set again.`,
      })
      return
    }
    const problem = await add({ kind, userId, subject, tokenId, reason, blockSeconds: left })
    toasts.show(
      problem === null
        ? { kind: 'done', text: `${name} is blocked again.` }
        : { kind: 'problem', text: `${name} is not blocked again: ${problem}` },
    )
  }

  async function add(block: BlockInput): Promise<string | null> {
    const link = api()
    if (link === null) return noConnection
    try {
      await link.blocks.add(block)
      return null
    } catch (error) {
      return callProblem(error, 'whether it was blocked')
    }
  }

  return {
    state,
    add,
    replace: (blocks) => state.setState({ blocks }),
    async lift(block, name) {
      const link = api()
      if (link === null) {
        toasts.show({ kind: 'problem', text: `The block of ${name} was not lifted: no connection.` })
        return
      }
      const before = state
        .getState()
        .blocks.find((each) =>
          'id' in block
            ? each.id === block.id
            : each.kind === 'client' && each.userId === block.userId && each.subject === block.uuid,
        )
      try {
        const { lifted } = await link.blocks.lift(
          'id' in block ? { id: block.id } : { userId: block.userId, uuid: block.uuid },
        )
        toasts.show({
          kind: 'done',
          text: lifted ? `Block lifted. ${name} may come back.` : `${name} was not blocked any more.`,
          ...(lifted &&
            before !== undefined && {
              action: { label: 'Undo', run: () => void blockAgain(before, name) },
            }),
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
