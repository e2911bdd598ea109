import { expect, it } from 'vitest'
import { isBeingCancelled, jobStateText } from '../../../../../src/renderer/model/jobs/job-state-text.ts'
import { panelJob } from '../../fakes/panel-jobs.ts'

it('says that a job is being cancelled until it has ended, and not that it is cancelled', () => {
  const said = (['pending', 'running', 'completed', 'failed', 'cancelled'] as const).map((state) => {
    const job = panelJob('j', { state, cancelRequestedAt: 1001 })
    return [jobStateText(job), isBeingCancelled(job)]
  })
  expect(said).toStrictEqual([
    ['cancelling…', true],
    ['cancelling…', true],
    ['completed', false],
    ['failed', false],
    ['cancelled', false],
  ])
  expect(jobStateText(panelJob('j', { state: 'running' }))).toBe('running')
})
