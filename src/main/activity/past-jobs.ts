import type { DatabaseSync } from 'node:sqlite'
import type { JobRef } from '../../shared/jobs.ts'
import { wellFormedJson } from '../../shared/well-formed.ts'
import type { JobRow } from './entries.ts'

/** A job of an earlier run of the server, with what its clients were called. */
export interface PastJob extends Omit<JobRow, 'result'> {
  /** Labels by uuid; a client without one is missing. */
  readonly names: ReadonlyMap<string, string>
}

/** The jobs of earlier runs of the server. There are none while there is no file. */
export interface PastJobs {
  /** The last ones, newest first. */
  newest(limit: number): PastJob[]
  /** What one answered; null where it is not kept (any more). */
  texts(ref: JobRef): Pick<JobRow, 'result' | 'error'> | null
}

/**
 * Reads them where it stands: a bounded number once, and one at a time by its id.
 *
 * @param database the open file, null while there is none
 * @param run what marks the run of this server
 * @param onFault hears of a file that could not be read
 */
export function createPastJobs(
  database: () => DatabaseSync | null,
  run: number,
  onFault: (error: unknown) => void,
): PastJobs {
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
    newest: (limit) => read<PastJob[]>([], (db) => newestJobs(db, run, limit)),
    texts: (ref) => read<ReturnType<PastJobs['texts']>>(null, (db) => textsOf(db, run, ref)),
  }
}

function newestJobs(db: DatabaseSync, run: number, limit: number): PastJob[] {
  const label = db.prepare(`SELECT label FROM clients WHERE user_id = ? AND uuid = ? AND label <> ''`)
  const rows = db
    .prepare(
      `SELECT user_id AS userId, job_id AS jobId, at, updated_at AS updatedAt, kind, title, from_uuid AS "from",
        targets, target_count AS targetCount, state, error FROM jobs WHERE run <> ? ORDER BY id DESC LIMIT ?`,
    )
    .all(run, limit) as unknown as (Omit<JobRow, 'result' | 'targets'> & { targets: string })[]
  return rows.map((row) => {
    const targets = JSON.parse(wellFormedJson(row.targets)) as string[]
    const names = new Map<string, string>()
    for (const uuid of [row.from, ...targets]) {
      const found = label.get(row.userId, uuid)?.['label']
      if (typeof found === 'string') names.set(uuid, found)
    }
    return { ...row, targets, names }
  })
}

/** Of the last job of this id in an earlier run, as far as it was kept. */
function textsOf(
  db: DatabaseSync,
  run: number,
  { userId, jobId }: JobRef,
): Pick<JobRow, 'result' | 'error'> | null {
  const row = db
    .prepare(
      'SELECT result, error FROM jobs WHERE user_id = ? AND job_id = ? AND run <> ? ORDER BY id DESC LIMIT 1',
    )
    .get(userId, jobId, run)
  return row === undefined ? null : { result: row['result'] as string | null, error: String(row['error']) }
}
