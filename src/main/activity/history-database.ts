import { closeSync, existsSync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { ActivityLogUnavailableError } from './database-fault.ts'
import { migrations } from './schema.ts'

/**
 * Opens the history file, making it with mode 0600 where there is none. Nothing is written to one that is
 * there. No call waits for a lock.
 *
 * @throws ActivityLogUnavailableError without `node:sqlite`, errors of SQLite and of the file system
 */
export function openDatabase(path: string): DatabaseSync {
  const Database = databaseClass()
  // Of one that is there nothing is opened: to close it again would let go of the locks that SQLite holds in this
  // process (sqlite.org/howtocorrupt.html, 2.2).
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  return new Database(path, { timeout: 0, defensive: true })
}

/** How long a reader waits for a lock, in milliseconds: a writer holds one only while it ends. */
const readerWaitMs = 250

/** Opens a history file that is there, beside the connection that writes it. */
export function openForReading(path: string): DatabaseSync {
  const Database = databaseClass()
  return new Database(path, { timeout: readerWaitMs, readOnly: true, defensive: true })
}

function databaseClass(): typeof DatabaseSync {
  // Asked for at run time: a Node without it keeps no activity log and does everything else.
  const sqlite = process.getBuiltinModule('node:sqlite') as { DatabaseSync: typeof DatabaseSync } | undefined
  if (sqlite === undefined) {
    throw new ActivityLogUnavailableError('This Node.js cannot keep a history. Use Node.js 22.13 or newer.')
  }
  return sqlite.DatabaseSync
}

/**
 * WAL with `synchronous=NORMAL`: a killed process loses nothing that was committed and never damages the file; a power
 * cut may lose the last commits and does not damage it either (sqlite.org/wal.html).
 */
export function writeAhead(db: DatabaseSync): void {
  if (Number(pragma(db, 'page_count')) === 0) db.exec('PRAGMA auto_vacuum = INCREMENTAL')
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  db.exec(`PRAGMA journal_size_limit = ${4 * 1024 * 1024}`)
}

/** The number of the schema that the file has: 0 for a new one. */
export function schemaOf(db: DatabaseSync): number {
  const found = Number(pragma(db, 'user_version'))
  if (found > migrations.length) {
    throw new ActivityLogUnavailableError('The history file was made by a newer Busbar.')
  }
  return found
}

/**
 * Brings the file to the newest schema, each step in a transaction of its own: whenever it is broken off, the next try
 * goes on from the last step that was done.
 */
export function migrate(db: DatabaseSync): void {
  // A thread is ended where it runs JavaScript: between two rows, and not after a statement that takes seconds.
  db.function('row_by_row', () => 1)
  for (let step = schemaOf(db); step < migrations.length; step += 1) {
    transaction(db, () => {
      db.exec(migrations[step] ?? '')
      db.exec(`PRAGMA user_version = ${step + 1}`)
    })
  }
}

/** The value of a pragma that has one. */
export function pragma(db: DatabaseSync, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get()
  return row === undefined ? undefined : Object.values(row)[0]
}

/** Runs `work` in a transaction of its own and undoes all of it where it throws. */
export function transaction<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
