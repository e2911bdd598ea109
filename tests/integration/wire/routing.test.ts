import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
let llm: Plugged
let farm: Plugged

/** Four clients of two sessions: llm-1 sends; the others share a session and just receive. */
beforeEach(async () => {
  app = await startApp()
  llm = await app.connect('llm')
  farm = await app.connect('farm')
  await register(llm, 'llm-1', { client_type: 'llm', group_id: 'night' })
  await register(farm, 'blender-1', { is_persistent: true, group_id: 'night', pid: 11 })
  await register(farm, 'blender-2', { pid: 22 })
  await register(farm, 'llm-2', { client_type: 'llm' })
})
afterEach(() => app.stop())

const send = async (args: object, from = llm) =>
  (await call(from, 'blender_send_message', { payload: {}, ...args })).structured

describe('who gets a message', () => {
  it.each([
    [
      'R-301',
      'a uuid before group and type',
      { target_uuid: 'llm-2', group_id: 'night', client_type: 'blender' },
      { type: 'direct', target_uuid: 'llm-2' },
      ['llm-2'],
    ],
    [
      'R-301',
      'a group before a type',
      { group_id: 'night', client_type: 'llm' },
      { type: 'group', group_id: 'night' },
      ['blender-1', 'llm-1'],
    ],
    [
      'R-301',
      'a type before everybody',
      { client_type: 'blender' },
      { type: 'type_filter', client_type: 'blender' },
      ['blender-1', 'blender-2'],
    ],
    ['R-301', 'everybody else', {}, { type: 'broadcast' }, ['blender-1', 'blender-2', 'llm-2']],
    [
      'R-302',
      'null and empty fields are not set',
      { target_uuid: null, group_id: '', client_type: 'blender' },
      { type: 'type_filter', client_type: 'blender' },
      ['blender-1', 'blender-2'],
    ],
    [
      'R-303',
      'the sender itself, when named',
      { target_uuid: 'llm-1' },
      { type: 'direct', target_uuid: 'llm-1' },
      ['llm-1'],
    ],
    [
      'R-304',
      'the sender too, in its group',
      { group_id: 'night' },
      { type: 'group', group_id: 'night' },
      ['blender-1', 'llm-1'],
    ],
    [
      'R-305',
      'the sender too, among its type',
      { client_type: 'llm' },
      { type: 'type_filter', client_type: 'llm' },
      ['llm-1', 'llm-2'],
    ],
    ['R-306', 'all but the sender', {}, { type: 'broadcast' }, ['blender-1', 'blender-2', 'llm-2']],
    ['R-307', 'nobody, in a group of none', { group_id: 'day' }, { type: 'group', group_id: 'day' }, []],
    [
      'R-307',
      'nobody, of a type of none',
      { client_type: 'maya' },
      { type: 'type_filter', client_type: 'maya' },
      [],
    ],
  ])('[%s] %s', async (_, __, address, routing, targets) => {
    expect(await send(address)).toMatchObject({ status: 'ok', routing, targets })
  })

  it('[R-307] nobody, in a broadcast without others', async () => {
    await farm.leave()
    await call(llm, 'blender_unregister_client', { client_uuid: 'blender-1' })
    expect(await send({})).toMatchObject({
      status: 'ok',
      routing: { type: 'broadcast' },
      targets: [],
      deliveries: {},
    })
  })

  it('[R-308] an unknown uuid is an error that lists the known ones', async () => {
    expect(await send({ target_uuid: 'blender-9' })).toStrictEqual({
      status: 'error',
      error: 'unknown_target',
      message: 'No client "blender-9" is registered. Known clients: blender-1, llm-1, blender-2, llm-2.',
    })
  })

  it('[R-309] "latest" is the newest live blender', async () => {
    const newest = await app.connect('newest')
    await register(newest, 'blender-3', { is_persistent: true })
    expect(await send({ target_uuid: 'latest' })).toMatchObject({
      targets: ['blender-3'],
      routing: { type: 'direct', target_uuid: 'blender-3' },
    })
    await newest.leave()
    expect(await send({ target_uuid: 'latest' })).toMatchObject({ targets: ['blender-2'] })
    await farm.leave()
    expect(await send({ target_uuid: 'latest' })).toStrictEqual({
      status: 'error',
      error: 'unknown_target',
      message: 'No live Blender is registered. Known clients: blender-1, blender-3, llm-1.',
    })
  })

  it('[R-310] "pid:<n>" is the client with that process id', async () => {
    expect(await send({ target_uuid: 'pid:22' })).toMatchObject({
      targets: ['blender-2'],
      routing: { type: 'direct', target_uuid: 'blender-2' },
    })
    expect(await send({ target_uuid: 'pid:33' })).toStrictEqual({
      status: 'error',
      error: 'unknown_target',
      message: 'No client has the process id 33. Known clients: blender-1, llm-1, blender-2, llm-2.',
    })
    await register(farm, 'twin', { pid: 22 })
    expect(await send({ target_uuid: 'pid:22' })).toStrictEqual({
      status: 'error',
      error: 'ambiguous_target',
      message: 'Process id 22 belongs to several clients: blender-2, twin. Send to one of these uuids.',
    })
  })
})

