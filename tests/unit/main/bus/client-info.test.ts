import { describe, expect, it } from 'vitest'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

describe('the record', () => {
  it('has exactly seven keys on the wire when no metadata was sent', () => {
    const { bus } = busFixture()
    const { client } = bus.register(
      registration('blender-abc', { is_persistent: true, capabilities: ['rendering'], group_id: 'farm' }),
      fakeSession('a'),
    )
    expect(client.toDict()).toStrictEqual({
      uuid: 'blender-abc',
      client_type: 'blender',
      is_persistent: true,
      capabilities: ['rendering'],
      group_id: 'farm',
      connected_at: 1_700_000_000.5,
      last_seen: 1_700_000_000.5,
    })
  })

  it('carries only the metadata that was sent', () => {
    const { bus } = busFixture()
    const { client } = bus.register(registration('b', { metadata: { label: 'Atelier 1', pid: 4242 } }), null)
    expect(client.toDict()).toStrictEqual({
      uuid: 'b',
      client_type: 'blender',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: 1_700_000_000.5,
      last_seen: 1_700_000_000.5,
      label: 'Atelier 1',
      pid: 4242,
    })
  })

  it('keeps absent metadata and clears what comes empty at a repeated registration', () => {
    const { bus } = busFixture()
    bus.register(
      registration('b', { metadata: { label: 'Old', blend_file: '/a.blend', hostname: 'h' } }),
      null,
    )
    const { client } = bus.register(registration('b', { metadata: { label: 'New', blend_file: '' } }), null)
    expect(client.metadata).toStrictEqual({ label: 'New', hostname: 'h' })
  })

  it('never shows its session in JSON, in a structured clone or in its keys', () => {
    const { bus } = busFixture()
    const session = fakeSession('secret-session-id')
    const { client } = bus.register(registration('b'), session)
    expect(client.session).toBe(session)
    expect(JSON.stringify(client)).toBe(
      '{"uuid":"b","client_type":"blender","is_persistent":false,"capabilities":[],"group_id":null,"connected_at":1700000000.5,"last_seen":1700000000.5}',
    )
    expect(JSON.stringify(structuredClone(client))).not.toContain('secret-session-id')
    expect(Object.keys(client)).not.toContain('session')
  })
})

describe('registering a known uuid', () => {
  it('updates the record in place and leaves uuid, bucket and connected_at alone', () => {
    const { bus, time } = busFixture()
    const first = bus.register(registration('b', { is_persistent: true, group_id: 'farm' }), null)
    time.nowMs += 10_000
    const second = bus.register(
      registration('b', { is_persistent: false, client_type: 'render-node', capabilities: ['gpu'] }),
      null,
    )
    expect(second.created).toBe(false)
    expect(second.client).toBe(first.client)
    expect(second.client.toDict()).toStrictEqual({
      uuid: 'b',
      client_type: 'render-node',
      is_persistent: true,
      capabilities: ['gpu'],
      group_id: null,
      connected_at: 1_700_000_000.5,
      last_seen: 1_700_000_010.5,
    })
    expect([...bus.registry.persistent.keys()]).toStrictEqual(['b'])
    expect([...bus.registry.ephemeral.keys()]).toStrictEqual([])
  })

  it('changes the bucket only after an unregistration', () => {
    const { bus } = busFixture()
    bus.register(registration('b', { is_persistent: true }), null)
    expect(bus.unregister('b')).toBe(true)
    bus.register(registration('b', { is_persistent: false }), null)
    expect([...bus.registry.persistent.keys()]).toStrictEqual([])
    expect([...bus.registry.ephemeral.keys()]).toStrictEqual(['b'])
  })

  it('hands the record to a second live session and unbinds the first', () => {
    const { bus } = busFixture()
    const first = fakeSession('first')
    const second = fakeSession('second')
    bus.register(registration('b'), first)
    const { client, takenFrom } = bus.register(registration('b'), second)
    expect(takenFrom).toBe(first)
    expect(client.session).toBe(second)
    expect(bus.registry.boundTo(first)).toBeUndefined()
    expect(bus.registry.boundTo(second)).toBe(client)
    bus.endSession(first)
    expect(bus.get('b')).toBe(client)
  })

  it('keeps the binding when it comes without a session', () => {
    const { bus } = busFixture()
    const session = fakeSession('a')
    bus.register(registration('b'), session)
    expect(bus.register(registration('b'), null).client.session).toBe(session)
  })
})

