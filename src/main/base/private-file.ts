import { randomBytes } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { chmod, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from './log.ts'

/**
 * Creates `directory` (and its parents) with mode 0700. An existing directory keeps the mode that its owner
 * gave it. Step by step, since Node's own `recursive` never comes back from a folder in which nothing can be made
 * (`/proc`).
 */
export function ensurePrivateDirectory(directory: string): Promise<void> {
  // A few calls that look at names alone: not worth a second way to do the same.
  return new Promise((resolve) => {
    ensurePrivateDirectoryNow(directory)
    resolve()
  })
}

/** The same, done when it returns. */
export function ensurePrivateDirectoryNow(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (isDirectory(directory)) return
    if (codeOf(error) !== 'ENOENT' || dirname(directory) === directory) throw error
    ensurePrivateDirectoryNow(dirname(directory))
    try {
      mkdirSync(directory, { mode: 0o700 })
    } catch (again) {
      // Another process that starts may have made it meanwhile.
      if (!isDirectory(directory)) throw again
    }
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
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

/**
 * Takes the rights of other accounts away from a file, with a warning; one that is not there is fine. Where the mode
 * cannot be changed, that is the warning.
 */
export async function closeToOthers(path: string, log: Log): Promise<void> {
  // Windows has no such mode bits; the user profile's own access list guards the file there.
  if (process.platform === 'win32') return
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (found === null || !found.isFile() || (found.mode & 0o077) === 0) return
  const said = { path, mode: (found.mode & 0o777).toString(8) }
  try {
    await chmod(path, 0o600)
    log.warn(said, 'a file was open to other users; its mode was set to 600')
  } catch (error) {
    if (!isUnwritable(error)) throw error
    log.warn(said, 'a file is open to other users, and its mode cannot be changed')
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
