import { describe, expect, it } from 'vitest'
import type { UserMessageBus } from '../../../../src/main/bus/user-message-bus.ts'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'
import { payloadOf } from '../../../../src/main/bus/message.ts'

/** Delivers everything at once, as an open stream would. */
function deliverAll(bus: UserMessageBus): void {
  bus.events.on('message', (_, targets) => {
    for (const client of targets) bus.mailboxes.settle(client, 'sent')
  })
}

function fourClients() {
  const fixture = busFixture()
  const { bus } = fixture
  const llm = fakeSession('llm')
  bus.register(registration('blender-1', { is_persistent: true, group_id: 'farm' }), fakeSession('1'))
  bus.register(registration('blender-2', { is_persistent: true, group_id: 'farm' }), fakeSession('2'))
  bus.register(registration('llm-1', { client_type: 'llm' }), llm)
  bus.register(registration('llm-2', { client_type: 'llm', group_id: 'farm' }), fakeSession('3'))
  return { ...fixture, llm }
}

describe('routing', () => {
  it('sends direct to one client, the sender itself included', () => {
    const { bus, llm } = fourClients()
    deliverAll(bus)
    expect(bus.send({ payload: { a: 1 }, target_uuid: 'llm-1', session: llm })).toStrictEqual({
      ok: true,
      message: {
        user_id: 'local',
        from_uuid: 'llm-1',
        routing: { type: 'direct', target_uuid: 'llm-1' },
        payloadJson: '{"a":1}',
        payloadBytes: 7,
        head: { kind: null, jobKind: null, title: '', command: null, jobId: null },
        job_id: 'id-1',
        message_id: 'id-1',
        priority: 6,
        timestamp: 1_700_000_000.5,
        purpose: 'work',
      },
      targets: ['llm-1'],
      deliveries: Object.assign(Object.create(null), { 'llm-1': 'sent' }) as unknown,
    })
  })

  it.each([
    [
      'target before group, type and broadcast',
      { target_uuid: 'llm-1', group_id: 'farm', client_type: 'blender' },
      { type: 'direct', target_uuid: 'llm-1' },
      ['llm-1'],
    ],
    [
      'group before type, the sender included',
      { group_id: 'farm', client_type: 'llm' },
      { type: 'group', group_id: 'farm' },
      ['blender-1', 'blender-2', 'llm-2'],
    ],
    [
      'type, the sender included',
      { client_type: 'llm' },
      { type: 'type_filter', client_type: 'llm' },
      ['llm-1', 'llm-2'],
    ],
    ['broadcast without the sender', {}, { type: 'broadcast' }, ['blender-1', 'blender-2', 'llm-2']],
    [
      'null and empty fields count as not set',
      { target_uuid: null, group_id: '' },
      { type: 'broadcast' },
      ['blender-1', 'blender-2', 'llm-2'],
    ],
    ['a group nobody is in', { group_id: 'nowhere' }, { type: 'group', group_id: 'nowhere' }, []],
    ['a type nobody has', { client_type: 'maya' }, { type: 'type_filter', client_type: 'maya' }, []],
  ])('%s', (_, address, routing, targets) => {
    const { bus, llm } = fourClients()
    const sent = bus.send({ payload: {}, ...address, session: llm })
    expect(sent).toMatchObject({ ok: true, message: { routing }, targets })
  })

  it('refuses a direct send to an unknown uuid and lists the known ones', () => {
    const { bus, llm } = fourClients()
    expect(bus.send({ payload: {}, target_uuid: 'blender-9', session: llm })).toStrictEqual({
      ok: false,
      error: 'unknown_target',
      message: 'No client "blender-9" is registered. Known clients: blender-1, blender-2, llm-1, llm-2.',
    })
  })

  it('takes "latest" for the newest live blender, and a client of that name before the word', () => {
    const { bus, time } = busFixture()
    bus.register(registration('old', { is_persistent: true }), fakeSession('1'))
    time.nowMs += 1000
    bus.register(registration('new', { is_persistent: true }), fakeSession('2'))
    time.nowMs += 1000
    bus.register(registration('newest-but-gone', { is_persistent: true }), null)
    expect(bus.send({ payload: {}, target_uuid: 'latest', session: null })).toMatchObject({
      message: { routing: { type: 'direct', target_uuid: 'new' } },
      targets: ['new'],
    })
    bus.register(registration('latest'), null)
    expect(bus.send({ payload: {}, target_uuid: 'latest', session: null })).toMatchObject({
      targets: ['latest'],
    })
  })

  it('takes "pid:<n>", and refuses one that several clients have', () => {
    const { bus } = busFixture()
    bus.register(registration('a', { metadata: { pid: 7 } }), null)
    bus.register(registration('b', { metadata: { pid: 8, hostname: 'x' } }), null)
    bus.register(registration('c', { metadata: { pid: 8, hostname: 'y' } }), null)
    expect(bus.send({ payload: {}, target_uuid: 'pid:7', session: null })).toMatchObject({ targets: ['a'] })
    expect(bus.send({ payload: {}, target_uuid: 'pid:8', session: null })).toStrictEqual({
      ok: false,
      error: 'ambiguous_target',
      message: 'Process id 8 belongs to several clients: b, c. Send to one of these uuids.',
    })
    expect(bus.send({ payload: {}, target_uuid: 'pid:9', session: null })).toMatchObject({
      error: 'unknown_target',
    })
  })
})

