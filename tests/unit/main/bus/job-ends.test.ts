import { describe, expect, it } from 'vitest'
import type { JobTableLimits } from '../../../../src/main/bus/jobs.ts'
import type { JobUpdate } from '../../../../src/main/bus/jobs.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

/** A bus with a model and the Blenders of these names; each is its own session. */
function fixture(blenders: readonly string[] = ['b'], limits: Partial<JobTableLimits> = {}) {
  const jobs = { maxPending: 100, maxFinished: 100, maxFinishedChars: 10_000, ...limits }
  const { bus, time } = busFixture({ limits: { jobs } })
  const model = fakeSession('model')
  bus.register(registration('model', { client_type: 'llm' }), model)
  const sessions = new Map(blenders.map((uuid) => [uuid, fakeSession(uuid)]))
  for (const [uuid, session] of sessions) bus.register(registration(uuid, { is_persistent: true }), session)
  const dispatch = (job_id: string, more: object = {}) =>
    bus.send({
      payload: { message_type: 'command_dispatch', job_id, command: 'ping', ...more },
      client_type: 'blender',
      session: model,
    })
  const report = (uuid: string | null, job_id: string, status: JobUpdate['status'], more: object = {}) =>
    bus.jobUpdate(
      { job_id, status, result: '', error: '', ...more },
      uuid === null ? null : (sessions.get(uuid) ?? model),
    )
  const inbox = (uuid: string) => {
    const client = bus.get(uuid)
    return client === undefined ? [] : bus.mailboxes.take(client, 100).map(payloadOf)
  }
  const ids = () => [...bus.jobs.all()].map(({ job_id, state }) => `${job_id} ${state}`)
  return { bus, time, model, dispatch, report, inbox, ids }
}

describe('a job of several targets', () => {
  it.each([
    ['completed', 'completed', 'completed'],
    ['completed', 'cancelled', 'cancelled'],
    ['cancelled', 'failed', 'failed'],
    ['failed', 'completed', 'failed'],
  ] as const)('of which one is %s and one %s is %s', (first, second, state) => {
    const { bus, dispatch, report } = fixture(['b', 'c'])
    dispatch('j')
    report('b', 'j', first)
    expect([bus.jobs.get('j')?.state, bus.jobs.pendingCount]).toStrictEqual(['running', 1])
    report('c', 'j', 'running', { progress: 0.5 })
    expect(bus.jobs.get('j')?.state).toBe('running')
    report('b', 'j', 'running')
    report('c', 'j', second)
    expect([bus.jobs.get('j')?.state, bus.jobs.pendingCount]).toStrictEqual([state, 0])
  })

  it('ends at once by the word of the server', () => {
    const { bus, dispatch, report } = fixture(['b', 'c'])
    dispatch('j')
    report(null, 'j', 'cancelled')
    expect(bus.jobs.get('j')?.state).toBe('cancelled')
  })

  it('is asked back of each that was sent it, and of none that has left', () => {
    const { bus, dispatch, inbox } = fixture(['b', 'c', 'd'])
    dispatch('j')
    inbox('b')
    bus.unregister('c')
    const job = bus.jobs.get('j')
    if (job === undefined) throw new Error('It was sent.')
    bus.cancelJob(job, { interrupt: true })
    expect([inbox('b'), inbox('d')]).toStrictEqual([
      [{ message_type: 'job_cancel', job_id: 'j', interrupt: true }],
      [],
    ])
    expect(job.state).toBe('running')
  })

  it('is asked back of nobody once it has ended', () => {
    const { bus, dispatch, report, inbox } = fixture()
    dispatch('j')
    inbox('b')
    report('b', 'j', 'completed')
    const job = bus.jobs.get('j')
    if (job === undefined) throw new Error('It was sent.')
    bus.cancelJob(job)
    expect(inbox('b')).toStrictEqual([])
  })
})

