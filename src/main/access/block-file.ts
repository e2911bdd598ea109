import { z } from 'zod'
import { blockSchema, type Block } from '../../shared/blocks.ts'
import type { BlockList } from './block-list.ts'
import { readJsonFile } from '../base/json-file.ts'
import type { Log } from '../base/log.ts'
import { writePrivateFile } from '../base/private-file.ts'
import { setFileAside } from '../base/set-aside.ts'

const fileSchema = z.object({ version: z.literal(1), blocks: z.array(blockSchema) })

export interface BlockFilePorts {
  /** The file, `<data-dir>/blocks.json`. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

export interface StoredBlocks {
  readonly blocks: readonly Block[]
  /** The name under which an unreadable file was kept; null where there was none. */
  readonly setAside: string | null
}

/**
 * Reads the blocks that an earlier run kept. A file that holds something else is renamed, never overwritten, and
 * the caller must tell: who was kept away is let in again.
 */
export async function readBlocks({ path, clock, log }: BlockFilePorts): Promise<StoredBlocks> {
  const file = await readJsonFile(path, fileSchema)
  if (file.kind === 'missing') return { blocks: [], setAside: null }
  if (file.kind === 'read') return { blocks: file.value.blocks, setAside: null }
  const setAside = await setFileAside(path, clock())
  log.error({ setAside }, 'the block list could not be read; it was set aside, and nobody is blocked by it')
  return { blocks: [], setAside }
}

/**
 * Writes the list after each change, whole or not at all, one write at a time; many changes at once become one
 * write. A write that fails is logged and made up for by the next.
 *
 * @returns waits until everything is written
 */
export function storeBlocks(list: BlockList, { path, log }: BlockFilePorts): () => Promise<void> {
  let due = false
  let writing: Promise<void> | null = null
  const write = async (): Promise<void> => {
    while (due) {
      due = false
      try {
        await writePrivateFile(path, `${JSON.stringify({ version: 1, blocks: list.list().reverse() })}\n`)
      } catch (error) {
        log.error(
          { err: error },
          'the block list could not be written; a restart would lift what was just blocked',
        )
      }
    }
    writing = null
  }
  list.events.on('changed', () => {
    due = true
    // Whoever blocks many at once does so before this runs.
    writing ??= Promise.resolve().then(write)
  })
  return () => writing ?? Promise.resolve()
}
