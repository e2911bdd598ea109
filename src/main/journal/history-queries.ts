import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Activity, ActivityKind } from '../../shared/activity.ts'
import type { ClientRow, JobRow, MessageRow } from './entries.ts'

export interface ActivityQuery {
  /** Only of this user's bus, and what concerns no one user is left out too. */
  readonly userId?: string | undefined
  /** Only of this client's uuid. */
  readonly client?: string | undefined
  readonly kinds?: readonly ActivityKind[] | undefined
  /** Part of the text or of the uuid, in any case (ASCII). */
  readonly text?: string | undefined
  /** Only entries before this id: the last id of the page before. */
  readonly before?: number | undefined
  readonly limit: number
}

/** What can be read back. Every list is newest first, and empty while no history is kept. */
export interface HistoryQueries {
  activity(query: ActivityQuery): Activity[]
  messages(limit: number): MessageRow[]
  jobs(limit: number): JobRow[]
  clients(limit: number): ClientRow[]
}

/**
 * @param database the open file, null while there is none
 * @param onFault hears of a file that could not be read
 */
export function createHistoryQueries(
  database: () => DatabaseSync | null,
  onFault: (error: unknown) => void,
): HistoryQueries {
  const all = <Row>(sql: string, ...values: SQLInputValue[]): Row[] => {
    const db = database()
    if (db === null) return []
    try {
      return db.prepare(sql).all(...values) as Row[]
    } catch (error) {
      onFault(error)
      return []
    }
  }

  return {
    activity(query) {
      const where: string[] = ['id < ?']
      const values: SQLInputValue[] = [query.before ?? Number.MAX_SAFE_INTEGER]
      const and = (condition: string, ...more: SQLInputValue[]): void => {
        where.push(condition)
        values.push(...more)
      }
      if (query.userId !== undefined) and('user_id = ?', query.userId)
      if (query.client !== undefined) and('client = ?', query.client)
      if (query.kinds !== undefined) {
        and(`kind IN (${query.kinds.map(() => '?').join(', ')})`, ...query.kinds)
      }
      if (query.text !== undefined && query.text !== '') {
        const pattern = `%${query.text.replaceAll(/[\\%_]/g, '\\$&')}%`
        and(`(text LIKE ? ESCAPE '\\' OR client LIKE ? ESCAPE '\\')`, pattern, pattern)
      }
      return all<Activity>(
        `SELECT id, at, kind, user_id AS userId, client, by_whom AS "by", text, count FROM activity
          WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ?`,
        ...values,
        query.limit,
      ).map((row) => ({ ...row }))
    },
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
          targets, state, error, result FROM jobs ORDER BY id DESC LIMIT ?`,
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
