import { describe, expect, it } from 'vitest'
import type { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'

const payloads = (bus: UserMessageBus, uuid: string) => {
  const client = bus.get(uuid)
  return client === undefined ? [] : bus.mailboxes.take(client, 100).map(payloadOf)
}

function blenderAndModel() {
  const { bus } = busFixture()
  const blender = fakeSession('blender')
  const llm = fakeSession('llm')
  bus.register(registration('blender-1', { is_persistent: true, metadata: { pid: 10 } }), blender)
  bus.register(registration('llm-1', { client_type: 'llm' }), llm)
  const dispatch = (job_id: string) =>
    bus.send({
      payload: { message_type: 'command_dispatch', job_id, command: 'ping', params: {} },
      target_uuid: 'blender-1',
      session: llm,
    })
  return { bus, blender, llm, dispatch }
}

describe('a client that another session takes off the bus', () => {
  it('is told by whom before its record goes', () => {
    const { bus, llm } = blenderAndModel()
    const notices: unknown[] = []
    bus.events.on('message', ({ payloadJson, priority, from_uuid }, targets) => {
      notices.push({
        payload: payloadOf({ payloadJson }),
        priority,
        from_uuid,
        to: targets.map(({ uuid }) => uuid),
        known: bus.get('blender-1') !== undefined,
      })
    })
    expect(bus.unregister('blender-1', llm)).toBe(true)
    expect(notices).toStrictEqual([
      {
        payload: {
          message_type: 'client_unregistered',
          reason: 'Another client asked for it.',
          by: 'llm-1',
          blocked_until: null,
        },
        priority: 1,
        from_uuid: 'server:local',
        to: ['blender-1'],
        known: true,
      },
    ])
    expect(bus.get('blender-1')).toBeUndefined()
  })

  it('is told nothing when it asked for it itself, or has nobody to tell', () => {
    const { bus, blender, llm } = blenderAndModel()
    const heard: unknown[] = []
    bus.events.on('message', (message) => heard.push(message))
    bus.register(registration('away', { is_persistent: true }), null)
    expect(bus.unregister('away', llm)).toBe(true)
    expect(bus.unregister('blender-1', blender)).toBe(true)
    expect(bus.unregister('blender-1', llm)).toBe(false)
    expect(heard).toStrictEqual([])
  })
})

describe('a job that is cancelled', () => {
  it('is taken back where it still waits, and ends there and then', () => {
    const { bus, dispatch } = blenderAndModel()
    dispatch('job-1')
    dispatch('job-2')
    const job = bus.jobs.get('job-1')
    if (job !== undefined) bus.cancelJob(job)
    expect(payloads(bus, 'blender-1')).toMatchObject([{ job_id: 'job-2' }])
    expect(job).toMatchObject({ state: 'cancelled', error: 'Withdrawn before it reached its target.' })
    expect(payloads(bus, 'llm-1')).toMatchObject([
      { kind: 'job_update', job_id: 'job-1', status: 'cancelled' },
    ])
  })

  it('is asked back where it has gone out', () => {
    const { bus, dispatch } = blenderAndModel()
    dispatch('job-1')
    payloads(bus, 'blender-1')
    const job = bus.jobs.get('job-1')
    if (job !== undefined) bus.cancelJob(job)
    expect(payloads(bus, 'blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'job-1' }])
    expect(job?.state).toBe('pending')
  })
})

describe('a job that is to be stopped', () => {
  it('is being cancelled until its peer says so, whatever is asked for after that', () => {
    const { bus, dispatch } = blenderAndModel()
    dispatch('job-1')
    payloads(bus, 'blender-1')
    const told: unknown[] = []
    bus.events.on('job', ({ state, cancel_requested_at }) => told.push([state, cancel_requested_at !== null]))
    const job = bus.jobs.get('job-1')
    if (job === undefined) expect.fail('the job is gone')
    bus.cancelJob(job, { interrupt: true })
    // The time-out of its call, say: it asks for less.
    bus.cancelJob(job)
    bus.cancelJob(job, { interrupt: true })
    const order = { message_type: 'job_cancel', job_id: 'job-1', interrupt: true }
    // One that waits is enough; one that went out may have been lost on the way.
    expect(payloads(bus, 'blender-1')).toStrictEqual([order])
    bus.cancelJob(job, { interrupt: true })
    expect(payloads(bus, 'blender-1')).toStrictEqual([order])
    bus.jobUpdate({ job_id: 'job-1', status: 'cancelled', result: '', error: '' }, null)
    expect(told).toStrictEqual([
      ['pending', true],
      ['cancelled', true],
    ])
  })

  it('is not being cancelled where it was taken back before it went out', () => {
    const { bus, dispatch } = blenderAndModel()
    dispatch('job-1')
    const job = bus.jobs.get('job-1')
    if (job !== undefined) bus.cancelJob(job, { interrupt: true })
    expect(job).toMatchObject({ state: 'cancelled', cancel_requested_at: null })
  })
})

describe('a client that is started anew', () => {
  it('loses what its last process had, and keeps what it had not got yet', () => {
    const { bus, dispatch } = blenderAndModel()
    dispatch('had')
    payloads(bus, 'blender-1')
    dispatch('waits')
    bus.register(registration('blender-1', { metadata: { pid: 11 } }), fakeSession('anew'))
    expect(bus.jobs.get('had')).toMatchObject({
      state: 'failed',
      error:
        '"blender-1" was closed or crashed while it had this job, and was started again. The job was not repeated.',
    })
    expect(bus.jobs.get('waits')?.state).toBe('pending')
    expect(payloads(bus, 'blender-1')).toMatchObject([{ job_id: 'waits' }])
    expect(payloads(bus, 'llm-1')).toMatchObject([{ job_id: 'had', status: 'failed' }])
  })

  it.each([{ pid: 10 }, {}])('is not one that registers with %j', (metadata) => {
    const { bus, dispatch } = blenderAndModel()
    dispatch('had')
    payloads(bus, 'blender-1')
    bus.register(registration('blender-1', { metadata }), fakeSession('reconnected'))
    expect(bus.jobs.get('had')?.state).toBe('pending')
  })
})
