import { describe, expect, it } from 'vitest'
import {
  adjacentBar,
  jobsInWindow,
  timelineLanes,
} from '../../../../../src/renderer/model/jobs/timeline-lanes.ts'
import type { PanelJob } from '../../../../../src/shared/jobs.ts'
import { panelJob } from '../../fakes/panel-jobs.ts'

const lanesOf = (jobs: readonly PanelJob[], now: number, seconds: number) =>
  timelineLanes(jobsInWindow(jobs, now, seconds), now, seconds)
const brief = ({ lanes }: ReturnType<typeof timelineLanes>) =>
  lanes.map(({ name, rows, bars }) => ({
    name,
    rows,
    bars: bars.map(({ job, from, to, row }) => [job.jobId, from, to, row]),
  }))

describe('the lanes of the timeline', () => {
  it('places jobs in the window by when they ran, one lane a target, in the order of names', () => {
    const two = [
      { uuid: 'b10', name: 'Farm 10' },
      { uuid: 'b2', name: 'Farm 2' },
    ]
    const jobs = [
      panelJob('over', { createdAt: 10, endedAt: 50 }),
      panelJob('cut', { createdAt: 100, startedAt: 150, endedAt: 220 }),
      panelJob('runs', { createdAt: 250, startedAt: 280, targets: two }),
      panelJob('waits', { createdAt: 290 }),
    ]
    expect(brief(lanesOf(jobs, 300, 100))).toEqual([
      {
        name: 'Atelier 1',
        rows: 1,
        bars: [
          ['cut', 0, 0.2, 0],
          ['waits', 0.9, 1, 0],
        ],
      },
      { name: 'Farm 2', rows: 1, bars: [['runs', 0.8, 1, 0]] },
      { name: 'Farm 10', rows: 1, bars: [['runs', 0.8, 1, 0]] },
    ])
  })

  it('tells clients of one name apart by their uuids', () => {
    const targets = [
      { uuid: '3f2a0001-9c1d', name: 'Render' },
      { uuid: '3f2a0000-9c1d', name: 'Render' },
      { uuid: 'b', name: 'Other' },
    ]
    const { lanes } = lanesOf([panelJob('j', { createdAt: 5, targets })], 10, 10)
    expect(lanes.map(({ name }) => name)).toEqual([
      'Other',
      'Render (3f2a0000-9c1d)',
      'Render (3f2a0001-9c1d)',
    ])
  })

  it('puts jobs that overlap into rows of their own, at most three', () => {
    const jobs = [1, 2, 3, 4].map((n) => panelJob(`j${n}`, { createdAt: n, endedAt: n === 4 ? 9 : 5 }))
    jobs.push(panelJob('later', { createdAt: 6, endedAt: 8 }))
    expect(brief(lanesOf(jobs, 10, 10))).toEqual([
      {
        name: 'Atelier 1',
        rows: 3,
        bars: [
          ['j1', 0.1, 0.5, 0],
          ['j2', 0.2, 0.5, 1],
          ['j3', 0.3, 0.5, 2],
          ['j4', 0.4, 0.9, 2],
          ['later', 0.6, 0.8, 0],
        ],
      },
    ])
  })

  it('draws the newest of very many, and says how many that are', () => {
    const jobs = Array.from({ length: 1_000 }, (_, n) => panelJob(`j${n}`, { createdAt: n, endedAt: n + 1 }))
    const { lanes, drawn } = lanesOf(jobs, 2_000, 2_000)
    expect([drawn, lanes[0]?.bars.length, lanes[0]?.bars[0]?.job.jobId]).toEqual([400, 400, 'j600'])
  })

  it('is walked by the arrow keys: along a lane, and to the nearest in time of another', () => {
    const two = [{ uuid: 'b2', name: 'B' }]
    const { lanes } = lanesOf(
      [
        panelJob('a1', { createdAt: 10, endedAt: 20 }),
        panelJob('a2', { createdAt: 50, endedAt: 60 }),
        panelJob('b1', { createdAt: 12, endedAt: 20, targets: two }),
        panelJob('b2', { createdAt: 48, endedAt: 60, targets: two }),
      ],
      100,
      100,
    )
    const walk = (job: string, lane: string, arrow: string) =>
      adjacentBar(lanes, { lane: `local\u001f${lane}`, key: `local\u001f${job}` }, arrow)?.key.slice(6)
    expect(walk('a1', 'b', 'ArrowRight')).toBe('a2')
    expect(walk('a2', 'b', 'ArrowRight')).toBeUndefined()
    expect(walk('a2', 'b', 'ArrowDown')).toBe('b2')
    expect(walk('b1', 'b2', 'ArrowUp')).toBe('a1')
    expect(walk('b1', 'b2', 'ArrowDown')).toBeUndefined()
  })
})
