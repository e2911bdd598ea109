import type { DatabaseSync } from 'node:sqlite'
import type { LogDetail } from '../../shared/activity.ts'
import type { JobRef } from '../../shared/jobs.ts'
import type { JobRow } from './entries.ts'
import {
  emptyPage,
  lastIdBefore,
  logDetail,
  queryLog,
  type LogQuery,
  type LogEntriesPage,
} from './log-queries.ts'
import { pastJobs, pastJobTexts, type PastJob } from './past-jobs.ts'

/** What can be read back. It is empty while there is no file. */
export interface ActivityQueries {
  /** A page of the log, in the direction that is asked for. */
  log(look: LogQuery): LogEntriesPage
  /** The last id of the log before a moment in Unix seconds. */
  lastIdBefore(at: number): number | null
  /** Null where it is not kept (any more), or on a bus other than that of `userId`. */
  detail(id: number, userId?: string): LogDetail | null
  /** The last jobs of earlier runs of the server, newest first. */
  pastJobs(limit: number): PastJob[]
  /** What such a job answered; null where it is not kept (any more). */
  pastJobTexts(ref: JobRef): Pick<JobRow, 'result' | 'error'> | null
}

/**
 * @param database the open file, null while there is none
 * @param run what marks the run of this server
 * @param onFault hears of a file that could not be read
 */
export function createActivityQueries(
  database: () => DatabaseSync | null,
  run: number,
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

  return {
    log: (look) => read(emptyPage, (db) => queryLog(db, look)),
    lastIdBefore: (at) => read<number | null>(null, (db) => lastIdBefore(db, at)),
    pastJobs: (limit) => read<PastJob[]>([], (db) => pastJobs(db, run, limit)),
    pastJobTexts: (ref) =>
      read<Pick<JobRow, 'result' | 'error'> | null>(null, (db) => pastJobTexts(db, run, ref)),
    detail: (id, userId) => read<LogDetail | null>(null, (db) => logDetail(db, id, userId)),
  }
}
