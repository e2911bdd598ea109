import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Endpoint } from '../config/endpoint-file.ts'
import { askControl, ControlError } from '../http/ask-control.ts'
import { provesToken } from '../http/proves-token.ts'

const shownSchema = z.object({ status: z.literal('ok'), shown: z.boolean() })

/** True while the server that was found there answers and proves that it is that one. */
export function runsStill(endpoint: Endpoint): Promise<boolean> {
  return provesToken(endpoint)
}

/**
 * Asks the server that runs on a data directory, and has proved itself, to bring its window to the front. False where it
 * has none, or is of a version that can't be asked.
 */
export async function askToShow(dataDir: string, { url }: Endpoint): Promise<boolean> {
  try {
    const panelKey = (await readFile(join(dataDir, 'panel-key'), 'utf8')).trim()
    return shownSchema.parse(await askControl({ url, panelKey }, 'show')).shown
  } catch (error) {
    if (error instanceof ControlError || (error instanceof Error && 'syscall' in error)) return false
    throw error
  }
}
