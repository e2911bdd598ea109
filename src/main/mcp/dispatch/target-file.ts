import { z } from 'zod'
import { bounds, hasNoControlCharacters } from '../../../shared/protocol.ts'
import { readJsonFile } from '../../base/json-file.ts'
import type { Log } from '../../base/log.ts'
import { writePrivateFile } from '../../base/private-file.ts'
import { setFileAside } from '../../base/set-aside.ts'
import { keptTargetsMax, type KeptTarget, type StickyTargets } from './sticky-targets.ts'

const name = z.string().min(1).max(bounds.nameLength).refine(hasNoControlCharacters)
const fileSchema = z.object({
  version: z.literal(1),
  targets: z
    .array(z.object({ user: name, program: name, target: name, shared: z.boolean() }))
    .max(keptTargetsMax),
})

export interface TargetFilePorts {
  /** The file, `<data-dir>/targets.json`. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

/**
 * Reads the targets that programs chose in an earlier run. A file that holds something else is renamed, never
 * overwritten: a program that chose a Blender has to choose again.
 */
export async function readTargets({ path, clock, log }: TargetFilePorts): Promise<readonly KeptTarget[]> {
  const file = await readJsonFile(path, fileSchema)
  if (file.kind === 'missing') return []
  if (file.kind === 'read') return file.value.targets
  const setAside = await setFileAside(path, clock())
  log.error(
    { setAside },
    'the targets that programs chose could not be read; the file was set aside, and they have to choose again',
  )
  return []
}

/**
 * Writes the targets after each change, whole or not at all, one write at a time; many changes at once become one
 * write. A write that fails is logged and made up for by the next.
 *
 * @returns waits until everything is written
 */
export function storeTargets(
  sticky: Pick<StickyTargets, 'events' | 'kept'>,
  { path, log }: TargetFilePorts,
): () => Promise<void> {
  let due = false
  let writing: Promise<void> | null = null
  const write = async (): Promise<void> => {
    while (due) {
      due = false
      try {
        await writePrivateFile(path, `${JSON.stringify({ version: 1, targets: sticky.kept() })}\n`)
      } catch (error) {
        log.error(
          { err: error },
          'the targets that programs chose could not be written; after a restart they have to choose again',
        )
      }
    }
    writing = null
  }
  sticky.events.on('kept', () => {
    due = true
    writing ??= Promise.resolve().then(write)
  })
  return () => writing ?? Promise.resolve()
}
