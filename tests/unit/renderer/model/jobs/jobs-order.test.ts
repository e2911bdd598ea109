import { describe, expect, it } from 'vitest'
import { jobsThatEnd } from '../../../../../src/renderer/model/jobs/jobs-order.ts'
import { panelJob } from '../../fakes/panel-jobs.ts'

const party = (uuid: string) => ({ uuid, name: uuid })

describe('the jobs that end with clients that are unregistered', () => {
  it('are the unfinished ones that they were given or sent, oldest first', () => {
    const jobs = [
      panelJob('sent', { state: 'running', createdAt: 3, from: party('llm'), targets: [party('b')] }),
      panelJob('given', { createdAt: 2, from: party('other'), targets: [party('b'), party('llm')] }),
      panelJob('ended', { state: 'completed', createdAt: 1, from: party('llm'), targets: [party('b')] }),
      panelJob('foreign', { createdAt: 1, from: party('other'), targets: [party('b')] }),
      panelJob('another', { userId: 'eve', createdAt: 1, from: party('llm'), targets: [party('llm')] }),
    ]
    const byKey = new Map(jobs.map((job, index) => [String(index), job]))
    const ending = jobsThatEnd(byKey, [{ userId: 'local', uuid: 'llm' }])
    expect(ending.map(({ jobId }) => jobId)).toStrictEqual(['given', 'sent'])
  })
})
