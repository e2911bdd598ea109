import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
let script: Plugged
beforeEach(async () => {
  app = await startApp()
  script = await app.connect('script')
})
afterEach(() => app.stop())

const registering = (args: object) =>
  call(script, 'blender_register_client', args).then(
    ({ structured }) => structured.error ?? structured.status,
  )

describe('names', () => {
  it('[R-220] may have 1 to 200 characters', async () => {
    const type = { client_type: 't' }
    expect(await registering({ client_uuid: 'u', ...type })).toBe('ok')
    expect(await registering({ client_uuid: 'u'.repeat(200), ...type })).toBe('ok')
    expect(await registering({ client_uuid: 'ü'.repeat(200), ...type })).toBe('ok')
    expect(await registering({ client_uuid: 'u'.repeat(201), ...type })).toBe('invalid_arguments')
    expect(await registering({ client_uuid: '', ...type })).toBe('invalid_arguments')
    expect(await registering({ client_uuid: 'u', client_type: 't'.repeat(200) })).toBe('ok')
    expect(await registering({ client_uuid: 'u', client_type: 't'.repeat(201) })).toBe('invalid_arguments')
    expect(await registering({ client_uuid: 'u', client_type: '' })).toBe('invalid_arguments')
  })

  it.each(['a\u0000b', 'a\nb', '\t', '\u001b[31m', 'a\u007f', 'a\u0085b', '\u009f'])(
    '[R-221] may not hold the control character in %j',
    async (name) => {
      expect(await registering({ client_uuid: name, client_type: 't' })).toBe('invalid_arguments')
      expect(await registering({ client_uuid: 'u', client_type: name })).toBe('invalid_arguments')
      expect(await registering({ client_uuid: 'u', client_type: 't', label: name })).toBe('invalid_arguments')
    },
  )

  it('[R-222] may hold any other character', async () => {
    const uuid = 'Atelier №1 “left” \u00a0 / 渲染 🎨 <b>&"\\\u2028'
    const record = await register(script, uuid, { client_type: uuid, label: uuid })
    expect(record).toMatchObject({ uuid, client_type: uuid, label: uuid })
    const { contents } = await script.client.readResource({
      uri: `blender://clients/${encodeURIComponent(uuid)}`,
    })
    expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({ uuid })
  })
})

describe('capabilities', () => {
  it('[R-223] are at most 64 of at most 100 characters', async () => {
    const many = (count: number, length: number) => ({
      client_uuid: 'u',
      client_type: 't',
      capabilities: Array.from({ length: count }, () => 'c'.repeat(length)),
    })
    expect(await registering(many(64, 100))).toBe('ok')
    expect(await registering(many(65, 1))).toBe('invalid_arguments')
    expect(await registering(many(1, 101))).toBe('invalid_arguments')
  })
})

describe('a payload', () => {
  it('[R-224] may be 4 MiB of JSON and not a byte more', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'b', { capabilities: ['large_messages'] })
    const payload = (bytes: number) => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) })
    const send = (bytes: number) =>
      call(script, 'blender_send_message', { payload: payload(bytes), target_uuid: 'b' })
    expect((await send(4_194_304)).structured).toMatchObject({ status: 'ok', deliveries: { b: 'sent' } })
    expect((await blender.messages.next()).data.payload).toStrictEqual(payload(4_194_304))
    expect(await send(4_194_305)).toStrictEqual({
      structured: {
        status: 'error',
        error: 'payload_too_large',
        message:
          'The payload is 4194305 bytes of JSON; at most 4194304 are allowed. Write large data to a file and send its path.',
      },
      isError: true,
    })
  })

  it('[R-225] counts in bytes of UTF-8', async () => {
    const { structured } = await call(script, 'blender_send_message', {
      payload: { t: 'é'.repeat(2_097_149) },
    })
    expect(structured).toMatchObject({
      error: 'payload_too_large',
      message: expect.stringMatching(/4194306/) as string,
    })
  })
})

describe('the result and the error of a job update', () => {
  it('[R-226] are cut to 1 MiB each, with a marker that says how much went', async () => {
    const llm = await app.connect('llm')
    const blender = await app.connect('blender')
    await register(llm, 'l', { client_type: 'llm', capabilities: ['large_messages'] })
    await register(blender, 'b')
    const payload = { message_type: 'job_dispatch', job_id: 'j', script: 'pass', description: '' }
    await call(llm, 'blender_send_message', { payload, target_uuid: 'b' })
    await call(blender, 'blender_job_update', {
      job_id: 'j',
      status: 'running',
      result: 'r'.repeat(1_048_600),
    })
    expect((await llm.messages.next()).data.payload.result).toBe(
      `${'r'.repeat(1_048_512)}\n[cut: 88 of 1048600 bytes left out]`,
    )
    await call(blender, 'blender_job_update', {
      job_id: 'j',
      status: 'failed',
      result: 'r'.repeat(1_048_576),
      error: 'e'.repeat(1_048_577),
    })
    const { data } = await llm.messages.next()
    expect(data.payload.result).toBe('r'.repeat(1_048_576))
    expect(data.payload.error).toBe(`${'e'.repeat(1_048_512)}\n[cut: 65 of 1048577 bytes left out]`)
  })
})

describe('a bus that is full', () => {
  it('turns a newcomer away with the number, takes back who is there, and room that is made', async () => {
    await app.stopAlone()
    await app.startAgain({ limits: { bus: { maxClients: 2 } } })
    const [one, two, three] = [await app.connect('1'), await app.connect('2'), await app.connect('3')]
    await register(one, 'one')
    await register(two, 'two')
    const newcomer = () =>
      call(three, 'blender_register_client', { client_uuid: 'three', client_type: 'blender' })
    expect((await newcomer()).structured).toStrictEqual({
      status: 'error',
      error: 'too_many_clients',
      message: 'The bus is full: at most 2 clients may be registered. Unregister one first.',
    })
    await register(one, 'one', { label: 'Again' })
    const panel = await app.operator()
    await panel.clients.unregister({
      clients: [{ userId: 'local', uuid: 'two' }],
      reason: '',
      blockSeconds: null,
    })
    expect((await newcomer()).structured).toMatchObject({ status: 'ok' })
  })
})
