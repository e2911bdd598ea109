import { describe, expect, it } from 'vitest'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import type { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'

function llmAndBlender() {
  const fixture = busFixture()
  const { bus } = fixture
  const llm = fakeSession('llm')
  const blender = fakeSession('blender')
  bus.register(registration('llm-1', { client_type: 'llm' }), llm)
  bus.register(registration('blender-1', { is_persistent: true }), blender)
  return { ...fixture, llm, blender }
}

const inbox = (bus: UserMessageBus, uuid: string) => {
  const client = bus.get(uuid)
  return client === undefined ? [] : bus.mailboxes.take(client, 100)
}

const update = (job_id: string, status: 'running' | 'completed' | 'failed' | 'cancelled', more = {}) => ({
  job_id,
  status,
  result: '',
  error: '',
  ...more,
})

const script = { message_type: 'job_dispatch', job_id: 'job-1', script: 'pass', description: 'Do nothing' }

describe('a job', () => {
  it('is remembered by its job_id with who sent it', () => {
    const { bus, llm } = llmAndBlender()
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    expect(bus.jobs.get('job-1')).toStrictEqual({
      job_id: 'job-1',
      kind: 'job_dispatch',
      title: 'Do nothing',
      command: null,
      from_uuid: 'llm-1',
      reply: 'client',
      purpose: 'work',
      targets: ['blender-1'],
      created_at: 1_700_000_000.5,
      state: 'pending',
      progress: null,
      progress_message: '',
      result: '',
      error: '',
      updated_at: 1_700_000_000.5,
      cancel_requested_at: null,
    })
    expect(bus.jobs.pendingCount).toBe(1)
  })

  it('goes by its message_id where the payload has no job_id', () => {
    const { bus, llm } = llmAndBlender()
    const sent = bus.send({
      payload: { message_type: 'command_dispatch', command: 'ping' },
      target_uuid: 'blender-1',
      session: llm,
    })
    expect(sent).toMatchObject({ message: { message_id: 'id-1', job_id: 'id-1' } })
    expect(bus.jobs.get('id-1')).toMatchObject({ kind: 'command_dispatch', title: 'ping' })
  })

  it('is not made by any other message, nor by one that reached nobody', () => {
    const { bus, llm } = llmAndBlender()
    bus.send({ payload: { message_type: 'chat', job_id: 'x' }, target_uuid: 'blender-1', session: llm })
    bus.send({ payload: script, group_id: 'nobody', session: llm })
    expect([...bus.jobs.all()]).toStrictEqual([])
  })

  it('is reported direct to its sender at notice', () => {
    const { bus, llm, blender } = llmAndBlender()
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    expect(
      bus.jobUpdate(update('job-1', 'running', { progress: 0.5, progress_message: 'half' }), blender),
    ).toStrictEqual({ ok: true, delivered: 'direct', targets: ['llm-1'] })
    expect(bus.jobUpdate(update('job-1', 'completed', { result: '42' }), blender)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['llm-1'],
    })
    expect(
      inbox(bus, 'llm-1').map(({ from_uuid, routing, priority, payloadJson }) => ({
        from_uuid,
        routing,
        priority,
        payload: payloadOf({ payloadJson }),
      })),
    ).toStrictEqual([
      {
        from_uuid: 'blender-1',
        routing: { type: 'direct', target_uuid: 'llm-1' },
        priority: 5,
        payload: {
          kind: 'job_update',
          job_id: 'job-1',
          status: 'running',
          result: '',
          error: '',
          progress: 0.5,
          progress_message: 'half',
        },
      },
      {
        from_uuid: 'blender-1',
        routing: { type: 'direct', target_uuid: 'llm-1' },
        priority: 5,
        payload: { kind: 'job_update', job_id: 'job-1', status: 'completed', result: '42', error: '' },
      },
    ])
    expect(bus.jobs.pendingCount).toBe(0)
  })

  it('takes a repeat after its end and ignores it', () => {
    const { bus, llm, blender } = llmAndBlender()
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    bus.jobUpdate(update('job-1', 'completed', { result: 'first' }), blender)
    inbox(bus, 'llm-1')
    expect(bus.jobUpdate(update('job-1', 'failed', { error: 'late' }), blender)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: [],
    })
    expect(bus.jobs.get('job-1')).toMatchObject({ state: 'completed', result: 'first', error: '' })
    expect(inbox(bus, 'llm-1')).toStrictEqual([])
  })

  it('is broadcast where its sender is unknown or gone, to all but the reporter', () => {
    const { bus, llm, blender } = llmAndBlender()
    bus.register(registration('watcher', { client_type: 'script' }), fakeSession('w'))
    expect(bus.jobUpdate(update('never-heard-of', 'running'), blender)).toStrictEqual({
      ok: true,
      delivered: 'broadcast',
      targets: ['llm-1', 'watcher'],
    })
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    bus.unregister('llm-1')
    expect(bus.jobUpdate(update('job-1', 'completed'), blender)).toStrictEqual({
      ok: true,
      delivered: 'broadcast',
      targets: ['watcher'],
    })
  })

  it('that the bus never knew is broadcast once for each peer that ends it', () => {
    const { bus, blender } = llmAndBlender()
    const end = update('of-an-earlier-run', 'completed', { result: '1' })
    const once = { ok: true, delivered: 'broadcast', targets: ['llm-1'] }
    const repeat = { ok: true, delivered: 'broadcast', targets: [] }
    expect(bus.jobUpdate(update('of-an-earlier-run', 'running'), blender)).toStrictEqual(once)
    expect(bus.jobUpdate(end, blender)).toStrictEqual(once)
    expect(bus.jobUpdate(end, blender)).toStrictEqual(repeat)
    expect(bus.jobUpdate(end, null)).toStrictEqual({ ...once, targets: ['blender-1', 'llm-1'] })
    expect(inbox(bus, 'llm-1')).toHaveLength(3)
  })

  it('waits in the mailbox of a sender that is away', () => {
    const { bus, llm, blender } = llmAndBlender()
    bus.register(registration('pipeline', { client_type: 'script', is_persistent: true }), llm)
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    bus.endSession(llm)
    expect(bus.jobUpdate(update('job-1', 'completed'), blender)).toStrictEqual({
      ok: true,
      delivered: 'direct',
      targets: ['pipeline'],
    })
    expect(bus.mailboxes.sizeOf('pipeline').count).toBe(1)
  })

  it('cuts a result over 1 MiB and says how much', () => {
    const { bus, llm, blender } = llmAndBlender()
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    bus.jobUpdate(update('job-1', 'completed', { result: 'é'.repeat(600_000) }), blender)
    const result = bus.jobs.get('job-1')?.result ?? ''
    expect(Buffer.byteLength(result)).toBeLessThanOrEqual(1_048_576)
    expect(result).toMatch(/é\n\[cut: 151488 of 1200000 bytes left out\]$/)
  })

  it('with several targets ends with its last part, as the worst of them', () => {
    const { bus, llm, blender } = llmAndBlender()
    const other = fakeSession('other')
    bus.register(registration('blender-2', { is_persistent: true }), other)
    bus.send({ payload: script, client_type: 'blender', session: llm })
    bus.jobUpdate(update('job-1', 'failed', { error: 'boom' }), blender)
    expect(bus.jobs.get('job-1')?.state).toBe('running')
    expect(bus.jobUpdate(update('job-1', 'completed'), blender)).toMatchObject({ targets: [] })
    bus.jobUpdate(update('job-1', 'completed'), other)
    expect(bus.jobs.get('job-1')?.state).toBe('failed')
    expect(inbox(bus, 'llm-1').map((message) => payloadOf(message).status)).toStrictEqual([
      'failed',
      'completed',
    ])
  })

  it('is forgotten after its end, oldest first, and refused where too many are unfinished', () => {
    const { bus, time } = busFixture({
      limits: { jobs: { maxPending: 2, maxFinished: 1, maxFinishedChars: 100 } },
    })
    const session = fakeSession('b')
    bus.register(registration('b'), session)
    const dispatch = (job_id: string) =>
      bus.send({ payload: { ...script, job_id }, target_uuid: 'b', session: null })
    dispatch('1')
    dispatch('2')
    expect(dispatch('3')).toStrictEqual({
      ok: false,
      error: 'too_many_jobs',
      message: 'At most 2 jobs may be unfinished at once. Wait until some end, or cancel them.',
    })
    time.nowMs += 3_600_000
    bus.jobUpdate(update('2', 'running'), session)
    dispatch('3')
    expect(dispatch('4')).toMatchObject({ error: 'too_many_jobs' })
    expect([...bus.jobs.all()].map((job) => job.job_id)).toStrictEqual(['2', '3'])
    expect(bus.usage()).toStrictEqual([
      { name: 'clients_per_bus', used: 1, max: 5000 },
      { name: 'pending_jobs', used: 2, max: 2 },
      { name: 'payload_bytes', used: JSON.stringify({ ...script, job_id: '1' }).length, max: 4_194_304 },
    ])
    bus.jobUpdate(update('2', 'completed'), session)
    bus.jobUpdate(update('3', 'completed'), session)
    expect([...bus.jobs.all()].map((job) => job.job_id)).toStrictEqual(['3'])
  })
})

