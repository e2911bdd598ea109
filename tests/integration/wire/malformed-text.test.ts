import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture } from './app-fixture.ts'
import type { RawSession } from './raw-session.ts'

let app: AppFixture
let session: RawSession
beforeEach(async () => {
  app = await startApp()
  session = await app.raw('script')
})
afterEach(() => app.stop())

const cut = 'agent\ud83c'
const callRaw = (name: string, args: object) => session.rpc('tools/call', { name, arguments: args })

describe('text that was cut inside a character', () => {
  it.each([
    ['blender_register_client', { client_uuid: cut, client_type: 'llm' }],
    ['blender_register_client', { client_uuid: 'a', client_type: cut }],
    ['blender_register_client', { client_uuid: 'a', client_type: 'llm', group_id: cut }],
    ['blender_unregister_client', { client_uuid: cut }],
    ['blender_job_update', { job_id: cut, status: 'running' }],
    ['blender_receive_messages', { client_uuid: cut }],
  ])('is refused by %s in %j, and nobody is registered', async (name, args) => {
    expect(await session.call(name, args)).toStrictEqual({
      status: 'error',
      error: 'invalid_arguments',
      message: expect.stringContaining('must be whole text') as string,
    })
    expect(await session.call('blender_list_available_clients')).toMatchObject({
      persistent: [],
      ephemeral: [],
    })
  })

  it('is refused as the id of a job, by each way to send one', async () => {
    await register(await app.connect('blender'), 'blender-1', { is_persistent: true })
    const payload = { message_type: 'job_dispatch', job_id: cut, script: '1' }
    expect(await session.call('blender_send_message', { payload, target_uuid: 'blender-1' })).toStrictEqual({
      status: 'error',
      error: 'invalid_arguments',
      message:
        'payload.job_id must be whole text: it was cut inside a character (U+FFFD). Send the whole id, or leave it out.',
    })
    expect(await session.call('blender_ping', { job_id: cut })).toMatchObject({ error: 'invalid_arguments' })
  })

  it('becomes U+FFFD in a label and in a payload, which every client can read', async () => {
    const blender = await app.connect('blender')
    await callRaw('blender_register_client', {
      client_uuid: 'a',
      client_type: 'llm',
      label: 'cut off \ud83d',
    })
    await register(blender, 'blender-1')
    expect(await session.call('blender_list_available_clients')).toMatchObject({
      ephemeral: [{ label: 'cut off \ufffd' }, { uuid: 'blender-1' }],
    })
    const payload = { text: '\ude00 \ud83d\ude00 \ud83d', '\ud83dkey': 1 }
    await session.call('blender_send_message', { payload, target_uuid: 'blender-1' })
    expect((await blender.messages.next()).data.payload).toStrictEqual({
      text: '\ufffd \ud83d\ude00 \ufffd',
      '\ufffdkey': 1,
    })
  })

  it('is made by no bound of the server: what it cuts ends with a whole character', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'blender-1')
    const long = (length: number) => `${'x'.repeat(length - 1)}😀`
    // The program's name is the label of what it dispatches from, at most 200 long.
    const program = await app.raw(long(200))
    const dispatched = program.rpc('tools/call', {
      name: 'blender_execute_code',
      arguments: { code: '1', target: 'blender-1' },
    })
    const { job_id } = (await blender.messages.next()).data
    expect(await session.call('blender_list_available_clients')).toMatchObject({
      ephemeral: [{ uuid: 'blender-1' }, { client_type: 'llm', label: 'x'.repeat(199) }],
    })
    await call(blender, 'blender_job_update', { job_id, status: 'completed', result: '"\\ud83d"' })
    const answers = [
      await dispatched,
      await callRaw(long(100), {}),
      await callRaw('blender_ping', { [long(100)]: 1 }),
      await callRaw('blender_ping', { target: long(200) }),
      await callRaw('blender_get_job', { job_id: long(100) }),
      await session.rpc('prompts/get', { name: long(100) }),
      await session.rpc('resources/read', { uri: `blender://${long(290)}` }),
      await session.rpc(long(100)),
      await callRaw('blender_send_message', { payload: {}, priority: long(59) }),
    ]
    await session.call('blender_send_message', {
      payload: { message_type: 'job_dispatch', job_id: 'long', script: '1', description: long(200) },
      target_uuid: 'blender-1',
    })
    answers.push(await session.rpc('resources/read', { uri: 'blender://jobs/long' }))
    for (const answer of answers) expect(JSON.stringify(answer)).not.toMatch(/\\ud8/)
  })

  it('harms nobody, whatever text is registered', async () => {
    const bystander = await app.connect('bystander')
    await register(bystander, 'bystander')
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    })
    await fc.assert(
      fc.asyncProperty(text, text, async (client_uuid, label) => {
        const answer = await callRaw('blender_register_client', { client_uuid, client_type: 'llm', label })
        expect(JSON.stringify(answer).isWellFormed()).toBe(true)
        expect(answer).toHaveProperty('result.structuredContent.status')
      }),
      { numRuns: 300 },
    )
    const { structured } = await call(bystander, 'blender_send_message', {
      payload: { ok: 1 },
      target_uuid: 'bystander',
    })
    expect(structured).toMatchObject({ status: 'ok', deliveries: { bystander: 'sent' } })
    expect(app.logged.filter(({ level }) => level === 'error')).toStrictEqual([])
  })
})
