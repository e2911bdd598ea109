import { describe, expect, it } from 'vitest'
import { payloadOf } from '../../../../src/main/bus/message.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

describe('the places of a bus', () => {
  it('are refused to new clients when they are taken, and to none that is registered', () => {
    const { bus } = busFixture({ limits: { maxClients: 2 } })
    bus.register(registration('a', { is_persistent: true }), null)
    expect(bus.refusesClient('b')).toBeNull()
    bus.register(registration('b'), null)
    expect([bus.refusesClient('a'), bus.refusesClient('b'), bus.refusesClient('c')]).toStrictEqual([
      null,
      null,
      {
        ok: false,
        error: 'too_many_clients',
        message: 'The bus is full: at most 2 clients may be registered. Unregister one first.',
      },
    ])
    bus.unregister('b')
    expect(bus.refusesClient('c')).toBeNull()
  })

  it('are never given to a name of the server', () => {
    const { bus } = busFixture()
    expect([bus.refusesClient('server:local'), bus.refusesClient(`server:${'x'.repeat(100)}`)]).toStrictEqual(
      [
        {
          ok: false,
          error: 'reserved_name',
          message: '"server:local" is a name of the server. Register another uuid.',
        },
        {
          ok: false,
          error: 'reserved_name',
          message: `"server:${'x'.repeat(52)} is a name of the server. Register another uuid.`,
        },
      ],
    )
    expect(bus.refusesClient('my-server:local')).toBeNull()
  })

  it('are counted with what else is bounded, of payloads the largest', () => {
    const { bus } = busFixture()
    const usage = () => bus.usage().map(({ name, used, max }) => [name, used, max])
    expect(usage()).toStrictEqual([
      ['clients_per_bus', 0, 5000],
      ['pending_jobs', 0, 10_000],
      ['payload_bytes', 0, 4_194_304],
    ])
    bus.register(registration('a'), null)
    bus.send({ payload: { text: 'long' }, target_uuid: 'a', session: null })
    bus.send({ payload: {}, target_uuid: 'a', session: null })
    expect(usage()).toStrictEqual([
      ['clients_per_bus', 1, 5000],
      ['pending_jobs', 0, 10_000],
      ['payload_bytes', 15, 4_194_304],
    ])
  })
})

describe('a session with several clients', () => {
  it('speaks as the one it registered last, and as the one before when that has left', () => {
    const { bus } = busFixture()
    const session = fakeSession('a')
    const bound = () => [
      bus.registry.boundTo(session)?.uuid,
      bus.registry.allBoundTo(session).map(({ uuid }) => uuid),
    ]
    expect(bound()).toStrictEqual([undefined, []])
    for (const uuid of ['one', 'two', 'three']) bus.register(registration(uuid), session)
    expect(bound()).toStrictEqual(['three', ['one', 'two', 'three']])
    bus.register(registration('one'), session)
    expect(bound()).toStrictEqual(['one', ['two', 'three', 'one']])
    bus.unregister('one')
    expect(bound()).toStrictEqual(['three', ['two', 'three']])
    bus.unregister('three')
    expect(bound()).toStrictEqual(['two', ['two']])
    bus.endSession(session)
    expect(bound()).toStrictEqual([undefined, []])
  })

  it('gives each of them a sign of life, and no other', () => {
    const { bus, time } = busFixture()
    const session = fakeSession('a')
    const touched: string[] = []
    bus.events.on('touched', ({ uuid }) => touched.push(uuid))
    for (const uuid of ['one', 'two']) bus.register(registration(uuid), session)
    bus.register(registration('other'), fakeSession('b'))
    time.nowMs += 1000
    bus.touchSession(session)
    expect(touched).toStrictEqual(['one', 'two'])
    expect([...bus.registry.all()].map(({ uuid, last_seen }) => [uuid, last_seen])).toStrictEqual([
      ['one', 1_700_000_001.5],
      ['two', 1_700_000_001.5],
      ['other', 1_700_000_000.5],
    ])
  })
})

