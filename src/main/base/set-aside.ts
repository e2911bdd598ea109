import { rename } from 'node:fs/promises'
import { basename } from 'node:path'
import { isUnwritable } from './private-file.ts'

/**
 * Renames a file that cannot be read, so that it is kept and never overwritten. Answers with its new name; in a
 * folder that cannot be written to it stays where it is, under its own.
 *
 * @param nowMs Unix milliseconds, for the name
 */
export async function setFileAside(path: string, nowMs: number): Promise<string> {
  const aside = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`
  try {
    await rename(path, aside)
    return basename(aside)
  } catch (error) {
    if (!isUnwritable(error)) throw error
    return basename(path)
  }
}
