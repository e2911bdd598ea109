import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { wellFormedJson } from '../../shared/well-formed.ts'
import type { LogDetail, LogEntry, LogFilter, LogPage } from '../../shared/activity.ts'
import { clientKey } from '../../shared/clients.ts'
import type { Routing } from '../../shared/protocol.ts'
import type { ActivityRow, JobRow, MessageRow } from './entries.ts'
import { jobEntry, lineEntry, messageEntry } from './log-entries.ts'
import { conditionsOf } from './log-filter.ts'

/**
 * Rows of the log that one look goes through. A text is looked for in what entries say, payloads too, which costs more
 * a row.
 */
const scanned = { plain: 20_000, text: 2000 }

/** How long one look goes on, in milliseconds: others wait for its end. */
const lookMs = 150

export interface LogQuery extends LogFilter {
  readonly before?: number | undefined
  readonly after?: number | undefined
  readonly limit: number
}

/** A page without the state of the activity log. */
export type LogEntriesPage = Omit<LogPage, 'history'>

export const emptyPage: LogEntriesPage = { entries: [], next: null, nextAt: null, names: {} }

/**
 * One look: entries after `after`, oldest first, or before `before`, newest first. It ends at the bounds above, and says
 * where to go on.
 *
 * @param clock milliseconds that only ever grow
 */
export function queryLog(
  db: DatabaseSync,
  look: LogQuery,
  clock: () => number = () => performance.now(),
): LogEntriesPage {
  const { client, text, limit } = look
  const forward = look.after !== undefined
  const [order, beyond] = forward ? ['ASC', '>'] : ['DESC', '<']
  const start = startOf(db, look)
  const scan = text === undefined || text === '' ? scanned.plain : scanned.text
  // The walk goes along the log, or along the entries of one client.
  const [walk, column, along] =
    client === undefined ? ['log l', 'l.seq', []] : ['log_clients c', 'c.seq', [client]]
  const isOnWalk = client === undefined ? '' : 'c.client = ? AND '
  const bound = db
    .prepare(
      `SELECT ${column} AS seq FROM ${walk} WHERE ${isOnWalk}${column} ${beyond} ? ORDER BY ${column} ${order}
        LIMIT 1 OFFSET ${scan - 1}`,
    )
    .get(...along, start)?.['seq'] as number | undefined
  const { sql, values } = conditionsOf(db, look)
  const stop = stopAfter(lookMs, clock)
  db.function('in_time', stop.inTime)
  const where = [
    `${column} ${beyond} ?`,
    // It asks for the walk alone, so it is asked before what the walk is joined with is looked at.
    `in_time(${column})`,
    ...(bound === undefined ? [] : [`${column} ${forward ? '<=' : '>='} ?`]),
  ]
  const rows = db
    .prepare(
      `SELECT ${columns} FROM ${walk} ${client === undefined ? '' : 'JOIN log l ON l.seq = c.seq'} ${joins}
        WHERE ${isOnWalk}${[...where, ...sql].join(' AND ')} ORDER BY ${column} ${order} LIMIT ?`,
    )
    .all(
      ...[...along, start, ...(bound === undefined ? [] : [bound])],
      ...values,
      limit + 1,
    ) as unknown as LogRow[]

  const entries = rows.slice(0, limit).flatMap((row) => entryOf(row) ?? [])
  const end = stop.at() === null ? (bound ?? null) : Number(stop.at()) + (forward ? -1 : 1)
  const next = rows.length > limit ? (rows[limit - 1]?.seq ?? null) : end
  return {
    entries,
    next: next !== null && isOver(db, look, next, forward) ? null : next,
    nextAt: next === null ? null : timeOf(db, next),
    names: namesOf(db, entries),
  }
}

/** Says for each row of a walk whether there is time for it: for the first one always, so that every look gets further. */
function stopAfter(
  ms: number,
  clock: () => number,
): { inTime: (seq: SQLOutputValue) => number; at: () => number | null } {
  const untilMs = clock() + ms
  let begun = false
  let at: number | null = null
  return {
    inTime(seq) {
      if (at === null && begun && clock() >= untilMs) at = Number(seq)
      begun = true
      return at === null ? 1 : 0
    },
    at: () => at,
  }
}

