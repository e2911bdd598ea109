import { renameSync, statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { LogEntry, LogOutcome } from '../../shared/activity.ts'
import { logPriorities } from '../../shared/activity.ts'
import type { JobRow, QueuedEntry } from './entries.ts'
import { migrate, openDatabase, pragma, schemaOf, transaction, writeAhead } from './history-database.ts'
import { clientsOf, logEntryOf } from './log-entries.ts'
import { migrations } from './schema.ts'

export interface ActivityFilePorts {
  readonly path: string
  /** Marks this run of the server: jobs of other runs that have no end are taken as interrupted. */
  readonly run: number
  /** Bytes that the file may never exceed; SQLite then reports that the disk is full. */
  readonly maxFileBytes: number
}

/** An open history file. Every method may throw an error of SQLite; nothing is half written then. */
export interface ActivityFile {
  /** Writes all entries in one transaction, or none. */
  write(entries: readonly QueuedEntry[]): WrittenBatch
  readonly db: DatabaseSync
  close(): void
}

/** An entry of the log with the row that it was made from. */
export interface LoggedEntry {
  readonly entry: LogEntry
  readonly row: QueuedEntry
}

/** What a batch has added to the log, in the order of its ids, and what it changed of messages that are in it already. */
export interface WrittenBatch {
  readonly entries: readonly LoggedEntry[]
  readonly outcomes: readonly LogOutcome[]
}

/** Largest file that is checked as a whole when it is opened; a larger one shows its damage where it is read. */
const checkedBytes = 32 * 1024 * 1024

/**
 * Opens the history file, making it where there is none. One of an earlier schema is left as it is: taking it over may take
 * seconds (`take-over.ts`).
 *
 * @returns null where the file has to be taken over first
 */
export function openActivityFile(ports: ActivityFilePorts): ActivityFile | null {
  const { path, run } = ports
  const db = openDatabase(path)
  try {
    // Looked at before anything is written: a damaged file is kept as it was found.
    if (statSync(path).size <= checkedBytes) checkSoundness(db)
    const schema = schemaOf(db)
    if (schema > 0 && schema < migrations.length) {
      db.close()
      return null
    }
    writeAhead(db)
    migrate(db)
    const pageSize = Number(pragma(db, 'page_size'))
    db.exec(`PRAGMA max_page_count = ${Math.ceil(ports.maxFileBytes / pageSize)}`)
    interruptJobs(db, run)
    return { db, write: writer(db, run), close: () => db.close() }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Moves a damaged history file out of the way, its log with it, under names that hold the time. Returns the new name. */
export function setAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')
  const aside = `${path}.damaged-${stamp}`
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(path + suffix, aside + suffix)
    } catch (error) {
      // The log is only there while it holds something.
      if (suffix === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return aside
}

function checkSoundness(db: DatabaseSync): void {
  const answer = pragma(db, 'quick_check(1)')
  if (answer !== 'ok') {
    throw Object.assign(new Error(`The history file is damaged: ${String(answer)}`), { errcode: 11 })
  }
}

/** Ends the jobs that the runs before have left, as of now: nobody knows when they were let down. */
function interruptJobs(db: DatabaseSync, run: number): void {
  transaction(db, () => {
    const left = db
      .prepare(
        `UPDATE jobs SET state = 'interrupted' WHERE run <> ? AND state IN ('pending', 'running')
          RETURNING id, user_id AS userId, from_uuid AS "from", targets`,
      )
      .all(run) as unknown as { id: number; userId: string; from: string; targets: string }[]
    const log = logWriter(db)
    for (const { id, userId, from, targets } of left) {
      const priority = logPriorities.job_interrupted
      const clients = [from, ...(JSON.parse(targets) as JobRow['targets'])]
      log({ at: run, userId, source: 2, rowId: id, kind: 'job_interrupted', priority, clients })
    }
  })
}

interface LogRow {
  readonly at: number
  readonly userId: string
  /** 0 activity, 1 messages, 2 jobs. */
  readonly source: 0 | 1 | 2
  readonly rowId: number
  readonly kind: string
  readonly priority: number
  readonly clients: readonly string[]
}

/** Adds to the log; null where it has that row already, else the id. */
function logWriter(db: DatabaseSync): (row: LogRow) => number | null {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO log (at, user_id, source, row_id, kind, priority) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const insertClient = db.prepare('INSERT OR IGNORE INTO log_clients (client, seq) VALUES (?, ?)')
  return ({ at, userId, source, rowId, kind, priority, clients }) => {
    const { changes, lastInsertRowid } = insert.run(at, userId, source, rowId, kind, priority)
    if (Number(changes) === 0) return null
    const seq = Number(lastInsertRowid)
    for (const client of clients) insertClient.run(client, seq)
    return seq
  }
}

const sources = { activity: 0, messages: 1, jobs: 2 } as const

function writer(db: DatabaseSync, run: number): ActivityFile['write'] {
  const statements: Record<QueuedEntry['table'], StatementSync> = {
    activity: db.prepare(
      'INSERT INTO activity (at, kind, user_id, client, by_whom, text, count) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    messages: db.prepare(
      `INSERT OR IGNORE INTO messages (at, user_id, message_id, job_id, from_uuid, routing, targets, target_count,
        priority, kind, bytes, preview, sent, filtered, dropped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    outcomes: db.prepare(
      `UPDATE messages SET sent = sent + ?, filtered = filtered + ?, dropped = dropped + ? WHERE message_id = ?
        RETURNING id, user_id AS userId, sent, filtered, dropped`,
    ),
    jobs: db.prepare(
      `INSERT INTO jobs (run, user_id, job_id, at, updated_at, kind, title, from_uuid, targets, target_count, state,
        error, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, job_id, at) DO UPDATE SET updated_at = excluded.updated_at, state = excluded.state,
        error = excluded.error, result = excluded.result RETURNING id`,
    ),
    clients: db.prepare(
      `INSERT INTO clients (user_id, uuid, client_type, label, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, uuid) DO UPDATE SET client_type = excluded.client_type, label = excluded.label,
        last_seen = max(last_seen, excluded.last_seen)`,
    ),
  }
  const log = logWriter(db)
  const logged = db.prepare('SELECT seq FROM log WHERE source = 1 AND row_id = ?')

  /** The row's id in its table; null where nothing was written that the log could show. */
  const writeOne = (entry: QueuedEntry, outcomes: Map<number, LogOutcome>): number | null => {
    switch (entry.table) {
      case 'activity': {
        const { at, kind, userId, client, by, text, count } = entry.row
        return Number(statements.activity.run(at, kind, userId, client, by, text, count).lastInsertRowid)
      }
      case 'messages': {
        const r = entry.row
        const { changes, lastInsertRowid } = statements.messages.run(
          ...[r.at, r.userId, r.messageId, r.jobId, r.from, JSON.stringify(r.routing)],
          ...[JSON.stringify(r.targets), r.targetCount, r.priority, r.kind, r.bytes, r.preview],
          ...[r.sent, r.filtered, r.dropped],
        )
        return Number(changes) === 0 ? null : Number(lastInsertRowid)
      }
      case 'outcomes': {
        const { sent, filtered, dropped, messageId } = entry.row
        const found = statements.outcomes.get(sent, filtered, dropped, messageId) as LogOutcome | undefined
        const seq = found === undefined ? undefined : logged.get(found.id)?.['seq']
        if (found !== undefined && seq !== undefined) outcomes.set(found.id, { ...found, id: Number(seq) })
        return null
      }
      case 'jobs': {
        const r = entry.row
        const row = statements.jobs.get(
          ...[run, r.userId, r.jobId, r.at, r.updatedAt, r.kind, r.title, r.from, JSON.stringify(r.targets)],
          ...[r.targetCount, r.state, r.error, r.result],
        )
        return Number(row?.['id'])
      }
      case 'clients': {
        const r = entry.row
        statements.clients.run(r.userId, r.uuid, r.clientType, r.label, r.firstSeen, r.lastSeen)
        return null
      }
    }
  }

  return (entries) =>
    transaction(db, () => {
      const outcomes = new Map<number, LogOutcome>()
      const added: { entry: QueuedEntry; rowId: number; shown: LogEntry }[] = []
      for (const entry of entries) {
        const rowId = writeOne(entry, outcomes)
        const shown = rowId === null ? null : logEntryOf(entry, 0)
        if (rowId !== null && shown !== null) added.push({ entry, rowId, shown })
      }
      // A job that ended within this batch stands where it began, before its own messages.
      added.sort((a, b) => a.shown.at - b.shown.at)
      const written: LoggedEntry[] = []
      for (const { entry, rowId, shown } of added) {
        if (entry.table === 'outcomes' || entry.table === 'clients') continue
        const { at, userId, kind, priority } = shown
        const source = sources[entry.table]
        const id = log({ at, userId, source, rowId, kind, priority, clients: clientsOf(entry) })
        if (id !== null) written.push({ entry: { ...shown, id }, row: entry })
      }
      return { entries: written, outcomes: [...outcomes.values()] }
    })
}