describe('touch', () => {
  it('bumps last_seen and nothing else', () => {
    const { bus, time } = busFixture()
    const { client } = bus.register(registration('b', { metadata: { label: 'L' } }), null)
    const before = client.toDict()
    time.nowMs += 7000
    bus.touch('b')
    expect(client.toDict()).toStrictEqual({ ...before, last_seen: 1_700_000_007.5 })
    expect(bus.last_activity).toBeNull()
  })

  it('ignores an unknown uuid', () => {
    const { bus } = busFixture()
    expect(() => bus.touch('nobody')).not.toThrow()
  })
})

describe('last_activity', () => {
  it('is bumped by send and jobUpdate, which leave every record unchanged', () => {
    const { bus, time } = busFixture()
    const { client } = bus.register(registration('b'), null)
    const before = client.toDict()
    time.nowMs += 1000
    bus.send({ payload: {}, target_uuid: 'b', session: null })
    expect(bus.last_activity).toBe(1_700_000_001.5)
    time.nowMs += 1000
    bus.jobUpdate({ job_id: 'x', status: 'running', result: '', error: '' }, null)
    expect(bus.last_activity).toBe(1_700_000_002.5)
    expect(client.toDict()).toStrictEqual(before)
  })
})

describe('the end of a session', () => {
  it('takes its ephemeral clients along and leaves persistent ones without a session', () => {
    const { bus } = busFixture()
    const session = fakeSession('a')
    bus.register(registration('blender', { is_persistent: true }), session)
    bus.register(registration('llm', { client_type: 'llm' }), session)
    bus.endSession(session)
    expect(bus.get('blender')?.session).toBeNull()
    expect(bus.get('llm')).toBeUndefined()
  })

  it('leaves ephemeral clients on the bus for the grace where it was lost, and no longer', () => {
    const { bus, time } = busFixture()
    const session = fakeSession('a')
    const again = fakeSession('b')
    bus.register(registration('comes back', { client_type: 'llm' }), session)
    bus.register(registration('stays away', { client_type: 'llm' }), session)
    bus.endSession(session, 'lost')
    expect([bus.get('comes back')?.session, bus.get('stays away')?.session]).toStrictEqual([null, null])
    time.nowMs += 29_999
    bus.register(registration('comes back', { client_type: 'llm' }), again)
    bus.expire()
    expect([...bus.registry.ephemeral.keys()]).toStrictEqual(['comes back', 'stays away'])
    const left: unknown[] = []
    bus.events.on('unregistered', ({ client, cause, reason }) => left.push([client.uuid, cause, reason]))
    time.nowMs += 1
    bus.expire()
    expect(left).toStrictEqual([
      ['stays away', 'session_ended', 'Its session ended, and it did not come back.'],
    ])
    time.nowMs += 1_000_000
    bus.expire()
    expect(bus.get('comes back')?.session).toBe(again)
  })

  it('keeps persistent clients for a day after their last sign of life', () => {
    const { bus, time } = busFixture()
    const session = fakeSession('a')
    bus.register(registration('away', { is_persistent: true }), session)
    bus.register(registration('connected', { is_persistent: true }), fakeSession('b'))
    bus.endSession(session)
    time.nowMs += 24 * 3600 * 1000 - 1
    bus.expire()
    expect([...bus.registry.persistent.keys()]).toStrictEqual(['away', 'connected'])
    time.nowMs += 1
    const left: unknown[] = []
    bus.events.on('unregistered', ({ client, cause }) => left.push([client.uuid, cause]))
    bus.expire()
    expect(left).toStrictEqual([['away', 'expired']])
  })

  it('measures both on the steady clock: a wall clock that is set expires and revives nobody', () => {
    const steady = { nowMs: 0 }
    const { bus, time } = busFixture({ steady: () => steady.nowMs })
    const session = fakeSession('a')
    bus.register(registration('e'), session)
    bus.register(registration('p', { is_persistent: true }), session)
    bus.endSession(session, 'lost')
    time.nowMs += 100 * 24 * 3600 * 1000
    bus.expire()
    expect([...bus.registry.all()].map(({ uuid }) => uuid)).toStrictEqual(['p', 'e'])
    time.nowMs -= 200 * 24 * 3600 * 1000
    steady.nowMs += 30_000
    bus.expire()
    expect([...bus.registry.all()].map(({ uuid }) => uuid)).toStrictEqual(['p'])
  })
})
