import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { LogEntry, LogFilter } from '../../shared/activity.ts'
import { clientsOf } from './log-entries.ts'
import type { QueuedEntry } from './entries.ts'

/** Clients whose label has the text that is looked for; more than so many are not looked through. */
const labelled = 20

export interface SqlConditions {
  readonly sql: readonly string[]
  readonly values: readonly SQLInputValue[]
}

/**
 * A filter as conditions on `log l`, left joined with `activity a`, `messages m` and `jobs j`. The client is not among
 * them: it is an index to walk along.
 */
export function conditionsOf(
  db: DatabaseSync,
  { userId, kinds, priority, text, since, until }: LogFilter,
): SqlConditions {
  const sql: string[] = []
  const values: SQLInputValue[] = []
  const and = (condition: string, ...more: SQLInputValue[]): void => {
    sql.push(condition)
    values.push(...more)
  }
  if (userId !== undefined) and('l.user_id = ?', userId)
  if (kinds !== undefined) and(`l.kind IN (${kinds.map(() => '?').join(', ')})`, ...kinds)
  if (priority !== undefined) and('l.priority <= ?', priority)
  if (since !== undefined) and('l.at >= ?', since)
  if (until !== undefined) and('l.at <= ?', until)
  if (text !== undefined && text !== '') {
    const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
    const like = searched.map((column) => `${column} LIKE ? ESCAPE '\\'`)
    const called = db
      .prepare(`SELECT user_id, uuid FROM clients WHERE label LIKE ? ESCAPE '\\' LIMIT ${labelled}`)
      .all(pattern)
    const theirs = called.map(
      () => '(l.user_id = ? AND EXISTS (SELECT 1 FROM log_clients n WHERE n.client = ? AND n.seq = l.seq))',
    )
    and(
      `(${[...like, ...theirs].join(' OR ')})`,
      ...searched.map(() => pattern),
      ...called.flatMap((row) => [String(row['user_id']), String(row['uuid'])]),
    )
  }
  return { sql, values }
}

const searched = [
  ...['a.text', 'a.client', 'm.kind', 'm.from_uuid', 'm.targets', 'm.job_id', 'm.message_id', 'm.preview'],
  ...['j.title', 'j.error', 'j.from_uuid', 'j.targets', 'j.job_id'],
]

/** Whether an entry that has just come passes: the same as `conditionsOf` and the client, for what is not read back. */
export function passes(
  filter: LogFilter,
  entry: LogEntry,
  row: QueuedEntry,
  labelOf: (userId: string, uuid: string) => string | undefined,
): boolean {
  const { userId, client, kinds, priority, text, since, until } = filter
  if (userId !== undefined && entry.userId !== userId) return false
  if (kinds?.includes(entry.kind) === false) return false
  if (priority !== undefined && entry.priority > priority) return false
  if (since !== undefined && entry.at < since) return false
  if (until !== undefined && entry.at > until) return false
  if (client !== undefined && !clientsOf(row).includes(client)) return false
  if (text === undefined || text === '') return true
  const needle = asciiLower(text)
  const labels = clientsOf(row).map((uuid) => labelOf(entry.userId, uuid) ?? '')
  return [...textsOf(row), ...labels].some((each) => asciiLower(each).includes(needle))
}

function textsOf(entry: QueuedEntry): readonly string[] {
  switch (entry.table) {
    case 'activity':
      return [entry.row.text, entry.row.client]
    case 'messages': {
      const { kind, from, targets, jobId, messageId, preview } = entry.row
      return [kind, from, ...targets, jobId, messageId, preview ?? '']
    }
    case 'jobs': {
      const { title, error, from, targets, jobId } = entry.row
      return [title, error, from, ...targets, jobId]
    }
    case 'outcomes':
    case 'clients':
      return []
  }
}

/** Letters of ASCII only, as LIKE does it (sqlite.org/lang_expr.html#like). */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