/** The last id before a moment, null where nothing is older. */
export function lastIdBefore(db: DatabaseSync, at: number): number | null {
  const row = db.prepare('SELECT seq FROM log WHERE at < ? ORDER BY at DESC, seq DESC LIMIT 1').get(at)
  return row === undefined ? null : Number(row['seq'])
}

/** An entry with what it leaves out; null where it is not there, or on another user's bus. */
export function logDetail(db: DatabaseSync, id: number, userId?: string): LogDetail | null {
  const row = db
    .prepare(`SELECT ${columns}, m.preview, j.result FROM log l ${joins} WHERE l.seq = ?`)
    .get(id) as unknown as (LogRow & { preview: string | null; result: string | null }) | undefined
  const entry = row === undefined ? null : entryOf(row)
  if (row === undefined || entry === null || (userId !== undefined && entry.userId !== userId)) return null
  const targets = parse(row.m_targets ?? row.j_targets ?? '[]') as string[]
  return detailOf(entry, { targets, preview: row.preview, result: row.result, error: row.error })
}

/** What is kept of an entry, as a person sees it. Results and errors are cut when they are kept, by nobody knows how much. */
export function detailOf(
  entry: LogEntry,
  kept: { targets: readonly string[]; preview: string | null; result: string | null; error: string | null },
): LogDetail {
  const { preview } = kept
  const { message, job } = entry
  const alike = message === null ? null : outcomeOfAll(message)
  const size = message?.bytes ?? 0
  return {
    entry,
    deliveries: message === null ? [] : kept.targets.map((uuid) => ({ uuid, outcome: alike })),
    payload:
      message === null || preview === null
        ? null
        : { text: preview, bytes: size, cut: Buffer.byteLength(preview) < size },
    result: job === null || kept.result === null ? null : keptText(kept.result),
    error: job === null ? null : keptText(kept.error ?? ''),
  }
}

/** Texts from here on may have been longer: they are cut at 4 KiB, in no character's middle. */
const surelyWhole = 4096 - 3

function keptText(text: string): LogDetail['error'] {
  const bytes = Buffer.byteLength(text)
  const cut = bytes >= surelyWhole
  return { text, bytes: cut ? null : bytes, cut }
}

/** What became of a message for each target, where that is the same for all. */
function outcomeOfAll(
  message: NonNullable<LogEntry['message']>,
): 'sent' | 'filtered' | 'dropped' | 'queued' | null {
  const { targetCount, sent, filtered, dropped } = message
  if (sent === targetCount) return 'sent'
  if (filtered === targetCount) return 'filtered'
  if (dropped === targetCount) return 'dropped'
  return sent + filtered + dropped === 0 ? 'queued' : null
}

/** The ids and times of a range of time are looked up, so that nothing outside of it is walked through. */
function startOf(db: DatabaseSync, { before, after, since, until }: LogQuery): number {
  if (after !== undefined) {
    return since === undefined ? after : Math.max(after, (firstIdSince(db, since) ?? Infinity) - 1)
  }
  const end = before ?? Number.MAX_SAFE_INTEGER
  return until === undefined ? end : Math.min(end, (lastIdUntil(db, until) ?? -1) + 1)
}

/** Whether the rest of the way lies outside of the range of time. */
function isOver(db: DatabaseSync, { since, until }: LogQuery, next: number, forward: boolean): boolean {
  if (forward) return until !== undefined && next >= (lastIdUntil(db, until) ?? -1)
  return since !== undefined && next <= (firstIdSince(db, since) ?? Infinity)
}

/** By the highest id, not the latest time: where the clock was set, an entry of that time may come later. */
function lastIdUntil(db: DatabaseSync, until: number): number | null {
  const row = db.prepare('SELECT seq FROM log WHERE at <= ? ORDER BY at DESC, seq DESC LIMIT 1').get(until)
  return row === undefined ? null : Number(row['seq'])
}