describe('what is known of a job', () => {
  it('is its last word, and what was last heard of how far it is', () => {
    const { bus, time, dispatch, report } = fixture()
    dispatch('j')
    time.nowMs += 1000
    report('b', 'j', 'running', { progress: 0, progress_message: 'begins' })
    time.nowMs += 1000
    report('b', 'j', 'running', { result: 'so far' })
    expect(bus.jobs.get('j')).toMatchObject({
      state: 'running',
      progress: 0,
      progress_message: 'begins',
      result: 'so far',
      created_at: 1_700_000_000.5,
      updated_at: 1_700_000_002.5,
    })
  })

  it.each([
    [{ command: 'x'.repeat(300) }, 'x'.repeat(200)],
    [{ command: 'undo', description: 'Take the lamp back' }, 'Take the lamp back'],
    [{ command: 'undo', description: '' }, 'undo'],
    [{ command: '' }, 'command_dispatch'],
    [{ command: 3 }, 'command_dispatch'],
    [{ message_type: 'job_dispatch', description: 'Render' }, 'Render'],
    [{ message_type: 'job_dispatch' }, 'job_dispatch'],
  ])('begins with a title: of %j', (more, title) => {
    const { bus, dispatch } = fixture()
    dispatch('j', more)
    expect(bus.jobs.get('j')?.title).toBe(title)
  })

  it('is of the newer one where the id of one that has ended is used again', () => {
    const { bus, dispatch, report, ids } = fixture()
    dispatch('j')
    report('b', 'j', 'completed', { result: 'old' })
    dispatch('j', { command: 'undo' })
    expect([ids(), bus.jobs.get('j')?.title, bus.jobs.pendingCount]).toStrictEqual([['j pending'], 'undo', 1])
  })

  it.each(['pending', 'running'] as const)('is of the first one while that is %s', (state) => {
    const { bus, dispatch, report, ids, inbox } = fixture()
    dispatch('j')
    if (state === 'running') report('b', 'j', state)
    expect(dispatch('j', { command: 'undo' })).toStrictEqual({
      ok: false,
      error: 'job_id_in_use',
      message:
        'Job "j" has not ended. Nothing was sent. Send another job_id or none, or wait until that job has ended.',
    })
    expect([ids(), bus.jobs.get('j')?.title]).toStrictEqual([[`j ${state}`], 'ping'])
    expect(inbox('b').map(({ command }) => command)).toStrictEqual(['ping'])
  })

  it('is cut to 1 MiB, and no character in half', () => {
    const { bus, dispatch, report } = fixture(['b'], { maxFinishedChars: 1e9 })
    dispatch('fits')
    report('b', 'fits', 'completed', { result: 'x'.repeat(1_048_576), error: 'y'.repeat(1_048_577) })
    const { result, error } = bus.jobs.get('fits') ?? {}
    expect([result?.length, error]).toStrictEqual([
      1_048_576,
      `${'y'.repeat(1_048_512)}\n[cut: 65 of 1048577 bytes left out]`,
    ])
    dispatch('wide')
    report('b', 'wide', 'completed', { result: `a${'€'.repeat(400_000)}` })
    expect(bus.jobs.get('wide')?.result).toBe(
      `a${'€'.repeat(349_503)}\n[cut: 151491 of 1200001 bytes left out]`,
    )
  })
})

