import { describe, expect, it } from 'vitest'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

describe('who is meant by a name', () => {
  it('is nobody where nobody has it, and the first 20 that are there are named', () => {
    const { bus } = busFixture()
    const refused = (known: string) => ({
      ok: false,
      error: 'unknown_target',
      message: `No client "x" is registered. Known clients: ${known}.`,
    })
    expect(bus.resolve('x')).toStrictEqual(refused('none'))
    const names = Array.from({ length: 20 }, (_, index) => `c${String(index)}`)
    for (const name of names) bus.register(registration(name), null)
    expect(bus.resolve('x')).toStrictEqual(refused(names.join(', ')))
    bus.register(registration('d'), null)
    expect(bus.resolve('x')).toStrictEqual(refused(`${names.join(', ')} and 1 more`))
    bus.register(registration('e'), null)
    expect(bus.resolve('x')).toStrictEqual(refused(`${names.join(', ')} and 2 more`))
  })

  it('is by "latest" the Blender that came last, of those that can be reached', () => {
    const { bus, time } = busFixture()
    bus.register(registration('model', { client_type: 'llm' }), fakeSession('m'))
    bus.register(registration('away'), null)
    expect(bus.resolve('latest')).toStrictEqual({
      ok: false,
      error: 'unknown_target',
      message: 'No live Blender is registered. Known clients: model, away.',
    })
    // Persistent ones stand before the others on every list.
    const { client: second } = bus.register(registration('first', { is_persistent: true }), fakeSession('1'))
    expect(bus.resolve('latest')).toBe(second)
    const { client: third } = bus.register(registration('at once', { is_persistent: true }), fakeSession('2'))
    expect(bus.resolve('latest')).toBe(third)
    time.nowMs += 1000
    const { client: last } = bus.register(registration('last', { is_persistent: true }), fakeSession('3'))
    time.nowMs -= 500
    bus.register(registration('before'), fakeSession('4'))
    expect(bus.resolve('latest')).toBe(last)
  })

  it('is by "pid:<n>" the one that has this process id', () => {
    const { bus } = busFixture()
    const { client } = bus.register(registration('a', { metadata: { pid: 7 } }), null)
    bus.register(registration('b', { metadata: { pid: 77 } }), null)
    expect(bus.resolve('pid:7')).toBe(client)
    expect(bus.resolve('pid:8')).toStrictEqual({
      ok: false,
      error: 'unknown_target',
      message: 'No client has the process id 8. Known clients: a, b.',
    })
    expect(bus.resolve('pid:7x')).toMatchObject({
      message: expect.stringContaining('No client "pid:7x"') as unknown,
    })
  })

  it('can be asked of the bus by what it is told of who can be reached', () => {
    const { bus } = busFixture({ isLive: ({ uuid }) => uuid === 'a' })
    const { client } = bus.register(registration('a'), null)
    bus.register(registration('b'), fakeSession('b'))
    expect(bus.resolve('latest')).toBe(client)
  })
})

describe('what may not be sent', () => {
  const send = (request: object) => {
    const { bus } = busFixture()
    const session = fakeSession('a')
    bus.register(registration('a'), session)
    bus.register(registration('b'), fakeSession('b'))
    bus.register(registration('free'), null)
    const sent = bus.send({ payload: {}, target_uuid: 'a', session, ...request })
    return sent.ok ? sent.message.from_uuid : [sent.error, sent.message]
  }

  it('is a word that only the server says', () => {
    expect(send({ payload: { message_type: 'client_unregistered' } })).toStrictEqual([
      'reserved_message',
      'Only the server says "client_unregistered": a client that hears it stops. Use blender_unregister_client.',
    ])
  })

  it('is a job id that is cut in the middle of a character', () => {
    expect(send({ payload: { job_id: 'a\ud800' } })).toStrictEqual([
      'invalid_arguments',
      'payload.job_id must be whole text: it was cut inside a character (U+FFFD). Send the whole id, or leave it out.',
    ])
    expect(send({ payload: { job_id: 3 } })).toBe('a')
    expect(send({ payload: { job_id: '😀' } })).toBe('a')
  })

  it('is an unknown priority, of which 60 characters are repeated', () => {
    expect(send({ priority: 'x'.repeat(100) })).toStrictEqual([
      'invalid_priority',
      `Priority "${'x'.repeat(59)} is unknown. Use one of emergency, alert, critical, error, warning, notice, info, debug, or an integer 0 to 7.`,
    ])
    expect(send({ priority: null })).toBe('a')
  })

  it('is anything in the name of the server, or of a client of another session', () => {
    const reserved = ['reserved_name', 'Only the server speaks as "server:…". Leave from_uuid out.']
    const foreign = [
      'not_your_client',
      'Client "b" belongs to another session. Leave from_uuid out, or register that uuid in this session first.',
    ]
    expect([
      send({ from_uuid: 'server:local' }),
      send({ from_uuid: 'server:eve', session: null }),
      send({ from_uuid: 'server:local', session: null }),
      send({ from_uuid: 'b' }),
      send({ from_uuid: 'b', session: null }),
      send({ from_uuid: 'free' }),
      send({ from_uuid: '' }),
      send({ from_uuid: 'a' }),
    ]).toStrictEqual([reserved, reserved, 'server:local', foreign, foreign, 'free', 'a', 'a'])
  })
})

describe('a message', () => {
  it('goes where a route that was found before leads, and to those that are left of it', () => {
    const { bus } = busFixture()
    const clients = ['a', 'b'].map((uuid) => bus.register(registration(uuid, { group_id: 'g' }), null).client)
    const found = bus.routeOf({ group_id: 'g' }, 'a')
    if (!found.ok) throw new Error(found.message)
    expect(found).toStrictEqual({ ok: true, routing: { type: 'group', group_id: 'g' }, targets: clients })
    const route = { ...found, targets: clients.slice(1) }
    expect(bus.send({ payload: {}, group_id: 'g', session: null, route })).toMatchObject({ targets: ['b'] })
    expect(bus.mailboxes.sizeOf('a').count).toBe(0)
  })

  it('has the job id of its payload, or its own id where that is none', () => {
    const { bus } = busFixture()
    bus.register(registration('a'), null)
    const jobId = (payload: object) => {
      const sent = bus.send({ payload: { ...payload }, target_uuid: 'a', session: null })
      return sent.ok ? [sent.message.message_id, sent.message.job_id] : sent.error
    }
    expect([jobId({ job_id: 'j' }), jobId({ job_id: '' }), jobId({ job_id: 4 }), jobId({})]).toStrictEqual([
      ['id-1', 'j'],
      ['id-2', 'id-2'],
      ['id-3', 'id-3'],
      ['id-4', 'id-4'],
    ])
  })

  it('that is refused counts as no activity', () => {
    const { bus } = busFixture()
    bus.send({ payload: {}, target_uuid: 'nobody', session: null })
    expect(bus.last_activity).toBeNull()
  })
})
