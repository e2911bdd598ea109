import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import {
  createActivityLog,
  type ActivityLog,
  type ActivityLogLimits,
} from '../../../../src/main/activity/activity-log.ts'
import { openForReading } from '../../../../src/main/activity/history-database.ts'
import type { LogEntriesPage, LogQuery } from '../../../../src/main/activity/log-queries.ts'
import { answerQuestion, type LogQuestion } from '../../../../src/main/activity/log-question.ts'
import type { LogDetail } from '../../../../src/shared/activity.ts'
import { recordedLog } from '../access/recorded-log.ts'

/** What the thread that reads a history answers, asked here and now. */
export interface HistoryReader {
  log(look: LogQuery): LogEntriesPage
  lastIdBefore(at: number): number | null
  detail(id: number, userId?: string): LogDetail | null
}

/** Reads the history file at a path as the thread does. */
export function readerOf(path: string): HistoryReader {
  const ask = (question: LogQuestion): unknown => {
    const db = openForReading(path)
    try {
      return answerQuestion(db, question)
    } finally {
      db.close()
    }
  }
  return {
    log: (look) => ask({ kind: 'log', look }) as LogEntriesPage,
    lastIdBefore: (at) => ask({ kind: 'lastIdBefore', at }) as number | null,
    detail: (id, userId) => ask({ kind: 'detail', id, userId }) as LogDetail | null,
  }
}

/**
 * For the top of a test file: journals in a folder of each test's own. They are closed, and it is removed, after the
 * test. Tests move `time` by hand.
 */
export function useJournals(defaults: Partial<ActivityLogLimits> = {}) {
  const place = { folder: '', path: '' }
  const time = { nowMs: 1_700_000_000_000 }
  const open: ActivityLog[] = []
  beforeEach(() => {
    place.folder = mkdtempSync(join(tmpdir(), 'busbar-activityLog-'))
    place.path = join(place.folder, 'history.db')
  })
  afterEach(() => {
    for (const activityLog of open.splice(0)) activityLog.close()
    // A thread that takes a history over may need a moment to let go of it.
    rmSync(place.folder, { recursive: true, force: true, maxRetries: 20 })
  })
  const start = (limits: Partial<ActivityLogLimits> = {}, path = place.path): ActivityLog => {
    const activityLog = createActivityLog({
      path,
      clock: () => time.nowMs,
      log: recordedLog(),
      limits: { flushMs: 5, retryMs: 20, ...defaults, ...limits },
    })
    open.push(activityLog)
    return activityLog
  }
  return { place, time, start }
}
