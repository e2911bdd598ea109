import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
let llm: Plugged
let blender: Plugged
beforeEach(async () => {
  app = await startApp()
  llm = await app.connect('llm')
  blender = await app.connect('blender')
  await register(llm, 'llm-1', { client_type: 'llm' })
  await register(blender, 'blender-1', { is_persistent: true })
})
afterEach(() => app.stop())

const script = { message_type: 'job_dispatch', job_id: 'job-1', script: 'pass', description: 'Do nothing' }
const command = { message_type: 'command_dispatch', job_id: 'job-2', command: 'ping', params: { n: 1 } }

const dispatch = async (payload: object, address: object = { target_uuid: 'blender-1' }) =>
  (await call(llm, 'blender_send_message', { payload, ...address })).structured
const update = async (job_id: string, status: string, more: object = {}, from = blender) =>
  (await call(from, 'blender_job_update', { job_id, status, ...more })).structured
const jobOf = async (job_id: string) => {
  const { contents } = await llm.client.readResource({ uri: `blender://jobs/${job_id}` })
  return JSON.parse((contents[0] as { text: string }).text) as Record<string, unknown>
}

const text = expect.any(String) as string
const seconds = expect.any(Number) as number

describe('a job', () => {
  it.each([script, command])('[R-501] reaches its peer as it was sent: $message_type', async (payload) => {
    expect(await dispatch(payload)).toMatchObject({
      job_id: payload.job_id,
      deliveries: { 'blender-1': 'sent' },
    })
    const { data } = await blender.messages.next()
    expect(data).toMatchObject({ payload, job_id: payload.job_id })
    expect(await jobOf(payload.job_id)).toMatchObject({ kind: payload.message_type, status: 'pending' })
  })

  it('[R-502] is reported to its sender alone, direct and at notice', async () => {
    const watcher = await app.connect('watcher')
    await register(watcher, 'watcher', { client_type: 'script' })
    await dispatch(script)
    expect(await update('job-1', 'completed', { result: '42' })).toStrictEqual({
      status: 'ok',
      delivered: 'direct',
      targets: ['llm-1'],
    })
    expect(await llm.messages.next()).toStrictEqual({
      level: 'notice',
      logger: '_message_bus',
      data: {
        user_id: 'local',
        from_uuid: 'blender-1',
        target_uuid: 'llm-1',
        routing: { type: 'direct', target_uuid: 'llm-1' },
        payload: { kind: 'job_update', job_id: 'job-1', status: 'completed', result: '42', error: '' },
        job_id: 'job-1',
        message_id: text,
        priority: 5,
        timestamp: seconds,
      },
    })
    await dispatch({ last: true }, { target_uuid: 'watcher' })
    await watcher.messages.next(({ data }) => data.payload.last === true)
    expect(watcher.messages.all).toHaveLength(1)
  })

  it('[R-503] carries progress and its message only where they were given', async () => {
    await dispatch(script)
    await update('job-1', 'running')
    await update('job-1', 'running', { progress: 0.5, progress_message: 'half' })
    await update('job-1', 'failed', { error: 'boom', progress: 1 })
    const payloads = [await llm.messages.next(), await llm.messages.next(), await llm.messages.next()]
    expect(payloads.map(({ data }) => data.payload)).toStrictEqual([
      { kind: 'job_update', job_id: 'job-1', status: 'running', result: '', error: '' },
      {
        kind: 'job_update',
        job_id: 'job-1',
        status: 'running',
        result: '',
        error: '',
        progress: 0.5,
        progress_message: 'half',
      },
      { kind: 'job_update', job_id: 'job-1', status: 'failed', result: '', error: 'boom', progress: 1 },
    ])
  })

  it.each(['running', 'completed', 'failed', 'cancelled'])('[R-504] may be %s', async (status) => {
    await dispatch(script)
    expect(await update('job-1', status)).toMatchObject({ status: 'ok', delivered: 'direct' })
    expect(await jobOf('job-1')).toMatchObject({ status })
  })

  it('[R-505] goes by its message_id where the payload names no job', async () => {
    const sent = await dispatch({ message_type: 'job_dispatch', script: 'pass', description: '' })
    expect(sent.job_id).toBe(sent.message_id)
    expect((await blender.messages.next()).data.job_id).toBe(sent.message_id)
    expect(await update(String(sent.message_id), 'completed')).toMatchObject({
      delivered: 'direct',
      targets: ['llm-1'],
    })
    expect((await llm.messages.next()).data.payload.job_id).toBe(sent.message_id)
  })

  it.each(['completed', 'failed', 'cancelled'])(
    '[R-506] takes a repeat after %s, and nobody hears of it',
    async (end) => {
      await dispatch(script)
      await update('job-1', end, { result: 'first' })
      expect(await update('job-1', 'failed', { error: 'late' })).toStrictEqual({
        status: 'ok',
        delivered: 'direct',
        targets: [],
      })
      await update('another', 'running')
      await llm.messages.next(({ data }) => data.payload.job_id === 'another')
      expect(llm.messages.all.map(({ data }) => data.payload.job_id)).toStrictEqual(['job-1', 'another'])
      expect(await jobOf('job-1')).toMatchObject({ status: end, result: 'first', error: '' })
    },
  )

  it('[R-507] that nobody knows is broadcast to all but the one who reports', async () => {
    const watcher = await app.connect('watcher')
    await register(watcher, 'watcher', { client_type: 'script' })
    expect(await update('unknown', 'completed', { result: 'r' })).toStrictEqual({
      status: 'ok',
      delivered: 'broadcast',
      targets: ['llm-1', 'watcher'],
    })
    expect(await watcher.messages.next()).toMatchObject({
      level: 'notice',
      data: {
        from_uuid: 'blender-1',
        target_uuid: 'watcher',
        routing: { type: 'broadcast' },
        payload: { kind: 'job_update', job_id: 'unknown', status: 'completed', result: 'r', error: '' },
      },
    })
    await dispatch({ last: true })
    await blender.messages.next()
    expect(blender.messages.all).toHaveLength(1)
  })

  it('[R-508] whose sender has left is broadcast', async () => {
    await dispatch(script)
    const watcher = await app.connect('watcher')
    await register(watcher, 'watcher', { client_type: 'script' })
    await llm.leave()
    expect(await update('job-1', 'completed')).toStrictEqual({
      status: 'ok',
      delivered: 'broadcast',
      targets: ['watcher'],
    })
  })

  it('[R-509] waits in the mailbox of a persistent sender that is away', async () => {
    const pipeline = await app.connect('pipeline')
    await register(pipeline, 'pipeline', { client_type: 'script', is_persistent: true })
    await call(pipeline, 'blender_send_message', { payload: script, target_uuid: 'blender-1' })
    await pipeline.leave()
    expect(await update('job-1', 'completed')).toMatchObject({ delivered: 'direct', targets: ['pipeline'] })
    const again = await app.connect('pipeline')
    await register(again, 'pipeline', { client_type: 'script', is_persistent: true })
    expect((await again.messages.next()).data.payload).toMatchObject({ job_id: 'job-1', status: 'completed' })
  })

  it('[R-511] ends as cancelled when its peer unregisters, and its sender is told', async () => {
    await dispatch(script)
    await call(blender, 'blender_unregister_client', { client_uuid: 'blender-1' })
    expect((await llm.messages.next()).data).toMatchObject({
      from_uuid: 'blender-1',
      payload: {
        kind: 'job_update',
        job_id: 'job-1',
        status: 'cancelled',
        result: '',
        error: 'The client unregistered.',
      },
    })
  })

  it('[R-512] of a persistent peer outlives the session of that peer', async () => {
    await dispatch(script)
    await blender.leave()
    const again = await app.connect('blender')
    await register(again, 'blender-1', { is_persistent: true })
    expect(await update('job-1', 'completed', { result: 'done' }, again)).toMatchObject({
      delivered: 'direct',
      targets: ['llm-1'],
    })
  })

  it('[R-513] with several peers ends with the last of them, as the worst', async () => {
    const second = await app.connect('second')
    await register(second, 'blender-2')
    await dispatch(script, { client_type: 'blender' })
    await update('job-1', 'failed', { error: 'boom' })
    expect(await jobOf('job-1')).toMatchObject({ status: 'running' })
    await update('job-1', 'completed', {}, second)
    expect(await jobOf('job-1')).toMatchObject({ status: 'failed' })
    const told = [await llm.messages.next(), await llm.messages.next()]
    expect(told.map(({ data }) => [data.from_uuid, data.payload.status])).toStrictEqual([
      ['blender-1', 'failed'],
      ['blender-2', 'completed'],
    ])
  })

  it('[R-514] is not made by a message of another kind', async () => {
    await dispatch({ message_type: 'chat', job_id: 'chat-1' })
    await expect(jobOf('chat-1')).rejects.toMatchObject({ code: -32002 })
    const watcher = await app.connect('watcher')
    await register(watcher, 'watcher', { client_type: 'script' })
    expect(await update('chat-1', 'running')).toStrictEqual({
      status: 'ok',
      delivered: 'direct',
      targets: ['llm-1'],
    })
    expect((await llm.messages.next()).data.payload).toMatchObject({ kind: 'job_update', job_id: 'chat-1' })
  })

  it('[R-516] is reported on by its target alone', async () => {
    await dispatch(script)
    const watcher = await app.connect('watcher')
    await register(watcher, 'watcher', { client_type: 'script' })
    const stranger = await app.connect('stranger')
    for (const forger of [llm, watcher, stranger]) {
      expect(await update('job-1', 'completed', { result: 'forged' }, forger)).toStrictEqual({
        status: 'error',
        error: 'not_job_target',
        message:
          'Job "job-1" was given to blender-1, and nobody else may report on it. Nothing was changed. ' +
          'If you are that client, register its uuid in this session first. To stop a job, use blender_cancel_job.',
      })
    }
    expect(await jobOf('job-1')).toMatchObject({ status: 'pending', result: '' })
  })

  it('[R-517] keeps its id to itself until it has ended', async () => {
    await dispatch(script)
    expect(await dispatch({ ...command, job_id: 'job-1' })).toStrictEqual({
      status: 'error',
      error: 'job_id_in_use',
      message:
        'Job "job-1" has not ended. Nothing was sent. Send another job_id or none, or wait until that job has ended.',
    })
    await update('job-1', 'completed', { result: 'first' })
    expect(await dispatch({ ...command, job_id: 'job-1' })).toMatchObject({
      status: 'ok',
      job_id: 'job-1',
      deliveries: { 'blender-1': 'sent' },
    })
    expect(await jobOf('job-1')).toMatchObject({ kind: 'command_dispatch', status: 'pending', result: '' })
  })
})

describe('job_cancel', () => {
  it('[R-515] reaches the peer, which decides: a job it dropped ends as cancelled', async () => {
    await dispatch(script)
    await dispatch({ message_type: 'job_cancel', job_id: 'job-1' })
    const { data } = await blender.messages.next(
      ({ data: { payload } }) => payload.message_type === 'job_cancel',
    )
    expect(data).toMatchObject({
      from_uuid: 'llm-1',
      payload: { message_type: 'job_cancel', job_id: 'job-1' },
      job_id: 'job-1',
    })
    expect(await jobOf('job-1')).toMatchObject({ status: 'pending' })
    await update('job-1', 'cancelled', { error: 'Cancelled before it started.' })
    expect((await llm.messages.next()).data.payload).toStrictEqual({
      kind: 'job_update',
      job_id: 'job-1',
      status: 'cancelled',
      result: '',
      error: 'Cancelled before it started.',
    })
  })
})
