import type { DatabaseSync } from 'node:sqlite'
import type { JobRef } from '../../shared/jobs.ts'
import { wellFormedJson } from '../../shared/well-formed.ts'
import type { JobRow } from './entries.ts'

/** A job of an earlier run of the server, with what its clients were called. */
export interface PastJob extends Omit<JobRow, 'result'> {
  /** Labels by uuid; a client without one is missing. */
  readonly names: ReadonlyMap<string, string>
}

/** The last jobs of earlier runs, newest first. @param run what marks the run of this server */
export function pastJobs(db: DatabaseSync, run: number, limit: number): PastJob[] {
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

/** What the last job of this id in an earlier run answered, as far as it was kept; null where there was none. */
export function pastJobTexts(
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
