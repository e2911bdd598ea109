import { describe, expect, it } from 'vitest'
import type { ActivityLog } from '../../../../src/main/activity/activity-log.ts'
import { createRecorder } from '../../../../src/main/activity/recorder.ts'
import { withPastJobs } from '../../../../src/main/panel/past-jobs.ts'
import { useJournals } from '../activity/activity-log-fixture.ts'
import { registration } from '../bus/bus-fixture.ts'
import { panelFixture } from './panel-fixture.ts'

const { time, start } = useJournals()

/** A run of the server on the history file: its bus, and the jobs that its panel shows. */
function run(activityLog: ActivityLog) {
  const fixture = panelFixture()
  const { bus } = fixture
  createRecorder({ activityLog, clock: () => time.nowMs, keepPayloads: true }).attachBus(bus)
  bus.register(registration('b', { is_persistent: true, metadata: { label: 'Atelier 1' } }), null)
  const dispatch = (job_id: string) => {
    const description = `Ping ${job_id}`
    const payload = { message_type: 'command_dispatch', job_id, command: 'ping', description }
    bus.send({ payload, target_uuid: 'b', session: null })
  }
  const end = (job_id: string, status: 'completed' | 'failed', more: object) =>
    bus.jobUpdate({ job_id, status, result: '', error: '', ...more }, null)
  return { bus, dispatch, end, jobs: withPastJobs(fixture.jobs, activityLog) }
}

/** A run that ended `done` and `broken` and left `open`. */
function earlierRun(): void {
  const activityLog = start()
  const { dispatch, end } = run(activityLog)
  dispatch('done')
  end('done', 'completed', { result: '42' })
  dispatch('broken')
  end('broken', 'failed', { error: 'Traceback\nValueError: no such object' })
  dispatch('open')
  activityLog.close()
  time.nowMs += 60_000
}

const ref = (jobId: string) => ({ userId: 'local', jobId })

describe('the jobs of an earlier run', () => {
  it('are shown as the activity log knows them; one that it knows no end of has failed', () => {
    earlierRun()
    const { jobs } = run(start())
    const shown = jobs.rows().map(({ jobId, title, state, problem, from, targets }) => {
      return { jobId, title, state, problem, from, targets }
    })
    const parties = {
      from: { uuid: 'server:local', name: 'server:local' },
      targets: [{ uuid: 'b', name: 'Atelier 1' }],
    }
    expect(shown).toStrictEqual([
      { ...parties, jobId: 'done', title: 'Ping done', state: 'completed', problem: '' },
      {
        ...parties,
        jobId: 'broken',
        title: 'Ping broken',
        state: 'failed',
        problem: 'ValueError: no such object',
      },
      {
        ...parties,
        jobId: 'open',
        title: 'Ping open',
        state: 'failed',
        problem: 'Busbar ended before this job did. Whether it was done, nobody knows: look at the scene.',
      },
    ])
  })

  it('can be looked at, and have ended: nothing can be done with them', () => {
    earlierRun()
    const { jobs } = run(start())
    expect([jobs.has(ref('done')), jobs.row(ref('done'))?.state]).toStrictEqual([true, 'completed'])
    expect(jobs.detail(ref('done'))).toStrictEqual({
      payload: null,
      routing: null,
      priority: null,
      result: '42',
      resultLength: 2,
      error: '',
      errorLength: 0,
    })
    expect(jobs.text(ref('broken'), 'error')).toBe('Traceback\nValueError: no such object')
    expect(jobs.cancel(ref('open'))).toBe('ended')
    expect(jobs.repeat(ref('done'))).toStrictEqual({
      outcome: 'refused',
      message: 'What this job asked for is not known any more.',
    })
    expect([jobs.has(ref('never')), jobs.row(ref('never')), jobs.detail(ref('never'))]).toStrictEqual([
      false,
      null,
      null,
    ])
  })

  it('make way for one of the same id that the bus knows', () => {
    earlierRun()
    const { jobs, dispatch } = run(start())
    dispatch('done')
    expect(jobs.rows().map(({ jobId, state }) => [jobId, state])).toStrictEqual([
      ['broken', 'failed'],
      ['open', 'failed'],
      ['done', 'pending'],
    ])
    expect(jobs.detail(ref('done'))?.result).toBe('')
  })

  it('come as soon as a history that could not be read at first can be', () => {
    earlierRun()
    const later = start()
    let isOn = false
    const written: (() => void)[] = []
    const { jobs } = run({
      ...later,
      state: () => (isOn ? later.state() : { state: 'taking_over', reason: '' }),
      events: {
        on: (_: string, listener: () => void) => written.push(listener),
        off: (_: string, listener: () => void) => written.splice(written.indexOf(listener), 1),
      },
    } as unknown as ActivityLog)
    const changed: string[] = []
    jobs.events.on('changed', ({ jobId }) => changed.push(jobId))
    expect(jobs.rows()).toStrictEqual([])
    written[0]?.()
    expect(changed).toStrictEqual([])
    isOn = true
    written[0]?.()
    expect(changed).toStrictEqual(['done', 'broken', 'open'])
    expect([jobs.rows().length, written]).toStrictEqual([3, []])
  })
})
