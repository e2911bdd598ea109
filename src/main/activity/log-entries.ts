import { logPriorities, type LogEntry, type LogKind } from '../../shared/activity.ts'
import type { ActivityRow, JobRow, QueuedEntry, MessageRow } from './entries.ts'
import { lastLine } from './last-line.ts'

/** Targets that an entry of the log names. */
const shownTargets = 20
const problemLength = 200

/** The entry that a row of the log's three tables makes; null for rows that make none: other tables, jobs that go on. */
export function logEntryOf(entry: QueuedEntry, id: number): LogEntry | null {
  switch (entry.table) {
    case 'activity':
      return lineEntry(entry.row, id)
    case 'messages':
      return messageEntry(entry.row, id)
    case 'jobs':
      return jobEntry(entry.row, id)
    case 'outcomes':
    case 'clients':
      return null
  }
}

/** Everybody an entry is found under: whom it is about, who sent it, and the targets that are kept. */
export function clientsOf(entry: QueuedEntry): readonly string[] {
  switch (entry.table) {
    case 'activity':
      return entry.row.client === '' ? [] : [entry.row.client]
    case 'messages':
    case 'jobs':
      return [entry.row.from, ...entry.row.targets]
    case 'outcomes':
    case 'clients':
      return []
  }
}

export function lineEntry(row: ActivityRow, id: number): LogEntry {
  const { at, kind, userId, client, by, text, count } = row
  const priority = logPriorities[kind]
  return { id, at, kind, priority, userId, client, by, text, count, message: null, job: null }
}

export function messageEntry(row: MessageRow, id: number): LogEntry {
  const { at, priority, userId, from, kind } = row
  const { messageId, jobId, routing, targetCount, bytes, sent, filtered, dropped } = row
  const targets = row.targets.slice(0, shownTargets)
  return {
    id,
    at,
    kind: 'message',
    priority,
    userId,
    client: from,
    by: 'client',
    text: kind,
    count: 1,
    message: { messageId, jobId, routing, targets, targetCount, bytes, sent, filtered, dropped },
    job: null,
  }
}

/** @param at when it ended; that of an interrupted one is when the next run found it */
export function jobEntry(row: JobRow, id: number, at = row.updatedAt): LogEntry | null {
  const kind = endKind(row.state)
  if (kind === null) return null
  return {
    id,
    at,
    kind,
    priority: logPriorities[kind],
    userId: row.userId,
    client: row.from,
    by: row.state === 'interrupted' ? 'server' : 'client',
    text: row.title,
    count: 1,
    message: null,
    job: {
      jobId: row.jobId,
      targets: row.targets.slice(0, shownTargets),
      targetCount: row.targetCount,
      dispatchedAt: row.at,
      problem: lastLine(row.error, problemLength),
    },
  }
}

function endKind(state: JobRow['state']): Exclude<LogKind, 'message'> | null {
  return state === 'pending' || state === 'running' ? null : `job_${state}`
}
