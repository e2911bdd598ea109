import { z } from 'zod'
import { bounds, hasNoControlCharacters } from '../../../shared/protocol.ts'
import { createKeptFileWriter, readKeptFile, type KeptFilePorts } from '../../base/kept-file.ts'
import { keptTargetsMax, type KeptTarget, type StickyTargets } from './sticky-targets.ts'

const name = z.string().min(1).max(bounds.nameLength).refine(hasNoControlCharacters)
const fileSchema = z.object({
  version: z.literal(1),
  targets: z
    .array(z.object({ user: name, program: name, target: name, shared: z.boolean() }))
    .max(keptTargetsMax),
})

/**
 * Reads the targets that programs chose in an earlier run, from `<data-dir>/targets.json`. A file that holds something
 * else is renamed, never overwritten: a program that chose a Blender has to choose again.
 */
export async function readTargets(ports: KeptFilePorts): Promise<readonly KeptTarget[]> {
  const { value } = await readKeptFile(
    ports,
    fileSchema,
    'the targets that programs chose could not be read; the file was set aside, and they have to choose again',
  )
  return value?.targets ?? []
}

/**
 * Writes the targets after each change.
 *
 * @returns waits until everything is written
 */
export function storeTargets(
  sticky: Pick<StickyTargets, 'events' | 'kept'>,
  ports: KeptFilePorts,
): () => Promise<void> {
  const writer = createKeptFileWriter(
    ports,
    () => ({ version: 1, targets: sticky.kept() }),
    'the targets that programs chose could not be written; after a restart they have to choose again',
  )
  sticky.events.on('kept', () => writer.changed())
  return () => writer.settled()
}
