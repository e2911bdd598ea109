import type { LogDetail } from '../../shared/activity.ts'
import type { LogQuery, LogEntriesPage } from './log-queries.ts'

/** What can be read back. It is empty while there is no file, and where the file could not be read. */
export interface ActivityQueries {
  /** A page of the log, in the direction that is asked for. */
  log(look: LogQuery): Promise<LogEntriesPage>
  /** The last id of the log before a moment in Unix seconds. `userId` is who asks, where it is a panel of one user. */
  lastIdBefore(at: number, userId?: string): Promise<number | null>
  /** Null where it is not kept (any more), or on a bus other than that of `userId`. */
  detail(id: number, userId?: string): Promise<LogDetail | null>
}