describe('a job of another user', () => {
  it('is one that nobody knows', () => {
    let ids = 0
    const buses = new BusManager({ clock: () => 0, newId: () => String((ids += 1)) })
    const alice = buses.busOf('alice')
    alice.register(registration('b'), null)
    alice.send({ payload: script, target_uuid: 'b', session: null })
    expect(buses.busOf('bob').jobUpdate(update('job-1', 'completed'), null)).toStrictEqual({
      ok: true,
      delivered: 'broadcast',
      targets: [],
    })
    expect(alice.jobs.get('job-1')?.state).toBe('pending')
    expect(inbox(alice, 'b')).toHaveLength(1)
  })
})

describe('being unregistered by the operator', () => {
  it('tells the client, removes the record, ends its jobs, tells their senders, and hands over the session', () => {
    const { bus, llm, blender } = llmAndBlender()
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    const story: unknown[] = []
    bus.events.on('message', (message, targets) => {
      story.push([
        targets.map((client) => client.uuid),
        message.priority,
        payloadOf(message),
        bus.get('blender-1') !== undefined,
      ])
      for (const client of targets) bus.mailboxes.take(client, 100)
    })
    bus.events.on('unregistered', ({ client, session, cause, reason }) => {
      story.push([client.uuid, session === blender, cause, reason])
    })
    expect(
      bus.forceUnregister('blender-1', { reason: 'wrong file', blocked_until: 1_700_000_900 }),
    ).toStrictEqual({
      jobsCancelled: 1,
      session: blender,
    })
    expect(story).toStrictEqual([
      [
        ['blender-1'],
        1,
        {
          message_type: 'client_unregistered',
          reason: 'wrong file',
          by: 'operator',
          blocked_until: 1_700_000_900,
        },
        true,
      ],
      [
        ['llm-1'],
        5,
        { kind: 'job_update', job_id: 'job-1', status: 'cancelled', result: '', error: 'wrong file' },
        false,
      ],
      ['blender-1', true, 'operator', 'wrong file'],
    ])
    expect(bus.get('blender-1')).toBeUndefined()
    expect(bus.forceUnregister('blender-1', { reason: '', blocked_until: null })).toBeNull()
  })

  it('stops the jobs of a sender that was unregistered, also those that run', () => {
    const { bus, llm } = llmAndBlender()
    bus.send({ payload: script, target_uuid: 'blender-1', session: llm })
    inbox(bus, 'blender-1')
    expect(bus.forceUnregister('llm-1', { reason: 'runaway', blocked_until: null })).toStrictEqual({
      jobsCancelled: 1,
      session: llm,
    })
    expect(inbox(bus, 'blender-1').map(payloadOf)).toStrictEqual([
      { message_type: 'job_cancel', job_id: 'job-1', interrupt: true },
    ])
  })
})
