import { accessSync, closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { codeOf, ensurePrivateDirectoryNow } from '../base/private-file.ts'

/**
 * The lock of a data directory: one server has it (decision 16). It is the lock of an empty SQLite database,
 * `<data-dir>/server.lock`, so the system lets go of it with the process, however that ends. Nothing is written to the
 * file and nothing is read from it.
 */
export type DataLock =
  /** `release` is idempotent. */
  | { readonly kind: 'held'; release(): void }
  /** Another process has it, or another server of this one. */
  | { readonly kind: 'taken' }
  /** Nobody can have it here: a directory that is read-only or not ours, a file system without locks. */
  | { readonly kind: 'none'; readonly reason: string }

/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busy = 5

/** The locks of this process: a database that nothing refers to is closed when it is collected. */
const open = new Set<DatabaseSync>()

/** Takes the lock, or says at once why not. Makes the directory where it is not there. */
export function takeDataLock(dataDir: string): DataLock {
  const path = join(dataDir, 'server.lock')
  const sqlite = process.getBuiltinModule('node:sqlite') as { DatabaseSync: typeof DatabaseSync } | undefined
  if (sqlite === undefined) return { kind: 'none', reason: 'this Node.js has no SQLite' }
  let db: DatabaseSync | null = null
  try {
    ensurePrivateDirectoryNow(dataDir)
    makeFile(path)
    db = new sqlite.DatabaseSync(path, { timeout: 0, defensive: true })
    // A journal in memory: there must be no second file, and nothing is ever written.
    db.exec('PRAGMA journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    if (isBusy(error)) return { kind: 'taken' }
    return { kind: 'none', reason: error instanceof Error ? error.message : String(error) }
  }
  const held = db
  open.add(held)
  return {
    kind: 'held',
    release() {
      if (open.delete(held)) held.close()
    },
  }
}

/** True while some process has the lock. */
export function isDataDirTaken(dataDir: string): boolean {
  const lock = takeDataLock(dataDir)
  if (lock.kind === 'held') lock.release()
  return lock.kind === 'taken'
}

/**
 * Makes the file, for its owner alone. One that is there is not even opened: in the process that has the lock, closing
 * any handle of the file would let go of it (fcntl, POSIX).
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    // Of a file that can only be read, SQLite takes a lock that others share.
    accessSync(path, constants.W_OK)
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === busy
  )
}
