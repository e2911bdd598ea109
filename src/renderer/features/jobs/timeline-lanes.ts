import type { PanelJob } from '../../../shared/jobs.ts'

/** A stretch of a lane, in parts of the window's width: 0 is its start and 1 is now. */
export interface Stretch {
  job: PanelJob
  from: number
  to: number
  /** Row within the lane, for jobs that overlap. */
  row: number
}

export interface Lane {
  uuid: string
  name: string
  stretches: Stretch[]
  rows: number
}

/** Rows that a lane may grow to; what overlaps even more lies on the last. */
const rowsMax = 3

/**
 * What ran when, one lane a target: the jobs that touch the last `windowSeconds` before `now`. A job that nobody
 * ever said to run has its stretch from the dispatch on. Lanes stand in the order of their names.
 */
export function timelineLanes(jobs: Iterable<PanelJob>, now: number, windowSeconds: number): Lane[] {
  const lanes = new Map<string, Lane & { ends: number[] }>()
  const start = now - windowSeconds
  const place = (time: number) => Math.min(1, Math.max(0, (time - start) / windowSeconds))
  const inOrder = [...jobs]
    .filter((job) => (job.endedAt ?? now) >= start)
    .sort((a, b) => a.createdAt - b.createdAt)
  for (const job of inOrder) {
    const from = job.startedAt ?? job.createdAt
    const to = Math.max(from, job.endedAt ?? now)
    for (const { uuid, name } of job.targets) {
      const key = `${job.userId}\u001f${uuid}`
      const lane = lanes.get(key) ?? { uuid, name, stretches: [], rows: 0, ends: [] }
      lanes.set(key, lane)
      lane.name = name
      const free = lane.ends.findIndex((end) => end <= from)
      const row = free === -1 ? Math.min(lane.ends.length, rowsMax - 1) : free
      lane.ends[row] = to
      lane.rows = Math.max(lane.rows, row + 1)
      lane.stretches.push({ job, from: place(from), to: place(to), row })
    }
  }
  return [...lanes.values()]
    .map(({ uuid, name, stretches, rows }) => ({ uuid, name, stretches, rows }))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
}
