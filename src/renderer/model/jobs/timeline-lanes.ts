import type { PanelJob } from '../../../shared/jobs.ts'
import { shortUuid } from '../clients/client-text.ts'

/** A bar of a lane: a job, in parts of the window's width: 0 is its start and 1 is now. */
export interface TimelineBar {
  job: PanelJob
  from: number
  to: number
  /** Row within the lane, for jobs that overlap. */
  row: number
}

export interface Lane {
  /** The user and the uuid of the client. */
  key: string
  name: string
  /** Oldest first. */
  bars: TimelineBar[]
  rows: number
}

/** How much time the timeline can show. */
export const timelineWindows = [
  { label: '1 min', seconds: 60 },
  { label: '5 min', seconds: 300 },
  { label: '30 min', seconds: 1_800 },
  { label: '3 h', seconds: 10_800 },
  { label: '12 h', seconds: 43_200 },
] as const

/** Rows that a lane may grow to; what overlaps even more lies on the last. */
const rowsMax = 3
/** Most jobs that are drawn: the newest. */
const jobsMax = 400
/** A job to many is drawn in the lanes of its first targets. */
const targetsMax = 8

/** The jobs that touch the last `windowSeconds` before `now`, oldest first. */
export function jobsInWindow(jobs: Iterable<PanelJob>, now: number, windowSeconds: number): PanelJob[] {
  const start = now - windowSeconds
  return [...jobs].filter((job) => (job.endedAt ?? now) >= start).sort((a, b) => a.createdAt - b.createdAt)
}

/**
 * What ran when, one lane a target: at most the newest 400 of these jobs, which are in order of their dispatch. A job
 * that nobody ever said to run has its bar from the dispatch on. Lanes stand in the order of their names.
 */
export function timelineLanes(
  inWindow: readonly PanelJob[],
  now: number,
  windowSeconds: number,
): { lanes: Lane[]; drawn: number } {
  const lanes = new Map<string, Lane & { uuid: string; ends: number[] }>()
  const start = now - windowSeconds
  const place = (time: number) => Math.min(1, Math.max(0, (time - start) / windowSeconds))
  const drawn = inWindow.slice(-jobsMax)
  for (const job of drawn) {
    const from = job.startedAt ?? job.createdAt
    const to = Math.max(from, job.endedAt ?? now)
    for (const { uuid, name } of job.targets.slice(0, targetsMax)) {
      const key = `${job.userId}\u001f${uuid}`
      const lane = lanes.get(key) ?? { key, uuid, name, bars: [], rows: 0, ends: [] }
      lanes.set(key, lane)
      lane.name = name
      const free = lane.ends.findIndex((end) => end <= from)
      const row = free === -1 ? Math.min(lane.ends.length, rowsMax - 1) : free
      lane.ends[row] = to
      lane.rows = Math.max(lane.rows, row + 1)
      lane.bars.push({ job, from: place(from), to: place(to), row })
    }
  }
  const names = Map.groupBy(lanes.values(), ({ name }) => name)
  return {
    drawn: drawn.length,
    lanes: [...lanes.values()]
      .map(({ key, uuid, name, bars, rows }) => ({
        key,
        // Clients of one name are told apart.
        name: names.get(name)?.length === 1 ? name : `${name} (${shortUuid(uuid)})`,
        bars,
        rows,
      }))
      .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })),
  }
}

/**
 * Where an arrow key goes from a job in a lane: to the one before or after it, or to the one that is nearest in time
 * in the lane above or below. Null where there is none.
 */
export function adjacentBar(
  lanes: readonly Lane[],
  from: { lane: string; key: string },
  arrow: string,
): { lane: string; key: string } | null {
  const laneAt = lanes.findIndex(({ key }) => key === from.lane)
  const lane = lanes[laneAt]
  const at = lane?.bars.findIndex(({ job }) => job.key === from.key) ?? -1
  const bar = lane?.bars[at]
  if (lane === undefined || bar === undefined) return null
  if (arrow === 'ArrowLeft' || arrow === 'ArrowRight') {
    const next = lane.bars[at + (arrow === 'ArrowLeft' ? -1 : 1)]
    return next === undefined ? null : { lane: lane.key, key: next.job.key }
  }
  const other = lanes[laneAt + (arrow === 'ArrowUp' ? -1 : 1)]
  const distance = (each: TimelineBar) => Math.abs(each.from - bar.from)
  const nearest = other?.bars.toSorted((a, b) => distance(a) - distance(b))[0]
  return other === undefined || nearest === undefined ? null : { lane: other.key, key: nearest.job.key }
}
