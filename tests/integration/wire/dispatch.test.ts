import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  buckets,
  call,
  recordOf,
  register,
  startApp,
  type AppFixture,
  type BusNotification,
  type Plugged,
} from './app-fixture.ts'
import { until } from './inbox.ts'

let app: AppFixture
let llm: Plugged
let blender: Plugged
beforeEach(async () => {
  app = await startApp()
  llm = await app.connect('Model of a test')
  blender = await app.connect('blender')
  await register(blender, 'blender-1', {
    is_persistent: true,
    pid: 11,
    label: 'Shot 010',
    blend_file: '/a.blend',
  })
})
afterEach(() => app.stop())

const text = expect.any(String) as string
const milliseconds = expect.any(Number) as number

const commandTo = (peer: Plugged): Promise<BusNotification> =>
  peer.messages.next(({ data }) => data.payload.message_type === 'command_dispatch')
const report = (peer: Plugged, job_id: string, status: string, more: object = {}) =>
  call(peer, 'blender_job_update', { job_id, status, ...more })

describe('a dispatch tool', () => {
  it('[R-601] sends the command to the only live Blender and answers with what it made of it', async () => {
    const answer = call(llm, 'blender_execute_code', { code: 'print("hi")\n42' })
    const message = await commandTo(blender)
    const { job_id } = message.data
    expect(message).toStrictEqual({
      level: 'info',
      logger: '_message_bus',
      data: {
        user_id: 'local',
        from_uuid: text,
        target_uuid: 'blender-1',
        routing: { type: 'direct', target_uuid: 'blender-1' },
        payload: {
          message_type: 'command_dispatch',
          job_id,
          command: 'execute_code',
          params: { code: 'print("hi")\n42' },
          description: 'print("hi")',
          from_label: 'Model of a test',
        },
        job_id,
        message_id: text,
        priority: 6,
        timestamp: expect.any(Number) as number,
      },
    })
    await report(blender, job_id, 'completed', { result: '{"stdout":"hi\\n","stderr":"","value":"42"}' })
    expect(await answer).toStrictEqual({
      structured: {
        status: 'completed',
        job_id,
        target_uuid: 'blender-1',
        result: { stdout: 'hi\n', stderr: '', value: '42' },
        error: '',
        duration_ms: milliseconds,
      },
      isError: false,
    })
  })

  it('[R-602] blender_get_scene_info runs get_scene_info', async () => {
    const answer = call(llm, 'blender_get_scene_info')
    const { data } = await commandTo(blender)
    expect(data.payload).toStrictEqual({
      message_type: 'command_dispatch',
      job_id: data.job_id,
      command: 'get_scene_info',
      params: {},
      description: 'Look at the scene',
      from_label: 'Model of a test',
    })
    await report(blender, data.job_id, 'completed', { result: 'plain text, not JSON' })
    expect((await answer).structured).toMatchObject({ status: 'completed', result: 'plain text, not JSON' })
  })

  it('gives a job the title that its caller says, else one that names what matters', async () => {
    const titleOf = async (name: string, args: object) => {
      const answer = call(llm, name, args)
      const { job_id, payload } = (await commandTo(blender)).data
      await report(blender, job_id, 'completed')
      await answer
      const [job] = (await llm.client.readResource({ uri: `blender://jobs/${job_id}` })).contents
      const { title } = JSON.parse((job as { text: string }).text) as { title: string }
      expect(payload.description).toBe(title)
      return { title, params: payload.params }
    }
    const code = 'import bpy\nx = 1'
    expect([
      await titleOf('blender_execute_code', { code, description: 'Add three lamps' }),
      await titleOf('blender_execute_code', { code }),
      await titleOf('blender_save_file', { overwrite: true }),
    ]).toStrictEqual([
      { title: 'Add three lamps', params: { code } },
      { title: 'import bpy', params: { code } },
      { title: 'Save over a.blend', params: { overwrite: true } },
    ])
  })

  it('tells the model that sends the same failing call again and again', async () => {
    const loop = async () => {
      const answer = call(llm, 'blender_execute_code', { code: '1/0' })
      await report(blender, (await commandTo(blender)).data.job_id, 'failed', { error: 'ZeroDivisionError' })
      return (await answer).structured
    }
    const failed = {
      status: 'failed',
      job_id: text,
      target_uuid: 'blender-1',
      result: '',
      error: 'ZeroDivisionError',
      duration_ms: milliseconds,
    }
    const hint = (times: number) =>
      `This call has failed ${String(times)} times in a row; it will not get better by sending it again. ` +
      'Change it, or ask your user.'
    expect([await loop(), await loop(), await loop(), await loop()]).toStrictEqual([
      failed,
      failed,
      { ...failed, message: hint(3) },
      { ...failed, message: hint(4) },
    ])
    const mistakes = []
    for (let n = 0; n < 3; n += 1) {
      mistakes.push((await call(llm, 'blender_ping', { uuid: 'blender-1' })).structured)
    }
    const mistake = 'blender_ping does not take "uuid" (did you mean "target_uuid"?). Nothing was run. '
    const takes = 'It takes: target, target_uuid, timeout_seconds, job_id.'
    expect(mistakes.map(({ message }) => message)).toStrictEqual([
      `${mistake}${takes}`,
      `${mistake}${takes}`,
      `${mistake}${takes} ${hint(3)}`,
    ])
  })

  it('answers with the picture of a job that was sent as a message under a title of its own', async () => {
    const job_id = 'still'
    const payload = {
      message_type: 'command_dispatch',
      job_id,
      command: 'render_image',
      params: {},
      description: 'The hero shot',
    }
    await call(llm, 'blender_send_message', { target_uuid: 'blender-1', payload })
    await commandTo(blender)
    const image = { mime_type: 'image/png', data: 'AAAA' }
    await report(blender, job_id, 'completed', { result: JSON.stringify({ image, width: 4 }) })
    const { content } = await llm.client.callTool({ name: 'blender_get_job', arguments: { job_id } })
    expect((content as unknown[])[1]).toStrictEqual({ type: 'image', mimeType: 'image/png', data: 'AAAA' })
  })

  it('[R-603] answers failed with the error of the peer', async () => {
    const answer = call(llm, 'blender_execute_code', { code: '1/0' })
    const { job_id } = (await commandTo(blender)).data
    await report(blender, job_id, 'failed', { result: '{"stdout":""}', error: 'ZeroDivisionError' })
    expect(await answer).toStrictEqual({
      structured: {
        status: 'failed',
        job_id,
        target_uuid: 'blender-1',
        result: { stdout: '' },
        error: 'ZeroDivisionError',
        duration_ms: milliseconds,
      },
      isError: true,
    })
  })

  it('[R-604] answers timeout and withdraws a job that had not started', async () => {
    const answer = await call(llm, 'blender_execute_code', { code: 'x', timeout_seconds: 0.1 })
    const { job_id } = (await commandTo(blender)).data
    expect(answer).toStrictEqual({
      structured: {
        status: 'timeout',
        job_id,
        target_uuid: 'blender-1',
        result: '',
        error:
          'No result within 0.1 s. The job had not started and was withdrawn; the Blender may be busy or closed.',
        duration_ms: milliseconds,
      },
      isError: true,
    })
    expect((await blender.messages.next()).data.payload).toStrictEqual({ message_type: 'job_cancel', job_id })
  })

  it('[R-605] answers cancelled when the peer drops the job or leaves', async () => {
    const dropped = call(llm, 'blender_execute_code', { code: 'x' })
    const first = (await commandTo(blender)).data.job_id
    await report(blender, first, 'cancelled', { error: 'Cancelled before it started.' })
    expect(await dropped).toMatchObject({
      structured: { status: 'cancelled', job_id: first, error: 'Cancelled before it started.' },
      isError: true,
    })
    const left = call(llm, 'blender_execute_code', { code: 'x' })
    const second = (await commandTo(blender)).data.job_id
    await call(blender, 'blender_unregister_client', { client_uuid: 'blender-1' })
    expect(await left).toMatchObject({
      structured: { status: 'cancelled', job_id: second, error: 'The client unregistered.' },
      isError: true,
    })
  })

  it("[R-606] passes MCP's cancellation on as job_cancel", async () => {
    const control = new AbortController()
    const answer = llm.client.callTool(
      { name: 'blender_execute_code', arguments: { code: 'x' } },
      undefined,
      { signal: control.signal },
    )
    const { job_id } = (await commandTo(blender)).data
    control.abort('not needed any more')
    await expect(answer).rejects.toThrow('not needed any more')
    expect((await blender.messages.next()).data).toMatchObject({
      from_uuid: 'server:local',
      routing: { type: 'direct', target_uuid: 'blender-1' },
      payload: { message_type: 'job_cancel', job_id },
    })
  })

  it('[R-607] withdraws its job also when the caller ends its session', async () => {
    const answer = llm.client.callTool({ name: 'blender_execute_code', arguments: { code: 'x' } })
    const { job_id } = (await commandTo(blender)).data
    await Promise.all([llm.leave(), expect(answer).rejects.toThrow()])
    expect((await blender.messages.next()).data.payload).toStrictEqual({ message_type: 'job_cancel', job_id })
  })

  it('[R-616] gives the outcome of a job to another session that asks for it', async () => {
    const answer = call(llm, 'blender_execute_code', { code: 'x' })
    const { job_id } = (await commandTo(blender)).data
    const other = await app.connect('other')
    const later = call(other, 'blender_get_job', { job_id, wait_seconds: 40 })
    await report(blender, job_id, 'completed', { result: '[1]' })
    const outcome = { status: 'completed', job_id, target_uuid: 'blender-1', result: [1], error: '' }
    expect(await answer).toMatchObject({ structured: outcome, isError: false })
    expect(await later).toMatchObject({ structured: outcome, isError: false })
    expect((await call(other, 'blender_get_job', { job_id: 'nope' })).structured).toStrictEqual({
      status: 'error',
      error: 'unknown_job',
      message: 'No job "nope" is known: it never was, or it ended long ago.',
    })
  })

  it('[R-617] interrupts a job for its sender alone', async () => {
    const answer = call(llm, 'blender_execute_code', { code: 'x' })
    const { job_id } = (await commandTo(blender)).data
    const other = await app.connect('other')
    expect(await call(other, 'blender_cancel_job', { job_id })).toMatchObject({
      isError: true,
      structured: { status: 'error', error: 'not_your_job' },
    })
    const cancelled = call(llm, 'blender_cancel_job', { job_id })
    expect((await blender.messages.next()).data.payload).toStrictEqual({
      message_type: 'job_cancel',
      job_id,
      interrupt: true,
    })
    await report(blender, job_id, 'cancelled', { error: 'Interrupted.' })
    expect(await cancelled).toMatchObject({ isError: false, structured: { status: 'cancelled', job_id } })
    expect(await answer).toMatchObject({ isError: true, structured: { status: 'cancelled', job_id } })
  })

  it('[R-608] answers no_target when no Blender is live', async () => {
    await blender.client.close()
    await until(async () => {
      const { structured } = await call(llm, 'blender_list_available_clients', { include_stale: false })
      return (structured.persistent as unknown[]).length === 0 || undefined
    })
    expect(await call(llm, 'blender_get_scene_info')).toStrictEqual({
      structured: {
        status: 'no_target',
        job_id: text,
        target_uuid: '',
        result: '',
        error: 'No live Blender is connected. Open Blender with the Busbar add-on and connect it.',
        duration_ms: milliseconds,
      },
      isError: true,
    })
    expect((await call(llm, 'blender_get_scene_info', { target: 'blender-1' })).structured).toMatchObject({
      status: 'target_away',
      error: '"blender-1" is away: it is registered but not connected now. No Blender is live.',
    })
  })

  it('[R-609] answers no_target for a target that nobody has', async () => {
    expect((await call(llm, 'blender_get_scene_info', { target: 'blender-9' })).structured).toMatchObject({
      status: 'no_target',
      error: 'No client "blender-9" is registered. Live: blender-1 (Shot 010, /a.blend).',
    })
  })

  it('[R-610] answers ambiguous_target when several are live, and lists label, file and uuid', async () => {
    const second = await app.connect('second')
    await register(second, 'blender-2', { label: 'Shot 020' })
    expect(await call(llm, 'blender_execute_code', { code: 'x' })).toStrictEqual({
      structured: {
        status: 'ambiguous_target',
        job_id: text,
        target_uuid: '',
        result: '',
        error:
          'Several Blenders are live. Name one as target: blender-1 (Shot 010, /a.blend), blender-2 (Shot 020, unsaved).',
        duration_ms: milliseconds,
      },
      isError: true,
    })
    expect(blender.messages.all).toStrictEqual([])
  })

  it.each([
    ['blender-1', 'blender-1'],
    ['pid:11', 'blender-1'],
    ['latest', 'blender-2'],
  ])('[R-611] takes the target %s', async (target, uuid) => {
    const second = await app.connect('second')
    await register(second, 'blender-2', { pid: 22 })
    const answer = call(llm, 'blender_get_scene_info', { target })
    const peer = uuid === 'blender-1' ? blender : second
    const { job_id } = (await commandTo(peer)).data
    await report(peer, job_id, 'completed')
    expect((await answer).structured).toMatchObject({ status: 'completed', target_uuid: uuid, result: '' })
  })

  it('[R-612] sends progress notifications on the way, from 0 at the dispatch, which only grow', async () => {
    const heard: object[] = []
    const answer = llm.client.callTool(
      { name: 'blender_execute_code', arguments: { code: 'x' } },
      undefined,
      { onprogress: (progress) => heard.push(progress) },
    )
    const { job_id } = (await commandTo(blender)).data
    await report(blender, job_id, 'running', { progress: 0.25, progress_message: 'a quarter' })
    await report(blender, job_id, 'running', { progress: 0.1, progress_message: 'back again' })
    await report(blender, job_id, 'running', { progress: 0.75, progress_message: 'nearly' })
    await report(blender, job_id, 'completed', { result: 'done' })
    const [block] = (await answer).content as { text: string }[]
    expect(JSON.parse(block?.text ?? '')).toMatchObject({ status: 'completed', result: 'done' })
    expect(heard).toStrictEqual([
      { progress: 0, total: 1, message: `Job ${job_id}` },
      { progress: 0.25, total: 1, message: 'a quarter' },
      { progress: 0.75, total: 1, message: 'nearly' },
    ])
  })

  it('[R-613] registers its caller as an ephemeral llm on the first dispatch, under its program name', async () => {
    expect(await buckets(llm)).toStrictEqual({ persistent: ['blender-1'], ephemeral: [] })
    for (const _ of [1, 2]) {
      const answer = call(llm, 'blender_get_scene_info')
      const { job_id } = (await commandTo(blender)).data
      await report(blender, job_id, 'completed')
      await answer
    }
    const [uuid = '', ...rest] = (await buckets(llm)).ephemeral
    expect(rest).toStrictEqual([])
    expect(uuid).toMatch(/^llm-[a-z0-9-]+-[0-9a-f]{6}-1$/)
    expect(await recordOf(llm, uuid)).toStrictEqual({
      uuid,
      client_type: 'llm',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: expect.any(Number) as number,
      last_seen: expect.any(Number) as number,
      label: 'Model of a test',
    })
    expect(blender.messages.all.map(({ data }) => data.from_uuid)).toStrictEqual([uuid, uuid])
  })

  it('[R-614] leaves a caller that registered itself as it is, and sends it no message besides the result', async () => {
    await register(llm, 'llm-1', { client_type: 'llm' })
    const answer = call(llm, 'blender_get_scene_info')
    const { data } = await commandTo(blender)
    expect(data.from_uuid).toBe('llm-1')
    expect((await report(blender, data.job_id, 'completed')).structured).toStrictEqual({
      status: 'ok',
      delivered: 'direct',
      targets: ['llm-1'],
    })
    await answer
    await call(blender, 'blender_send_message', { payload: { last: true }, target_uuid: 'llm-1' })
    await llm.messages.next(({ data: { payload } }) => payload.last === true)
    expect(llm.messages.all).toHaveLength(1)
    expect((await buckets(llm)).ephemeral).toStrictEqual(['llm-1'])
  })
})
