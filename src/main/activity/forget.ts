import type { DatabaseSync } from 'node:sqlite'
import { programPrefixOf } from '../../shared/forget.ts'
import type { ClientRef } from '../../shared/clients.ts'
import { transaction } from './history-database.ts'

/** Entries deleted at one go: a few milliseconds at most. */
const chunk = 500

const tables = ['activity', 'messages', 'jobs'] as const

/**
 * Deletes one chunk of what the history holds about a client, as subject, sender or target, and about the program that
 * it is of; its record goes with the last one. What is deleted is overwritten with zeros.
 *
 * @returns how many entries; 0 where nothing is left
 */
export function forgetChunk(db: DatabaseSync, { userId, uuid }: ClientRef): number {
  db.exec('PRAGMA secure_delete = ON')
  return transaction(db, () => {
    const { where, values } = meant(uuid, 'client')
    const entries = db
      .prepare(
        `SELECT source, row_id AS rowId FROM log
          WHERE user_id = ? AND seq IN (SELECT seq FROM log_clients WHERE ${where}) LIMIT ${String(chunk)}`,
      )
      .all(userId, ...values) as unknown as { source: 0 | 1 | 2; rowId: number }[]
    // Triggers take them out of the log.
    const deletes = tables.map((table) => db.prepare(`DELETE FROM ${table} WHERE id = ?`))
    for (const { source, rowId } of entries) deletes[source]?.run(rowId)
    if (entries.length === 0) {
      const known = meant(uuid, 'uuid')
      db.prepare(`DELETE FROM clients WHERE user_id = ? AND ${known.where}`).run(userId, ...known.values)
    }
    return entries.length
  })
}

/** Writes what was deleted out of the file's log too, where nobody reads it just now. */
export function finishForgetting(db: DatabaseSync): void {
  db.exec('PRAGMA secure_delete = OFF; PRAGMA wal_checkpoint(TRUNCATE)')
}

/** The condition for a client, or for each of its program's numbers, in terms that an index finds. */
function meant(uuid: string, column: 'client' | 'uuid'): { where: string; values: string[] } {
  const prefix = programPrefixOf(uuid)
  if (prefix === null) return { where: `${column} = ?`, values: [uuid] }
  // A colon follows the digits.
  return {
    where: `${column} >= ? AND ${column} < ? AND substr(${column}, length(?) + 1) NOT GLOB '*[^0-9]*'`,
    values: [prefix, `${prefix}:`, prefix],
  }
}
