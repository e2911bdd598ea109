import type { DatabaseSync } from 'node:sqlite'
import { pragma, transaction } from './history-database.ts'

/** Rows taken out at one go: a few milliseconds at most. */
const chunk = 500
/** Known clients kept, the ones seen last. */
const maxClients = 10_000
/** Free pages that may wait in the file before it is made smaller, and those given back at one go. */
const freePages = 1024

export interface RetentionLimits {
  /** Seconds after which a row goes. */
  readonly maxAgeSeconds: number
  /** Bytes in use above which the oldest rows go, messages first. */
  readonly maxBytes: number
}

/**
 * Takes one chunk of what is too old or too much out of the activity log.
 *
 * @returns true where there may be more to take out
 */
export function prune(db: DatabaseSync, limits: RetentionLimits, nowSeconds: number): boolean {
  const cutoff = nowSeconds - limits.maxAgeSeconds
  const more = transaction(db, () => {
    let left = false
    for (const table of ['activity', 'messages', 'jobs']) {
      // Ids rise with time: where the oldest rows are young enough, so are all.
      const { changes } = db
        .prepare(
          `DELETE FROM ${table} WHERE at < ? AND id IN (SELECT id FROM ${table} ORDER BY id LIMIT ${chunk})`,
        )
        .run(cutoff)
      left ||= Number(changes) === chunk
    }
    db.prepare('DELETE FROM clients WHERE last_seen < ?').run(cutoff)
    db.exec(
      `DELETE FROM clients WHERE (user_id, uuid) IN
        (SELECT user_id, uuid FROM clients ORDER BY last_seen DESC LIMIT ${chunk} OFFSET ${maxClients})`,
    )
    if (usedBytes(db) <= limits.maxBytes) return left
    for (const table of ['messages', 'jobs', 'activity']) {
      // An eighth at most: room for what comes, and never all there is. The ids of a table have few gaps.
      const { changes } = db
        .prepare(
          `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY id
            LIMIT min(${chunk}, (SELECT (max(id) - min(id) + 8) / 8 FROM ${table})))`,
        )
        .run()
      if (Number(changes) > 0) return true
    }
    return left
  })
  if (Number(pragma(db, 'freelist_count')) > freePages) {
    db.exec(`PRAGMA incremental_vacuum(${freePages})`)
  }
  return more
}

/** Ids of each table up to which what messages and results say has been taken out. */
export interface ContentsGone {
  messages: number
  jobs: number
}

const contents = [
  { table: 'messages', column: 'preview', source: 1 },
  { table: 'jobs', column: 'result', source: 2 },
] as const

/**
 * Takes what messages and results say out of one chunk of rows that are older than a moment; that they passed stays.
 *
 * @param gone where it goes on, which is noted here
 * @returns true where there may be more to take out
 */
export function pruneContents(db: DatabaseSync, beforeSeconds: number, gone: ContentsGone): boolean {
  return transaction(db, () => {
    let more = false
    for (const { table, column, source } of contents) {
      const newest = db
        .prepare('SELECT row_id AS id FROM log WHERE at < ? AND source = ? ORDER BY at DESC LIMIT 1')
        .get(beforeSeconds, source)
      const last = Number(newest?.['id'] ?? 0)
      const end = Math.min(gone[table] + chunk, last)
      if (end <= gone[table]) continue
      db.prepare(
        `UPDATE ${table} SET ${column} = NULL WHERE id > ? AND id <= ? AND at < ? AND ${column} IS NOT NULL`,
      ).run(gone[table], end, beforeSeconds)
      gone[table] = end
      more ||= end < last
    }
    return more
  })
}

/** Bytes of the file that hold anything. */
export function usedBytes(db: DatabaseSync): number {
  const pages = Number(pragma(db, 'page_count')) - Number(pragma(db, 'freelist_count'))
  return pages * Number(pragma(db, 'page_size'))
}