describe('what is kept of jobs that have ended', () => {
  it('is the last of them', () => {
    const { dispatch, report, ids } = fixture(['b'], { maxFinished: 2 })
    for (const id of ['1', '2', '3']) {
      dispatch(id)
      report('b', id, 'completed')
    }
    expect(ids()).toStrictEqual(['2 completed', '3 completed'])
  })

  it('is as much text as may be, and the last whatever its length', () => {
    const { dispatch, report, ids } = fixture(['b'], { maxFinishedChars: 10 })
    dispatch('1')
    report('b', '1', 'completed', { result: '12345' })
    dispatch('2')
    report('b', '2', 'failed', { result: '12', error: '345' })
    expect(ids()).toStrictEqual(['1 completed', '2 failed'])
    dispatch('3')
    report('b', '3', 'completed', { result: '1' })
    expect(ids()).toStrictEqual(['2 failed', '3 completed'])
    dispatch('4')
    report('b', '4', 'completed', { result: 'x'.repeat(100) })
    expect(ids()).toStrictEqual(['4 completed'])
    // Used again, it leaves its room to others.
    dispatch('4')
    report('b', '4', 'completed', { result: '12345' })
    dispatch('5')
    report('b', '5', 'completed', { error: '12345' })
    expect(ids()).toStrictEqual(['4 completed', '5 completed'])
  })

  it('of jobs that were never known is that they ended, of as many as are kept', () => {
    const { report, inbox } = fixture(['b'], { maxFinished: 2 })
    for (const id of ['1', '2', '3', '3', '2', '1']) report('b', id, 'completed')
    expect(inbox('model').map(({ job_id }) => job_id)).toStrictEqual(['1', '2', '3', '1'])
  })
})

describe('a place for one more job', () => {
  it('is that of one of which nothing was heard for an hour', () => {
    const { bus, time, dispatch, report, ids } = fixture(['b'], { maxPending: 2 })
    dispatch('1')
    time.nowMs += 1000
    dispatch('2')
    time.nowMs += 3_598_999
    expect(dispatch('3')).toMatchObject({ error: 'too_many_jobs' })
    report('b', '1', 'running')
    time.nowMs += 1001
    expect(dispatch('3')).toMatchObject({ ok: true })
    expect(ids()).toStrictEqual(['1 running', '3 pending'])
    expect(bus.jobs.get('2')).toBeUndefined()
  })

  it('is needed by no message that is none, or reaches nobody', () => {
    const { bus, model, dispatch } = fixture(['b'], { maxPending: 1 })
    dispatch('1')
    expect(bus.send({ payload: {}, target_uuid: 'b', session: model })).toMatchObject({ ok: true })
    expect(
      bus.send({ payload: { message_type: 'job_dispatch' }, group_id: 'nobody', session: model }),
    ).toMatchObject({ ok: true, targets: [] })
    expect(dispatch('2')).toMatchObject({ error: 'too_many_jobs' })
  })
})

describe('the jobs of who leaves', () => {
  it('end for it alone, and their senders hear of it', () => {
    const { bus, model, dispatch, report, inbox } = fixture(['b', 'c'])
    dispatch('both')
    bus.send({
      payload: { message_type: 'command_dispatch', job_id: 'other', command: 'ping' },
      target_uuid: 'c',
      session: model,
    })
    dispatch('ended')
    report('b', 'ended', 'completed')
    report('c', 'ended', 'completed')
    inbox('model')
    expect(bus.forceUnregister('b', { reason: 'Away.', blocked_until: null })?.jobsCancelled).toBe(1)
    expect(['both', 'other', 'ended'].map((id) => bus.jobs.get(id)?.state)).toStrictEqual([
      'running',
      'pending',
      'completed',
    ])
    expect(inbox('model')).toStrictEqual([
      { kind: 'job_update', job_id: 'both', status: 'cancelled', result: '', error: 'Away.' },
    ])
  })

  it('that it asked for are taken back where it was unplugged, and no others', () => {
    const { bus, dispatch, inbox } = fixture()
    dispatch('of the model')
    bus.send({
      payload: { message_type: 'command_dispatch', job_id: 'of the server', command: 'ping' },
      target_uuid: 'b',
      session: null,
    })
    bus.forceUnregister('model', { reason: 'Away.', blocked_until: null })
    expect(bus.jobs.get('of the model')?.state).toBe('cancelled')
    expect(inbox('b').map(({ job_id }) => job_id)).toStrictEqual(['of the server'])
  })

  it('go on where it left of itself', () => {
    const { bus, dispatch, inbox } = fixture()
    dispatch('j')
    bus.unregister('model')
    expect(inbox('b').map(({ message_type }) => message_type)).toStrictEqual(['command_dispatch'])
  })
})

