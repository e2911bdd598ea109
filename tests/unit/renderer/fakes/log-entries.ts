import type { LogEntry, LogPage } from '../../../../src/shared/activity.ts'

/** A line of the log by its id, at that second; `change` lays its own parts over it. */
export function logEntry(id: number, change: Partial<LogEntry> = {}): LogEntry {
  return {
    ...{ id, at: id, kind: 'client_registered', priority: 6, userId: 'local', client: 'b', by: 'client' },
    ...{ text: `line ${id}`, count: 1, message: null, job: null },
    ...change,
  }
}

export function messageEntry(id: number, change: Partial<NonNullable<LogEntry['message']>> = {}): LogEntry {
  return logEntry(id, {
    kind: 'message',
    text: 'chat',
    client: 'llm',
    message: {
      ...{
        messageId: `m${id}`,
        jobId: `j${id}`,
        routing: { type: 'direct', target_uuid: 'b' },
        targets: ['b'],
      },
      ...{ targetCount: 1, bytes: 7, sent: 0, filtered: 0, dropped: 0 },
      ...change,
    },
  })
}

/** Entries of these ids, in this order. */
export function logPage(ids: readonly number[], change: Partial<LogPage> = {}): LogPage {
  return {
    entries: ids.map((id) => logEntry(id)),
    next: null,
    nextAt: null,
    names: {},
    history: { state: 'on', reason: '' },
    ...change,
  }
}