function firstIdSince(db: DatabaseSync, since: number): number | null {
  const row = db.prepare('SELECT seq FROM log WHERE at >= ? ORDER BY at, seq LIMIT 1').get(since)
  return row === undefined ? null : Number(row['seq'])
}

function timeOf(db: DatabaseSync, id: number): number | null {
  const row = db.prepare('SELECT at FROM log WHERE seq = ?').get(id)
  return row === undefined ? null : Number(row['at'])
}

function namesOf(db: DatabaseSync, entries: readonly LogEntry[]): Record<string, string> {
  const label = db.prepare(`SELECT label FROM clients WHERE user_id = ? AND uuid = ? AND label <> ''`)
  const names: Record<string, string> = {}
  const looked = new Set<string>()
  for (const { userId, client, message, job } of entries) {
    for (const uuid of [client, ...(message?.targets ?? job?.targets ?? [])]) {
      const key = clientKey({ userId, uuid })
      if (uuid === '' || looked.has(key)) continue
      looked.add(key)
      const row = label.get(userId, uuid)
      if (row !== undefined) names[key] = String(row['label'])
    }
  }
  return names
}

const columns = `l.seq, l.at AS log_at, l.source,
  a.kind AS a_kind, a.user_id AS a_user, a.client, a.by_whom, a.text, a.count,
  m.user_id AS m_user, m.message_id, m.job_id AS m_job, m.from_uuid AS m_from, m.routing, m.targets AS m_targets,
  m.target_count AS m_count, m.priority, m.kind AS m_kind, m.bytes, m.sent, m.filtered, m.dropped,
  j.user_id AS j_user, j.job_id AS j_job, j.at AS j_at, j.kind AS j_kind, j.title, j.from_uuid AS j_from,
  j.targets AS j_targets, j.target_count AS j_count, j.state, j.error`

const joins = `LEFT JOIN activity a ON l.source = 0 AND a.id = l.row_id
  LEFT JOIN messages m ON l.source = 1 AND m.id = l.row_id
  LEFT JOIN jobs j ON l.source = 2 AND j.id = l.row_id`

/** The columns of one source are there, those of the others are null. */
interface LogRow extends Record<string, string | number | null> {
  seq: number
  log_at: number
  source: number
  m_targets: string | null
  j_targets: string | null
  error: string | null
}

function entryOf(row: LogRow): LogEntry | null {
  const text = (column: string): string => String(row[column] ?? '')
  const number = (column: string): number => Number(row[column] ?? 0)
  const { seq, log_at: at } = row
  switch (row.source) {
    case 0:
      return lineEntry(
        {
          at,
          kind: text('a_kind') as ActivityRow['kind'],
          userId: text('a_user'),
          client: text('client'),
          by: text('by_whom') as ActivityRow['by'],
          text: text('text'),
          count: number('count'),
        },
        seq,
      )
    case 1:
      return messageEntry(
        {
          at,
          userId: text('m_user'),
          messageId: text('message_id'),
          jobId: text('m_job'),
          from: text('m_from'),
          routing: parse(text('routing')) as Routing,
          targets: parse(text('m_targets')) as string[],
          targetCount: number('m_count'),
          priority: number('priority'),
          kind: text('m_kind'),
          bytes: number('bytes'),
          preview: null,
          sent: number('sent'),
          filtered: number('filtered'),
          dropped: number('dropped'),
        } satisfies MessageRow,
        seq,
      )
    default:
      return jobEntry(
        {
          userId: text('j_user'),
          jobId: text('j_job'),
          at: number('j_at'),
          updatedAt: at,
          kind: text('j_kind'),
          title: text('title'),
          from: text('j_from'),
          targets: parse(text('j_targets')) as string[],
          targetCount: number('j_count'),
          state: text('state') as JobRow['state'],
          error: text('error'),
          result: null,
        },
        seq,
      )
  }
}

/** JSON of a column. Version 0.1.0 wrote what was cut inside a character as it was. */
function parse(json: string): unknown {
  return JSON.parse(wellFormedJson(json))
}