describe('the sender', () => {
  it('is the given uuid, else the client of the session, else the server', () => {
    const { bus, llm } = fourClients()
    const from = (request: { from_uuid?: string; session: object | null }) => {
      const sent = bus.send({ payload: {}, target_uuid: 'blender-1', ...request })
      return sent.ok ? sent.message.from_uuid : sent.error
    }
    expect(from({ from_uuid: 'llm-1', session: llm })).toBe('llm-1')
    expect(from({ from_uuid: 'some-script', session: llm })).toBe('some-script')
    expect(from({ session: llm })).toBe('llm-1')
    expect(from({ session: fakeSession('unbound') })).toBe('server:local')
    expect(from({ session: null })).toBe('server:local')
  })

  it('may not be a client of another live session', () => {
    const { bus, llm } = fourClients()
    expect(
      bus.send({ payload: {}, target_uuid: 'blender-1', from_uuid: 'llm-2', session: llm }),
    ).toStrictEqual({
      ok: false,
      error: 'not_your_client',
      message:
        'Client "llm-2" belongs to another session. Leave from_uuid out, or register that uuid in this session first.',
    })
  })
})

describe('priority', () => {
  it.each([
    ['emergency', 0],
    ['ALERT', 1],
    ['Critical', 2],
    ['error', 3],
    ['warning', 4],
    ['notice', 5],
    ['info', 6],
    ['debug', 7],
    [0, 0],
    [7, 7],
    ['3', 3],
    [undefined, 6],
  ])('%s is %i', (priority, level) => {
    const { bus, llm } = fourClients()
    expect(bus.send({ payload: {}, target_uuid: 'blender-1', priority, session: llm })).toMatchObject({
      message: { priority: level },
    })
  })

  it.each([8, -1, 1.5, 'urgent', '', '8', {}])('%j is refused with the list of the eight', (priority) => {
    const { bus, llm } = fourClients()
    const refused = bus.send({ payload: {}, target_uuid: 'blender-1', priority, session: llm })
    expect(refused).toMatchObject({ ok: false, error: 'invalid_priority' })
    expect(refused).toHaveProperty(
      'message',
      expect.stringContaining('emergency, alert, critical, error, warning, notice, info, debug'),
    )
  })
})

