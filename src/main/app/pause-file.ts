import { z } from 'zod'
import { pauseSchema, type PanelPause } from '../../shared/pauses.ts'
import { createKeptFileWriter, readKeptFile, type KeptFilePorts } from '../base/kept-file.ts'
import type { BusManager } from '../bus/bus-manager.ts'

const fileSchema = z.object({ version: z.literal(1), pauses: z.array(pauseSchema) })

/**
 * Reads who was paused when an earlier run ended, from `<data-dir>/pauses.json`. A file that holds something else is
 * renamed, never overwritten, and the log says that nobody is paused by it.
 */
export async function readPauses(ports: KeptFilePorts): Promise<readonly PanelPause[]> {
  const { value } = await readKeptFile(
    ports,
    fileSchema,
    'who was paused could not be read; the file was set aside, and nobody is paused by it',
  )
  return value?.pauses ?? []
}

/**
 * Pauses again who was paused, and writes the pauses of all buses after each change. A bus is made for each user of
 * `kept`: what is paused is to be seen, and lifted, before any program of theirs comes back.
 *
 * @returns waits until everything is written
 */
export function storePauses(
  buses: BusManager,
  kept: readonly PanelPause[],
  ports: Pick<KeptFilePorts, 'path' | 'log'>,
): () => Promise<void> {
  for (const { userId, ...pause } of kept) buses.busOf(userId).pauses.restore(pause)
  const writer = createKeptFileWriter(
    ports,
    () => ({
      version: 1,
      pauses: [...buses.buses()].flatMap((bus) =>
        bus.pauses.list().map((pause) => ({ userId: bus.user_id, ...pause })),
      ),
    }),
    'who is paused could not be written; a restart would let what was just paused go on',
  )
  const unfollow = buses.follow((bus) => {
    bus.events.on('paused', () => writer.changed())
    bus.events.on('resumed', () => writer.changed())
  })
  return () => {
    unfollow()
    return writer.settled()
  }
}
