import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, unlink } from 'node:fs/promises'

/**
 * Creates `directory` (and its parents) with mode 0700. An existing directory keeps the mode that its owner
 * gave it.
 */
export async function ensurePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
}

/**
 * Writes `text` to `path` with mode 0600 so that a reader sees the old or the new text, never a part: a
 * temporary file beside it, synced, then renamed over it.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = await writeTemporary(path, text)
  try {
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
}

/** True for the error of a folder that nothing can be written to now: read-only, full, or not ours. */
export function isUnwritable(error: unknown): boolean {
  return ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')
}

/** Writes `text` to a new file beside `path`, mode 0600 and synced; answers with its path. */
export async function writeTemporary(path: string, text: string): Promise<string> {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  return temporary
}

/** The code of a system error (`ENOENT`), undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
