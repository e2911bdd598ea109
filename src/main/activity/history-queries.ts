import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { LogDetail } from '../../shared/activity.ts'
import type { ClientRow, JobRow, MessageRow } from './entries.ts'
import {
  emptyPage,
  lastIdBefore,
  logDetail,
  lookIntoLog,
  type LogLook,
  type LogEntriesPage,
} from './log-queries.ts'

/** What can be read back. Every list is newest first, and empty while no history is kept. */
export interface ActivityQueries {
  /** A stretch of the log, in the direction that is asked for. */
  log(look: LogLook): LogEntriesPage
  /** The last id of the log before a moment in Unix seconds. */
  lastIdBefore(at: number): number | null
  /** Null where it is not kept (any more), or on a bus other than that of `userId`. */
  detail(id: number, userId?: string): LogDetail | null
  messages(limit: number): MessageRow[]
  jobs(limit: number): JobRow[]
  clients(limit: number): ClientRow[]
}

/**
 * @param database the open file, null while there is none
 * @param onFault hears of a file that could not be read
 */
export function createActivityQueries(
  database: () => DatabaseSync | null,
  onFault: (error: unknown) => void,
): ActivityQueries {
  const read = <Result>(nothing: Result, look: (db: DatabaseSync) => Result): Result => {
    const db = database()
    if (db === null) return nothing
    try {
      return look(db)
    } catch (error) {
      onFault(error)
      return nothing
    }
  }
  const all = <Row>(sql: string, ...values: SQLInputValue[]): Row[] =>
    read<Row[]>([], (db) => db.prepare(sql).all(...values) as Row[])

  return {
    log: (look) => read(emptyPage, (db) => lookIntoLog(db, look)),
    lastIdBefore: (at) => read<number | null>(null, (db) => lastIdBefore(db, at)),
    detail: (id, userId) => read<LogDetail | null>(null, (db) => logDetail(db, id, userId)),
    messages: (limit) =>
      all<Omit<MessageRow, 'routing' | 'targets'> & { routing: string; targets: string }>(
        `SELECT at, user_id AS userId, message_id AS messageId, job_id AS jobId, from_uuid AS "from", routing, targets,
          target_count AS targetCount, priority, kind, bytes, preview, sent, filtered, dropped FROM messages
          ORDER BY id DESC LIMIT ?`,
        limit,
      ).map((row) => ({
        ...row,
        routing: JSON.parse(row.routing) as MessageRow['routing'],
        targets: JSON.parse(row.targets) as string[],
      })),
    jobs: (limit) =>
      all<Omit<JobRow, 'targets'> & { targets: string }>(
        `SELECT user_id AS userId, job_id AS jobId, at, updated_at AS updatedAt, kind, title, from_uuid AS "from",
          targets, target_count AS targetCount, state, error, result FROM jobs ORDER BY id DESC LIMIT ?`,
        limit,
      ).map((row) => ({ ...row, targets: JSON.parse(row.targets) as string[] })),
    clients: (limit) =>
      all<ClientRow>(
        `SELECT user_id AS userId, uuid, client_type AS clientType, label, first_seen AS firstSeen,
          last_seen AS lastSeen FROM clients ORDER BY last_seen DESC LIMIT ?`,
        limit,
      ).map((row) => ({ ...row })),
  }
}