describe('the payload', () => {
  it('may be 4 MiB of JSON and not a byte more', () => {
    const { bus } = fourClients()
    const text = (bytes: number) => ({ t: 'x'.repeat(bytes - '{"t":""}'.length) })
    expect(bus.send({ payload: text(4_194_304), target_uuid: 'blender-1', session: null })).toMatchObject({
      ok: true,
    })
    expect(bus.send({ payload: text(4_194_305), target_uuid: 'blender-1', session: null })).toStrictEqual({
      ok: false,
      error: 'payload_too_large',
      message:
        'The payload is 4194305 bytes of JSON; at most 4194304 are allowed. Write large data to a file and send its path.',
    })
  })
})

describe('delivery', () => {
  it('reports what became of a message for each target', () => {
    const { bus, llm } = fourClients()
    bus.events.on('message', (message, targets) => {
      for (const client of targets) {
        if (client.uuid === 'blender-1') bus.mailboxes.settle(client, 'sent')
        if (client.uuid === 'llm-2') bus.mailboxes.filter(client, message)
      }
    })
    const sent = bus.send({ payload: {}, group_id: 'farm', session: llm })
    expect(sent.ok && { ...sent.deliveries }).toStrictEqual({
      'blender-1': 'sent',
      'blender-2': 'queued',
      'llm-2': 'filtered',
    })
    expect(bus.mailboxes.countersOf('llm-1')).toStrictEqual({ sent: 1, received: 0, filtered: 0, dropped: 0 })
    expect(bus.mailboxes.countersOf('blender-1')).toStrictEqual({
      sent: 0,
      received: 1,
      filtered: 0,
      dropped: 0,
    })
    expect(bus.mailboxes.countersOf('llm-2')).toStrictEqual({ sent: 0, received: 0, filtered: 1, dropped: 0 })
    expect(bus.mailboxes.sizeOf('blender-2')).toStrictEqual({ count: 1, bytes: 258 })
  })

  it('hands out what waited, most urgent first, then oldest first', () => {
    const { bus } = fourClients()
    for (const [priority, n] of [
      ['info', 1],
      ['alert', 2],
      ['info', 3],
      ['debug', 4],
      ['alert', 5],
    ] as const) {
      bus.send({ payload: { n }, priority, target_uuid: 'blender-1', session: null })
    }
    const client = bus.get('blender-1')
    const order =
      client === undefined ? [] : bus.mailboxes.take(client, 4).map((message) => payloadOf(message).n)
    expect(order).toStrictEqual([2, 5, 1, 3])
    expect(bus.mailboxes.sizeOf('blender-1').count).toBe(1)
  })

  it('drops the least urgent, oldest message of a full mailbox, and counts and tells it', () => {
    const { bus } = busFixture({ limits: { mailbox: { maxCount: 2, maxBytes: 1_000_000 } } })
    bus.register(registration('b'), null)
    const dropped: unknown[] = []
    bus.events.on('settled', (client, { message, outcome }) =>
      dropped.push([client.uuid, payloadOf(message), outcome]),
    )
    const send = (n: number, priority: string) =>
      bus.send({ payload: { n }, priority, target_uuid: 'b', session: null })
    send(1, 'info')
    send(2, 'info')
    send(3, 'alert')
    expect(dropped).toStrictEqual([['b', { n: 1 }, 'dropped']])
    const last = send(4, 'debug')
    expect(last.ok && { ...last.deliveries }).toStrictEqual({ b: 'dropped' })
    expect(bus.mailboxes.countersOf('b').dropped).toBe(2)
    expect(bus.mailboxes.sizeOf('b').count).toBe(2)
  })

  it('bounds a mailbox by bytes as well', () => {
    const { bus } = busFixture({ limits: { mailbox: { maxCount: 100, maxBytes: 1000 } } })
    bus.register(registration('b'), null)
    for (let n = 0; n < 10; n += 1)
      bus.send({ payload: { text: 'x'.repeat(100) }, target_uuid: 'b', session: null })
    expect(bus.mailboxes.sizeOf('b').bytes).toBeLessThanOrEqual(1000)
    expect(bus.mailboxes.sizeOf('b').count).toBe(2)
    expect(bus.mailboxes.countersOf('b').dropped).toBe(8)
  })
})
