import { describe, expect, it } from 'vitest'
import { jobsSource } from '../../../../src/main/panel/sources.ts'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import { createKeptPayloads } from '../../../../src/main/panel/kept-payloads.ts'
import type { JobsEvent } from '../../../../src/shared/jobs.ts'
import { registration } from '../bus/bus-fixture.ts'
import { panelFixture } from './panel-fixture.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'

const dispatch = (job_id: string, more: object = {}) => ({
  message_type: 'command_dispatch',
  job_id,
  command: 'execute_code',
  params: { code: 'print(1)\n\nprint(2)' },
  ...more,
})
const ref = (jobId: string) => ({ userId: 'local', jobId })

function ledgerFixture(limits?: Parameters<typeof panelFixture>[0]) {
  const fixture = panelFixture(limits)
  const { bus } = fixture
  bus.register(registration('b', { is_persistent: true, metadata: { label: 'Atelier 1' } }), null)
  bus.register(registration('l', { client_type: 'llm', metadata: { label: ' ' } }), null)
  return fixture
}

describe('the ledger of jobs', () => {
  it('shows a job from its dispatch to its end, with the names of the moment it was dispatched', () => {
    const { bus, jobs, time } = ledgerFixture()
    bus.send({ payload: dispatch('j'), target_uuid: 'b', from_uuid: 'l', session: null })
    const sent = {
      key: 'local\u001fj',
      userId: 'local',
      jobId: 'j',
      kind: 'command_dispatch',
      title: 'execute_code',
      state: 'pending',
      progress: null,
      progressMessage: '',
      createdAt: 1_700_000_000.5,
      startedAt: null,
      endedAt: null,
      updatedAt: 1_700_000_000.5,
      cancelRequestedAt: null,
      from: { uuid: 'l', name: 'l' },
      targets: [{ uuid: 'b', name: 'Atelier 1' }],
      targetCount: 1,
      preview: 'print(1) print(2)',
      problem: '',
    }
    expect(jobs.rows()).toStrictEqual([sent])

    time.nowMs += 1000
    bus.jobUpdate({ job_id: 'j', status: 'running', result: '', error: '', progress: 0.5 }, null)
    time.nowMs += 1000
    bus.jobUpdate({ job_id: 'j', status: 'running', result: '', error: '', progress_message: 'half' }, null)
    bus.register(registration('b', { metadata: { label: 'Renamed' } }), null)
    time.nowMs += 1000
    const error = 'Traceback (most recent call last):\n  File "x"\nValueError: no such object\n'
    bus.jobUpdate({ job_id: 'j', status: 'failed', result: '', error }, null)
    expect(jobs.row(ref('j'))).toStrictEqual({
      ...sent,
      state: 'failed',
      progress: 0.5,
      progressMessage: 'half',
      startedAt: 1_700_000_001.5,
      endedAt: 1_700_000_003.5,
      updatedAt: 1_700_000_003.5,
      cancelRequestedAt: null,
      problem: 'ValueError: no such object',
    })
    expect(jobs.detail(ref('j'))).toStrictEqual({
      payload: JSON.stringify(dispatch('j')),
      routing: { type: 'direct', target_uuid: 'b' },
      priority: 6,
      result: '',
      resultLength: 0,
      error,
      errorLength: error.length,
    })
  })

  it('cuts what it shows of long results, and says how long the whole was', () => {
    const { bus, jobs } = ledgerFixture()
    bus.send({ payload: dispatch('j'), target_uuid: 'b', session: null })
    bus.jobUpdate({ job_id: 'j', status: 'completed', result: 'x'.repeat(150_000), error: '' }, null)
    const detail = jobs.detail(ref('j'))
    expect([detail?.result.length, detail?.resultLength]).toStrictEqual([100_000, 150_000])
    expect(jobs.text(ref('j'), 'result')).toBe('x'.repeat(150_000))
    expect(jobs.text(ref('j'), 'error')).toBe('')
    expect(jobs.text(ref('unknown'), 'error')).toBeNull()
  })

  it('asks to cancel, and says what came of it', () => {
    const { bus, jobs } = ledgerFixture()
    expect(jobs.cancel(ref('j'))).toBe('not_found')
    bus.send({ payload: dispatch('j'), target_uuid: 'b', session: null })
    const client = bus.get('b')
    if (client !== undefined) bus.mailboxes.take(client, 10)
    expect(jobs.cancel(ref('j'))).toBe('asked')
    const waiting = bus.mailboxes.next('b')?.message
    expect(waiting && payloadOf(waiting)).toStrictEqual({
      message_type: 'job_cancel',
      job_id: 'j',
      interrupt: true,
    })
    // Not cancelled before its Blender says so.
    const row = jobs.row(ref('j'))
    expect([row?.state, row?.cancelRequestedAt]).toStrictEqual(['pending', 1_700_000_000.5])
    bus.jobUpdate({ job_id: 'j', status: 'cancelled', result: '', error: '' }, null)
    expect(jobs.cancel(ref('j'))).toBe('ended')
    bus.send({ payload: dispatch('k'), target_uuid: 'b', session: null })
    expect(jobs.cancel(ref('k'))).toBe('withdrawn')
    expect(jobs.row(ref('k'))?.state).toBe('cancelled')
  })

  it('runs a job again as a new one along the same way, of whose end nobody else is told', () => {
    const { bus, jobs } = ledgerFixture()
    bus.send({ payload: dispatch('j'), client_type: 'blender', priority: 3, from_uuid: 'l', session: null })
    const repeated = jobs.repeat(ref('j'))
    if (repeated.outcome !== 'sent') expect.fail(repeated.message)
    expect(repeated.targetCount).toBe(1)
    const row = jobs.row(ref(repeated.jobId))
    expect([row?.from.uuid, row?.targets, row?.preview]).toStrictEqual([
      'server:local',
      [{ uuid: 'b', name: 'Atelier 1' }],
      'print(1) print(2)',
    ])
    expect(jobs.detail(ref(repeated.jobId))).toMatchObject({
      payload: JSON.stringify(dispatch(repeated.jobId)),
      routing: { type: 'type_filter', client_type: 'blender' },
      priority: 3,
    })
    const told: string[] = []
    bus.events.on('message', (message) => told.push(message.from_uuid))
    bus.jobUpdate({ job_id: repeated.jobId, status: 'completed', result: '', error: '' }, null)
    expect(told).toStrictEqual([])
  })

  it('refuses to run again what is not known whole, or what nobody is there for', () => {
    const { bus, jobs } = ledgerFixture()
    const params = { code: 'x'.repeat(70_000) }
    bus.send({ payload: dispatch('big', { params }), target_uuid: 'b', session: null })
    expect(jobs.row(ref('big'))?.preview).toBe('x'.repeat(200))
    expect(jobs.detail(ref('big'))?.payload).toBeNull()
    expect(jobs.repeat(ref('big'))).toStrictEqual({
      outcome: 'refused',
      message: 'What this job asked for is not known any more.',
    })
    bus.send({ payload: dispatch('g'), client_type: 'blender', session: null })
    bus.unregister('b')
    expect(jobs.repeat(ref('g'))).toStrictEqual({
      outcome: 'refused',
      message: 'Nobody is there to run it (routing: type_filter).',
    })
  })
})