describe('a registration', () => {
  it('tells whether the record is new and whom it was taken from', () => {
    const { bus } = busFixture()
    const [first, second] = [fakeSession('first'), fakeSession('second')]
    const told: unknown[] = []
    bus.events.on('registered', ({ client, created, takenFrom }) =>
      told.push([client.uuid, created, takenFrom]),
    )
    bus.register(registration('a'), first)
    bus.register(registration('a'), first)
    bus.register(registration('a'), null)
    bus.register(registration('a'), second)
    bus.register(registration('b'), null)
    bus.register(registration('b'), first)
    expect(told).toStrictEqual([
      ['a', true, null],
      ['a', false, null],
      ['a', false, null],
      ['a', false, first],
      ['b', true, null],
      ['b', false, null],
    ])
  })

  it('without a session ends no wait, and one with a session does', () => {
    const { bus, time } = busFixture()
    const session = fakeSession('a')
    bus.register(registration('away'), session)
    bus.register(registration('back'), session)
    bus.endSession(session, 'lost')
    time.nowMs += 20_000
    bus.register(registration('away'), null)
    bus.register(registration('back'), fakeSession('b'))
    time.nowMs += 10_000
    bus.expire()
    expect([...bus.registry.all()].map(({ uuid }) => uuid)).toStrictEqual(['back'])
  })

  it('counts anew from the first one on, not from a repeated one', () => {
    const { bus } = busFixture()
    const none = { sent: 0, received: 0, filtered: 0, dropped: 0 }
    bus.register(registration('a'), null)
    bus.send({ payload: {}, target_uuid: 'a', from_uuid: 'a', session: null })
    bus.register(registration('a'), null)
    expect(bus.mailboxes.countersOf('a')).toStrictEqual({ ...none, sent: 1 })
    bus.unregister('a')
    expect(bus.mailboxes.countersOf('a')).toStrictEqual(none)
    bus.register(registration('a'), null)
    expect(bus.mailboxes.countersOf('a')).toStrictEqual(none)
  })
})

describe('the end of a session', () => {
  it('that was lost takes ephemeral clients along where there is no grace', () => {
    const { bus } = busFixture({ limits: { ephemeralGraceMs: 0 } })
    const session = fakeSession('a')
    const left: unknown[] = []
    bus.events.on('unregistered', ({ client, cause, reason, session: of }) =>
      left.push([client.uuid, cause, reason, of === session, client.session]),
    )
    bus.register(registration('a'), session)
    bus.endSession(session, 'lost')
    expect(left).toStrictEqual([['a', 'session_ended', 'Its session ended.', true, session]])
    expect(bus.get('a')).toBeUndefined()
  })

  it('is told of each client that stays without one', () => {
    const { bus } = busFixture()
    const session = fakeSession('a')
    const detached: unknown[] = []
    bus.events.on('detached', ({ uuid, session: of }) => detached.push([uuid, of]))
    bus.register(registration('p', { is_persistent: true }), session)
    bus.register(registration('e'), session)
    bus.endSession(session, 'lost')
    bus.endSession(session, 'lost')
    expect(detached).toStrictEqual([
      ['p', null],
      ['e', null],
    ])
  })
})

describe('who leaves', () => {
  it('is let go of its session when all have heard', () => {
    const { bus } = busFixture()
    const session = fakeSession('a')
    const { client } = bus.register(registration('a'), session)
    const heard: unknown[] = []
    bus.events.on('unregistered', ({ client: { session: of }, cause, reason }) =>
      heard.push([of, cause, reason]),
    )
    bus.unregister('a')
    expect(heard).toStrictEqual([[session, 'request', 'The client unregistered.']])
    expect([client.session, bus.registry.size]).toStrictEqual([null, 0])
  })

  it('by another session without a client leaves by the word of the server', () => {
    const { bus } = busFixture()
    bus.register(registration('a'), fakeSession('a'))
    const heard: unknown[] = []
    bus.events.on('message', (message) => heard.push(payloadOf(message)))
    bus.events.on('unregistered', ({ cause, reason }) => heard.push([cause, reason]))
    expect(bus.unregister('a', fakeSession('b'))).toBe(true)
    expect(heard).toStrictEqual([
      {
        message_type: 'client_unregistered',
        reason: 'Another client asked for it.',
        by: 'server:local',
        blocked_until: null,
      },
      ['request', 'Unregistered by server:local.'],
    ])
  })

  it('takes what waited for it along, and all of it is told as dropped', () => {
    const { bus } = busFixture()
    bus.register(registration('a'), null)
    for (const n of [1, 2]) bus.send({ payload: { n }, target_uuid: 'a', session: null })
    const settled: unknown[] = []
    bus.events.on('settled', ({ uuid }, { message, outcome }) =>
      settled.push([uuid, payloadOf(message), outcome]),
    )
    bus.unregister('a')
    bus.register(registration('a'), null)
    expect(settled).toStrictEqual([
      ['a', { n: 1 }, 'dropped'],
      ['a', { n: 2 }, 'dropped'],
    ])
    expect(bus.mailboxes.sizeOf('a')).toStrictEqual({ count: 0, bytes: 0 })
  })
})
