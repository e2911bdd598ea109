import { describe, expect, it } from 'vitest'
import { jobsOfClient } from '../../../../../src/renderer/model/jobs/jobs-order.ts'
import { createJobs } from '../../../../../src/renderer/model/jobs/jobs-store.ts'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'
import type { JobCancelOutcome, JobDetail, PanelJob } from '../../../../../src/shared/jobs.ts'
import { panelJob } from '../../fakes/panel-jobs.ts'

const detail = (result: string): JobDetail => ({
  payload: null,
  routing: null,
  priority: null,
  result,
  resultLength: result.length,
  error: '',
  errorLength: 0,
})

/** Lets promise callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function build() {
  const toasts = createToasts()
  const asked: ((detail: JobDetail | null) => void)[] = []
  const answers = { cancel: 'asked' as JobCancelOutcome | null, connected: true }
  const api = {
    jobs: {
      detail: () => new Promise<JobDetail | null>((resolve) => asked.push(resolve)),
      cancel: () =>
        answers.cancel === null
          ? Promise.reject(new Error('gone'))
          : Promise.resolve({ outcome: answers.cancel }),
      text: ({ jobId, part }: { jobId: string; part: string }) =>
        Promise.resolve(jobId === 'forgotten' ? null : { text: `${part} of ${jobId}` }),
      repeat: ({ jobId }: { jobId: string }) =>
        Promise.resolve(
          jobId === 'kept'
            ? { outcome: 'sent', jobId: 'new', targetCount: 1 }
            : { outcome: 'refused', message: 'Nobody is there.' },
        ),
    },
  } as unknown as PanelApi
  const jobs = createJobs({ api: () => (answers.connected ? api : null), toasts, now: () => 5000 })
  const snapshot = (...list: PanelJob[]) => jobs.apply({ type: 'snapshot', revision: 1, jobs: list })
  const said = () => toasts.state.getState().toasts.map(({ kind, text }) => `${kind}: ${text}`)
  return { jobs, snapshot, asked, answers, said, state: () => jobs.state.getState() }
}

const ids = (keys: readonly string[]) => keys.map((key) => key.slice('local\u001f'.length))

describe('the list of jobs', () => {
  it('shows the newest first, counts by state, and takes patches of its own revision only', () => {
    const { jobs, snapshot, state } = build()
    expect(state().ready).toBe(false)
    snapshot(panelJob('a'), panelJob('b', { createdAt: 2000, state: 'running' }))
    expect(ids(state().shown)).toEqual(['b', 'a'])
    expect(jobs.apply({ type: 'patch', from: 3, revision: 4, upsert: [], remove: [] })).toBe('gap')
    jobs.apply({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: [panelJob('c', { createdAt: 3000, state: 'failed' })],
      remove: ['local\u001fa'],
    })
    expect(ids(state().shown)).toEqual(['c', 'b'])
    expect(state().totals).toEqual({ pending: 0, running: 1, completed: 0, failed: 1, cancelled: 0 })
  })

  it('is sorted by several columns; rows that would move under a sort that changes by itself wait', () => {
    const { jobs, snapshot, state } = build()
    snapshot(
      panelJob('short', { state: 'completed', endedAt: 1005 }),
      panelJob('long', { state: 'completed', endedAt: 1900 }),
      panelJob('runs', { state: 'running', startedAt: 4000 }),
    )
    jobs.sortBy('took')
    expect(ids(state().shown)).toEqual(['short', 'long', 'runs'])
    jobs.apply({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: [panelJob('runs', { state: 'completed', startedAt: 4000, endedAt: 4001 }), panelJob('new')],
      remove: ['local\u001flong'],
    })
    expect(ids(state().shown)).toEqual(['new', 'short', 'runs'])
    jobs.settleOrder()
    expect(ids(state().shown)).toEqual(['runs', 'short', 'new'])
    jobs.sortBy('state')
    jobs.sortBy('took', true)
    jobs.sortBy('took', true)
    expect(state().sorts).toEqual([
      { column: 'state', direction: 'ascending' },
      { column: 'took', direction: 'descending' },
    ])
    expect(ids(state().shown)).toEqual(['new', 'short', 'runs'])
  })

  it('is filtered in the language of the search box', () => {
    const { jobs, snapshot, state } = build()
    snapshot(
      panelJob('a', { state: 'failed', endedAt: 1020, problem: 'no camera' }),
      panelJob('b', { state: 'completed', endedAt: 1002, targets: [{ uuid: 'f', name: 'Farm 1' }] }),
      panelJob('c', { createdAt: 900, from: { uuid: 'l2', name: 'Cursor' }, progress: 0.5 }),
    )
    const found = (query: string) => {
      jobs.search(query)
      return ids(state().shown).toSorted()
    }
    expect(found('state:failed')).toEqual(['a'])
    expect(found('state:waiting')).toEqual(['c'])
    expect(found('state:pending')).toEqual(['c'])
    expect(found('took:>10')).toEqual(['a'])
    expect(found('took:<10.5')).toEqual(['b'])
    expect(found('from:cursor')).toEqual(['c'])
    expect(found('from:l2')).toEqual(['c'])
    expect(found('to:"Farm 1"')).toEqual(['b'])
    expect(found('-to:farm progress:50')).toEqual(['c'])
    expect(found('error:camera')).toEqual(['a'])
    jobs.clearFilter()
    expect(state().shown).toHaveLength(3)
  })

  it('keeps the order object where an update moves nothing', () => {
    const { jobs, snapshot, state } = build()
    snapshot(panelJob('a'), panelJob('b', { createdAt: 2000 }))
    const before = state().shown
    jobs.apply({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: [panelJob('a', { state: 'running' })],
      remove: [],
    })
    expect(state().shown).toBe(before)
  })

  it('finds by state, and by words in title, code, error and names', () => {
    const { jobs, snapshot, state } = build()
    snapshot(
      panelJob('a', { preview: 'bpy.ops.render()' }),
      panelJob('b', {
        state: 'failed',
        problem: 'KeyError: Cube',
        targets: [{ uuid: 'x', name: 'Farm 03' }],
      }),
    )
    for (const [query, found] of [
      ['RENDER', ['a']],
      ['cube farm', ['b']],
      ['claude', ['b', 'a']],
      ['nothing', []],
    ] as const) {
      jobs.search(query)
      expect(ids(state().shown), query).toEqual(found)
    }
    jobs.search('')
    jobs.showState('failed')
    expect(ids(state().shown)).toEqual(['b'])
  })
})

describe('the jobs of one client', () => {
  it('are those it was given and those it asked for, of its own user, newest first', () => {
    const other = [{ uuid: 'x', name: 'x' }]
    const jobs = [
      panelJob('given'),
      panelJob('asked', { createdAt: 2000, from: { uuid: 'b', name: 'b' }, targets: other }),
      panelJob('foreign', { key: 'eve\u001fforeign', userId: 'eve' }),
      panelJob('unrelated', { targets: other }),
    ]
    const byKey = new Map(jobs.map((job) => [job.key, job]))
    expect(jobsOfClient(byKey, 'local', 'b').map(({ jobId }) => jobId)).toEqual(['asked', 'given'])
  })
})

describe('an open job', () => {
  it('has its details fetched, and again after a change, one call at a time', async () => {
    const { jobs, snapshot, asked, state } = build()
    snapshot(panelJob('a'))
    jobs.open('local\u001fa')
    expect(state().detail).toBeUndefined()
    for (const progress of [0.1, 0.2]) {
      jobs.apply({
        type: 'patch',
        from: progress === 0.1 ? 1 : 2,
        revision: progress === 0.1 ? 2 : 3,
        upsert: [panelJob('a', { progress })],
        remove: [],
      })
    }
    expect(asked).toHaveLength(1)
    asked[0]?.(detail('first'))
    await settle()
    expect([asked.length, state().detail?.result]).toEqual([2, 'first'])
    asked[1]?.(detail('second'))
    await settle()
    expect([asked.length, state().detail?.result, state().open?.progress]).toEqual([2, 'second', 0.2])
  })

  it('never shows the details of another job', async () => {
    const { jobs, snapshot, asked, state } = build()
    snapshot(panelJob('a'), panelJob('b'))
    jobs.open('local\u001fa')
    jobs.open('local\u001fb')
    asked[0]?.(detail('of a'))
    await settle()
    expect(state().detail).toBeUndefined()
    asked[1]?.(detail('of b'))
    await settle()
    expect(state().detail?.result).toBe('of b')
  })

  it('keeps its last row when the bus forgets it', () => {
    const { jobs, snapshot, state } = build()
    snapshot(panelJob('a', { state: 'completed' }))
    jobs.open('local\u001fa')
    jobs.apply({ type: 'patch', from: 1, revision: 2, upsert: [], remove: ['local\u001fa'] })
    expect([state().byKey.size, state().open?.state]).toEqual([0, 'completed'])
  })
})

describe('what a person does about a job', () => {
  it('says what came of a cancellation, and of none', async () => {
    const { jobs, answers, said } = build()
    for (const outcome of ['asked', 'withdrawn', 'ended', 'nobody', null] as const) {
      answers.cancel = outcome
      await jobs.cancel(panelJob('a'))
    }
    expect(said()).toEqual([
      'done: “execute_code” was withdrawn before it reached anybody.',
      'problem: “execute_code” had ended already.',
      'problem: “execute_code” was not cancelled: none of its targets is on the bus.',
      'problem: No answer came: it is not known whether “execute_code” was cancelled.',
    ])
  })

  it('says whether a job was sent again', async () => {
    const { jobs, said } = build()
    await jobs.repeat(panelJob('kept'))
    await jobs.repeat(panelJob('lost'))
    expect(said()).toEqual([
      'done: “execute_code” was sent again as a new job.',
      'problem: “execute_code” was not sent again. Nobody is there.',
    ])
  })

  it('cancels several at once, and says in one line what came of that', async () => {
    const { jobs, answers, said } = build()
    await jobs.cancelAll([panelJob('a'), panelJob('b')])
    answers.cancel = 'nobody'
    await jobs.cancelAll([panelJob('a'), panelJob('b'), panelJob('c')])
    answers.cancel = null
    await jobs.cancelAll([panelJob('a'), panelJob('b')])
    await jobs.cancelAll([panelJob('a')])
    expect(said()).toEqual([
      'done: 2 jobs: 2 being cancelled.',
      'problem: 3 jobs: 3 without a target on the bus.',
      'problem: 2 jobs: 2 without an answer.',
      'problem: No answer came: it is not known whether “execute_code” was cancelled.',
    ])
  })

  it('fetches whole what was cut', async () => {
    const { jobs, answers } = build()
    expect(await jobs.fetchText(panelJob('a'), 'result')).toBe('result of a')
    await expect(jobs.fetchText(panelJob('forgotten'), 'error')).rejects.toThrow('forgotten')
    answers.connected = false
    await expect(jobs.fetchText(panelJob('a'), 'error')).rejects.toThrow('no connection')
  })
})