describe('the kept payloads', () => {
  it('make room for newer ones by forgetting the oldest', () => {
    const { bus, jobs } = ledgerFixture()
    jobs.close()
    const memory = new MemoryLedger(Infinity)
    const kept = createKeptPayloads(() => true, { payloadMax: 150, totalMax: 250 })
    const send = (id: string) => {
      const sent = bus.send({ payload: dispatch(id), target_uuid: 'b', session: null })
      const job = bus.jobs.get(id)
      if (!sent.ok || job === undefined) return expect.fail('not sent')
      kept.keep('eve', job, sent.message, memory.of('eve'))
      return job
    }
    const [a, b, c] = [send('a'), send('b'), send('c')]
    expect([a, b, c].map((job) => kept.of('eve', job) !== null)).toStrictEqual([false, true, true])
    const length = (id: string) => JSON.stringify(dispatch(id)).length
    expect(memory.usedBytes).toBe(length('b') + length('c'))
  })

  it('are forgotten with their jobs, and not begun with where their user has no room', () => {
    const { bus, jobs } = ledgerFixture()
    jobs.close()
    const memory = new MemoryLedger(1000)
    const known = new Set<string>(['a'])
    const kept = createKeptPayloads(({ jobId }) => known.has(jobId))
    const send = (id: string) => {
      const sent = bus.send({ payload: dispatch(id), target_uuid: 'b', session: null })
      const job = bus.jobs.get(id)
      if (!sent.ok || job === undefined) return expect.fail('not sent')
      kept.keep('eve', job, sent.message, memory.of('eve'))
      return job
    }
    const a = send('a')
    const filled = memory.of('eve').take('output', 500 - memory.usedBytes)
    const b = send('b')
    expect([a, b].map((job) => kept.of('eve', job) !== null)).toStrictEqual([true, false])
    known.clear()
    filled?.release()
    known.add('c')
    const c = send('c')
    expect([a, b, c].map((job) => kept.of('eve', job) !== null)).toStrictEqual([false, false, true])
    expect(memory.usedBytes).toBe(JSON.stringify(dispatch('c')).length)
  })
})

describe('the source of jobs', () => {
  const brief = (event: JobsEvent | null) => {
    const name = ({ jobId, state }: { jobId: string; state: string }) => `${jobId} ${state}`
    if (event === null) return null
    return event.type === 'snapshot'
      ? { ...event, jobs: event.jobs.map(name) }
      : { ...event, upsert: event.upsert.map(name) }
  }

  it('gives one snapshot, then what changed, and takes away what the bus forgot', () => {
    const { bus, jobs } = ledgerFixture({
      jobs: { maxPending: 10, maxFinished: 1, maxFinishedChars: 1000 },
    })
    const source = jobsSource(jobs)
    let told = 0
    const stop = source.onNews(() => (told += 1))
    bus.send({ payload: dispatch('a'), target_uuid: 'b', session: null })
    expect(brief(source.take())).toStrictEqual({ type: 'snapshot', revision: 1, jobs: ['a pending'] })
    expect(source.take()).toBeNull()
    bus.send({ payload: dispatch('b'), target_uuid: 'b', session: null })
    bus.jobUpdate({ job_id: 'a', status: 'completed', result: '', error: '' }, null)
    expect(brief(source.take())).toStrictEqual({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: ['b pending', 'a completed'],
      remove: [],
    })
    bus.jobUpdate({ job_id: 'b', status: 'completed', result: '', error: '' }, null)
    expect(brief(source.take())).toStrictEqual({
      type: 'patch',
      from: 2,
      revision: 3,
      upsert: ['b completed'],
      remove: ['local\u001fa'],
    })
    stop()
    const before = told
    bus.send({ payload: dispatch('c'), target_uuid: 'b', session: null })
    expect(told).toBe(before)
  })
})
