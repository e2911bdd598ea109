import { DatabaseSync } from 'node:sqlite'
import type { ClientRow, JobRow, MessageRow } from '../../../../src/main/activity/entries.ts'

/** What the tables of a file hold, newest first. */
export function keptRows(path: string) {
  const all = <Row>(sql: string): Row[] => {
    const database = new DatabaseSync(path, { readOnly: true })
    try {
      return database.prepare(sql).all() as Row[]
    } finally {
      database.close()
    }
  }
  return {
    messages: (limit: number): MessageRow[] =>
      all<Omit<MessageRow, 'routing' | 'targets'> & { routing: string; targets: string }>(
        `SELECT at, user_id AS userId, message_id AS messageId, job_id AS jobId, from_uuid AS "from", routing, targets,
          target_count AS targetCount, priority, kind, bytes, preview, sent, filtered, dropped FROM messages
          ORDER BY id DESC LIMIT ${String(limit)}`,
      ).map((row) => ({
        ...row,
        routing: JSON.parse(row.routing) as MessageRow['routing'],
        targets: JSON.parse(row.targets) as string[],
      })),
    jobs: (): JobRow[] =>
      all<Omit<JobRow, 'targets'> & { targets: string }>(
        `SELECT user_id AS userId, job_id AS jobId, at, updated_at AS updatedAt, kind, title, from_uuid AS "from",
          targets, target_count AS targetCount, state, error, result FROM jobs ORDER BY id DESC`,
      ).map((row) => ({ ...row, targets: JSON.parse(row.targets) as string[] })),
    clients: (): ClientRow[] =>
      all<ClientRow>(
        `SELECT user_id AS userId, uuid, client_type AS clientType, label, first_seen AS firstSeen,
          last_seen AS lastSeen FROM clients ORDER BY last_seen DESC`,
      ).map((row) => ({ ...row })),
  }
}