describe('who a message is from', () => {
  const fromOf = async (args: object, sender: Plugged) => {
    await send({ target_uuid: 'blender-1', ...args }, sender)
    return (await farm.messages.next()).data.from_uuid
  }

  it('[R-311] the given uuid, else the client of the session, else the server', async () => {
    const stranger = await app.connect('stranger')
    expect(await fromOf({ from_uuid: 'llm-1' }, llm)).toBe('llm-1')
    expect(await fromOf({ from_uuid: 'a-script-that-is-no-client' }, llm)).toBe('a-script-that-is-no-client')
    expect(await fromOf({}, llm)).toBe('llm-1')
    expect(await fromOf({}, stranger)).toBe('server:local')
  })

  it('[R-312] the last client that the session registered', async () => {
    await register(llm, 'llm-1b', { client_type: 'llm' })
    expect(await fromOf({}, llm)).toBe('llm-1b')
    await call(llm, 'blender_unregister_client', { client_uuid: 'llm-1b' })
    expect(await fromOf({}, llm)).toBe('llm-1')
  })

  it("[R-313] never another live session's client", async () => {
    expect(await send({ target_uuid: 'blender-1', from_uuid: 'llm-2' })).toStrictEqual({
      status: 'error',
      error: 'not_your_client',
      message:
        'Client "llm-2" belongs to another session. Leave from_uuid out, or register that uuid in this session first.',
    })
  })

  it('[R-314] a persistent client whose session has ended may be spoken for', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'away', { is_persistent: true })
    await blender.leave()
    expect(await fromOf({ from_uuid: 'away' }, llm)).toBe('away')
  })
})

describe('the priority', () => {
  it.each([
    ['emergency', 'emergency', 0],
    ['ALERT', 'alert', 1],
    ['Critical', 'critical', 2],
    ['error', 'error', 3],
    ['warning', 'warning', 4],
    ['nOtIcE', 'notice', 5],
    ['info', 'info', 6],
    ['debug', 'debug', 7],
    [0, 'emergency', 0],
    [3, 'error', 3],
    [7, 'debug', 7],
    [undefined, 'info', 6],
    [' Warning\t', 'warning', 4],
    [' 2 ', 'critical', 2],
  ])('[R-315] %s is %s, %i', async (priority, level, integer) => {
    await send({ target_uuid: 'blender-1', ...(priority !== undefined && { priority }) })
    const message = await farm.messages.next()
    expect([message.level, message.data.priority]).toStrictEqual([level, integer])
  })

  it.each([
    ['urgent', '"urgent"'],
    ['', '""'],
    [8, '8'],
    [-1, '-1'],
    [1.5, '1.5'],
  ])('[R-316] %j is an error that lists the eight', async (priority, shown) => {
    expect(await send({ target_uuid: 'blender-1', priority })).toStrictEqual({
      status: 'error',
      error: 'invalid_priority',
      message: `Priority ${shown} is unknown. Use one of emergency, alert, critical, error, warning, notice, info, debug, or an integer 0 to 7.`,
    })
  })

  it.each([true, ['info'], {}])('[R-316] %j is refused as invalid, with the eight', async (priority) => {
    expect(await send({ target_uuid: 'blender-1', priority })).toStrictEqual({
      status: 'error',
      error: 'invalid_arguments',
      message:
        'Invalid arguments for blender_send_message: priority: must be one of emergency, alert, critical, error, ' +
        'warning, notice, info, debug, or an integer 0 to 7',
    })
  })
})