describe('a job that a caller waits for', () => {
  it('is told of by its event, and by no message', () => {
    const { bus, inbox, report } = fixture()
    const told: unknown[] = []
    bus.events.on('job', ({ job_id, state }) => told.push([job_id, state]))
    bus.send({
      payload: { message_type: 'command_dispatch', job_id: 'j', command: 'ping' },
      target_uuid: 'b',
      session: null,
      reply: 'caller',
    })
    expect(report('b', 'j', 'completed')).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['server:local'],
    })
    expect(inbox('model')).toStrictEqual([])
    expect(told).toStrictEqual([
      ['j', 'pending'],
      ['j', 'completed'],
    ])
  })
})

describe('a look', () => {
  it('keeps what it said so far until its end', () => {
    const { bus, report } = fixture()
    bus.send({
      payload: { message_type: 'command_dispatch', job_id: 'j', command: 'ping' },
      target_uuid: 'b',
      session: null,
      purpose: 'look',
    })
    report('b', 'j', 'running', { result: 'so far' })
    expect(bus.jobs.get('j')?.result).toBe('so far')
    report('b', 'j', 'completed', { result: 'all' })
    expect(bus.jobs.get('j')?.result).toBe('')
  })
})

describe('a client that is not waited for any longer', () => {
  const error = 'It went away.'

  it('fails what had gone out to it, and its sender is told; it hears to drop it', () => {
    const { bus, dispatch, inbox, ids } = fixture()
    dispatch('out')
    inbox('b')
    dispatch('waits')
    bus.failLost('b', error)
    expect(ids()).toStrictEqual(['waits pending', 'out failed'])
    expect(bus.jobs.get('out')).toMatchObject({ state: 'failed', result: '', error })
    expect(inbox('model')).toStrictEqual([
      { kind: 'job_update', job_id: 'out', status: 'failed', result: '', error },
    ])
    expect(inbox('b')).toStrictEqual([
      { message_type: 'job_cancel', job_id: 'out' },
      { message_type: 'command_dispatch', job_id: 'waits', command: 'ping' },
    ])
  })

  it('is heard once when it reports after all, and nothing changes', () => {
    const { bus, dispatch, report, inbox } = fixture()
    const late: unknown[] = []
    bus.events.on('late', (job, { status, result }, reporter) =>
      late.push([job.job_id, status, result, reporter]),
    )
    dispatch('out')
    inbox('b')
    bus.failLost('b', error)
    report('b', 'out', 'running', { progress: 0.5 })
    const taken = { ok: true, delivered: 'direct', targets: [] }
    expect(report('b', 'out', 'completed', { result: '42' })).toStrictEqual(taken)
    expect(report('b', 'out', 'completed', { result: '42' })).toStrictEqual(taken)
    expect(late).toStrictEqual([['out', 'completed', '42', 'b']])
    expect(bus.jobs.get('out')).toMatchObject({ state: 'failed', result: '', error })
  })

  it('is not heard of a job that it ended itself', () => {
    const { bus, dispatch, report, inbox } = fixture()
    let late = 0
    bus.events.on('late', () => (late += 1))
    dispatch('out')
    inbox('b')
    report('b', 'out', 'completed')
    bus.failLost('b', error)
    report('b', 'out', 'completed')
    expect([late, bus.jobs.get('out')?.state]).toStrictEqual([0, 'completed'])
  })

  it('fails its part of a job that others have too', () => {
    const { bus, dispatch, report, inbox } = fixture(['b', 'c'])
    dispatch('j')
    inbox('b')
    inbox('c')
    bus.failLost('b', error)
    expect([bus.jobs.get('j')?.state, inbox('c')]).toStrictEqual(['running', []])
    report('c', 'j', 'completed')
    expect(bus.jobs.get('j')?.state).toBe('failed')
  })
})
