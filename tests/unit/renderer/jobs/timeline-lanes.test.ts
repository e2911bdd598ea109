import { describe, expect, it } from 'vitest'
import { timelineLanes } from '../../../../src/renderer/features/jobs/timeline-lanes.ts'
import { panelJob } from '../fakes/panel-jobs.ts'

const brief = (lanes: ReturnType<typeof timelineLanes>) =>
  lanes.map(({ name, rows, stretches }) => ({
    name,
    rows,
    stretches: stretches.map(({ job, from, to, row }) => [job.jobId, from, to, row]),
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
    expect(brief(timelineLanes(jobs, 300, 100))).toEqual([
      {
        name: 'Atelier 1',
        rows: 1,
        stretches: [
          ['cut', 0, 0.2, 0],
          ['waits', 0.9, 1, 0],
        ],
      },
      { name: 'Farm 2', rows: 1, stretches: [['runs', 0.8, 1, 0]] },
      { name: 'Farm 10', rows: 1, stretches: [['runs', 0.8, 1, 0]] },
    ])
  })

  it('puts jobs that overlap into rows of their own, at most three', () => {
    const jobs = [1, 2, 3, 4].map((n) => panelJob(`j${n}`, { createdAt: n, endedAt: n === 4 ? 9 : 5 }))
    jobs.push(panelJob('later', { createdAt: 6, endedAt: 8 }))
    expect(brief(timelineLanes(jobs, 10, 10))).toEqual([
      {
        name: 'Atelier 1',
        rows: 3,
        stretches: [
          ['j1', 0.1, 0.5, 0],
          ['j2', 0.2, 0.5, 1],
          ['j3', 0.3, 0.5, 2],
          ['j4', 0.4, 0.9, 2],
          ['later', 0.6, 0.8, 0],
        ],
      },
    ])
  })
})
