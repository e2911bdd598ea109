import { expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createJobs } from '../../../../../src/renderer/model/jobs/jobs-store.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'
import {
  doesNotStop,
  type EndableBlender,
  type EndBlenderOutcome,
  type PanelJob,
} from '../../../../../src/shared/jobs.ts'
import { panelJob } from '../../fakes/panel-jobs.ts'

const blender: EndableBlender = { name: 'Atelier 1', pid: 4711, file: '/a/shot.blend', otherJobs: 1 }
const endless: Partial<PanelJob> = { state: 'running', progressMessage: 'Does not stop: it goes on.' }

/** Lets promise callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function build(end: () => Promise<EndBlenderOutcome> = () => Promise.reject(new Error('closed'))) {
  const toasts = createToasts()
  const asked: unknown[] = []
  const api = {
    jobs: {
      detail: () => Promise.resolve(null),
      endable(ref: { jobId: string }) {
        asked.push(ref)
        return ref.jobId === 'forbidden' ? Promise.reject(new Error('forbidden')) : Promise.resolve(blender)
      },
      endBlender: end,
    },
  } as unknown as PanelApi
  const jobs = createJobs({ api: () => api, toasts, now: () => 5000 })
  const open = async (job: PanelJob): Promise<void> => {
    jobs.apply({ type: 'snapshot', revision: 1, jobs: [job] })
    jobs.open(job.key)
    await settle()
  }
  const said = () => toasts.state.getState().toasts.map(({ kind, text }) => `${kind}: ${text}`)
  return { jobs, asked, open, said, state: () => jobs.state.getState() }
}

it('does not stop while it runs and its Blender says so', () => {
  const message = 'Does not stop: it goes on.'
  expect([
    doesNotStop({ state: 'running', progressMessage: message }),
    doesNotStop({ state: 'cancelled', progressMessage: message }),
    doesNotStop({ state: 'running', progressMessage: 'It does not stop' }),
  ]).toStrictEqual([true, false, false])
})

it('knows the Blender of the open job that does not stop, until the job ends or is closed', async () => {
  const { jobs, asked, open, state } = build()
  await open(panelJob('a', { state: 'running' }))
  jobs.askToEnd(true)
  expect([state().endable, state().asksToEnd, asked]).toStrictEqual([null, false, []])
  const change = async (job: PanelJob, from: number): Promise<void> => {
    jobs.apply({ type: 'patch', from, revision: from + 1, upsert: [job], remove: [] })
    await settle()
  }
  await change(panelJob('a', endless), 1)
  expect([state().endable, asked]).toStrictEqual([blender, [{ userId: 'local', jobId: 'a' }]])
  jobs.askToEnd(true)
  expect(state().asksToEnd).toBe(true)
  await change(panelJob('a', { ...endless, state: 'cancelled' }), 2)
  expect(state().endable).toBeNull()
  await change(panelJob('a', endless), 3)
  jobs.close()
  expect([state().endable, state().asksToEnd]).toStrictEqual([null, false])
})

it('offers nothing where the panel may end none', async () => {
  const { open, state } = build()
  await open(panelJob('forbidden', endless))
  expect([state().endable, state().detail]).toStrictEqual([null, null])
})

it.each<[EndBlenderOutcome, string]>([
  [{ outcome: 'ended', forced: false }, 'done: Atelier 1 was ended.'],
  [{ outcome: 'ended', forced: true }, 'done: Atelier 1 was killed.'],
  [
    { outcome: 'refused', message: 'The job has ended.' },
    'problem: Atelier 1 was not ended. The job has ended.',
  ],
])('tells what came of %o', async (outcome, text) => {
  const { jobs, said } = build(() => Promise.resolve(outcome))
  await jobs.endBlender(panelJob('a', endless), 'Atelier 1')
  expect(said()).toStrictEqual([text])
})

it('says so where no answer came', async () => {
  const { jobs, said } = build()
  await jobs.endBlender(panelJob('a', endless), 'Atelier 1')
  expect(said()).toStrictEqual(['problem: No answer came: it is not known whether Atelier 1 was ended.'])
})
