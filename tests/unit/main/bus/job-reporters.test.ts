import { beforeEach, describe, expect, it } from 'vitest'
import type { SessionHandle } from '../../../../src/main/bus/client-info.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'
import type { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import type { JobStatus } from '../../../../src/shared/protocol.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

let bus: UserMessageBus
let llm: SessionHandle
let blender: SessionHandle
let watcher: SessionHandle
beforeEach(() => {
  bus = busFixture().bus
  llm = fakeSession('llm')
  blender = fakeSession('blender')
  watcher = fakeSession('watcher')
  bus.register(registration('llm-1', { client_type: 'llm' }), llm)
  bus.register(registration('blender-1', { is_persistent: true }), blender)
  bus.register(registration('watcher', { client_type: 'script' }), watcher)
})

const dispatch = (job_id: string, target_uuid = 'blender-1') =>
  bus.send({ payload: { message_type: 'job_dispatch', job_id, script: 'pass' }, target_uuid, session: llm })
const report = (job_id: string, status: JobStatus, session: SessionHandle | null) =>
  bus.jobUpdate({ job_id, status, result: '', error: '' }, session)
const inbox = (uuid: string) => {
  const client = bus.get(uuid)
  return client === undefined ? [] : bus.mailboxes.take(client, 100)
}

const refused = (jobId: string, targets: string) => ({
  ok: false,
  error: 'not_job_target',
  message:
    `Job "${jobId}" was given to ${targets}, and nobody else may report on it. Nothing was changed. ` +
    'If you are that client, register its uuid in this session first. To stop a job, use blender_cancel_job.',
})

describe('a report on a job', () => {
  it.each<[string, () => SessionHandle]>([
    ['its sender', () => llm],
    ['another client', () => watcher],
    ['a session without a client', () => fakeSession('stranger')],
  ])('is refused from %s, before and after the end', (_, session) => {
    dispatch('j')
    expect(report('j', 'completed', session())).toStrictEqual(refused('j', 'blender-1'))
    expect([bus.jobs.get('j')?.state, inbox('llm-1')]).toStrictEqual(['pending', []])
    report('j', 'failed', blender)
    expect(report('j', 'completed', session())).toStrictEqual(refused('j', 'blender-1'))
    expect(bus.jobs.get('j')?.state).toBe('failed')
  })

  it('is taken from the server', () => {
    dispatch('j')
    expect(report('j', 'cancelled', null)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['llm-1'],
    })
    expect(bus.jobs.get('j')?.state).toBe('cancelled')
  })

  it('is of the one of several clients of a session that was given the job', () => {
    bus.register(registration('second'), blender)
    dispatch('j')
    expect(report('j', 'completed', blender)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['llm-1'],
    })
    expect(inbox('llm-1').map(({ from_uuid }) => from_uuid)).toStrictEqual(['blender-1'])
  })

  it('is of the client that the session speaks as, where several were given the job', () => {
    bus.register(registration('blender-2'), blender)
    bus.send({
      payload: { message_type: 'job_dispatch', job_id: 'j', script: 'pass' },
      client_type: 'blender',
      session: llm,
    })
    report('j', 'completed', blender)
    expect(inbox('llm-1').map(({ from_uuid }) => from_uuid)).toStrictEqual(['blender-2'])
    expect(report('j', 'completed', llm)).toStrictEqual(refused('j', 'blender-1, blender-2'))
  })

  it('is taken from the session that has taken the client over, and not from the one before', () => {
    dispatch('j')
    const next = fakeSession('next')
    bus.register(registration('blender-1', { is_persistent: true }), next)
    expect(report('j', 'running', blender)).toStrictEqual(refused('j', 'blender-1'))
    expect(report('j', 'completed', next)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['llm-1'],
    })
  })
})

describe('a report on a message that was no job', () => {
  const ask = (payload: object, address: object = {}) => {
    const sent = bus.send({ payload: { message_type: 'question', ...payload }, ...address, session: llm })
    return sent.ok ? sent.message.message_id : ''
  }
  const heard = (uuid: string) => inbox(uuid).map((message) => payloadOf(message).job_id)

  it('goes to its sender alone, under either of its ids', () => {
    const id = ask({ job_id: 'q' }, { target_uuid: 'blender-1' })
    const direct = { ok: true, delivered: 'direct', targets: ['llm-1'] }
    expect(report('q', 'running', blender)).toStrictEqual(direct)
    expect(report(id, 'completed', blender)).toStrictEqual(direct)
    expect([heard('llm-1'), heard('watcher')]).toStrictEqual([['q', id], []])
    expect(bus.jobs.get('q')).toBeUndefined()
  })

  it('ends it once for each that answers, and a newer message under its id begins anew', () => {
    ask({ job_id: 'q' })
    for (const session of [blender, blender, watcher]) report('q', 'completed', session)
    expect(heard('llm-1')).toStrictEqual(['q', 'q'])
    ask({ job_id: 'q' })
    report('q', 'completed', blender)
    expect(heard('llm-1')).toStrictEqual(['q'])
  })

  it('goes to everybody where its sender has left, or it reached nobody', () => {
    ask({ job_id: 'q' })
    ask({ job_id: 'lost' }, { group_id: 'nobody' })
    expect(report('lost', 'running', blender)).toMatchObject({ delivered: 'broadcast' })
    bus.unregister('llm-1')
    expect(report('q', 'running', blender)).toStrictEqual({
      ok: true,
      delivered: 'broadcast',
      targets: ['watcher'],
    })
  })

  it('is of the job where one has that id', () => {
    dispatch('j', 'watcher')
    bus.send({
      payload: { message_type: 'job_cancel', job_id: 'j' },
      target_uuid: 'watcher',
      session: blender,
    })
    expect(report('j', 'cancelled', watcher)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['llm-1'],
    })
  })

  it('does not go to who wrote a job update by hand', () => {
    bus.send({ payload: { kind: 'job_update', job_id: 'gone' }, session: watcher })
    expect(report('gone', 'running', blender)).toMatchObject({ delivered: 'broadcast' })
  })

  it('is known of the last messages', () => {
    const jobs = { maxPending: 10, maxFinished: 4, maxFinishedChars: 100 }
    bus = busFixture({ limits: { jobs } }).bus
    bus.register(registration('llm-1', { client_type: 'llm' }), llm)
    bus.register(registration('blender-1'), blender)
    for (const job_id of ['1', '2', '3']) ask({ job_id })
    expect(['1', '2', '3'].map((id) => report(id, 'running', blender))).toMatchObject([
      { delivered: 'broadcast' },
      { delivered: 'direct' },
      { delivered: 'direct' },
    ])
  })
})
