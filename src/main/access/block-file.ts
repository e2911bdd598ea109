import { z } from 'zod'
import { blockSchema, type Block } from '../../shared/blocks.ts'
import { createKeptFileWriter, readKeptFile, type KeptFilePorts } from '../base/kept-file.ts'
import type { BlockList } from './block-list.ts'

const fileSchema = z.object({ version: z.literal(1), blocks: z.array(blockSchema) })

export interface StoredBlocks {
  readonly blocks: readonly Block[]
  /** The name under which an unreadable file was kept; null where there was none. */
  readonly setAside: string | null
}

/**
 * Reads the blocks that an earlier run kept, from `<data-dir>/blocks.json`. A file that holds something else is renamed,
 * never overwritten, and the caller must tell: who was kept away is let in again.
 */
export async function readBlocks(ports: KeptFilePorts): Promise<StoredBlocks> {
  const { value, setAside } = await readKeptFile(
    ports,
    fileSchema,
    'the block list could not be read; it was set aside, and nobody is blocked by it',
  )
  return { blocks: value?.blocks ?? [], setAside }
}

/**
 * Writes the list after each change.
 *
 * @returns waits until everything is written
 */
export function storeBlocks(list: BlockList, ports: KeptFilePorts): () => Promise<void> {
  const writer = createKeptFileWriter(
    ports,
    () => ({ version: 1, blocks: list.list().reverse() }),
    'the block list could not be written; a restart would lift what was just blocked',
  )
  list.events.on('changed', () => writer.changed())
  return () => writer.settled()
}
