import { createRouterClient, ORPCError } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../../../../src/shared/protocol.ts'
import { createDelivery } from '../../../../src/main/mcp/sessions/delivery.ts'
import { createLargeMessages } from '../../../../src/main/mcp/sessions/large-messages.ts'
import { createAcks } from '../../../../src/main/panel/paced-watch.ts'
import { createPanelRouter } from '../../../../src/main/panel/router.ts'
import { registration } from '../bus/bus-fixture.ts'
import { fakeSession } from '../mcp/fake-session.ts'
import { panelFixture, routerPorts } from './panel-fixture.ts'

/** @param userId whose panel it is; null for the operator's */
function routerFixture(userId: string | null = null) {
  const fixture = panelFixture()
  let threshold: Priority | null = null
  const ports = routerPorts(fixture)
  const router = createPanelRouter({
    ...ports,
    access: { ...ports.access, userId },
    sessions: { threshold: () => threshold, scopesOf: () => ['bus', 'llm'] },
    server: {
      ...ports.server,
      connectInfo: () => ({ url: 'http://127.0.0.1:9877/mcp', dataDir: '/data', blenderCommand: 'blender' }),
      addon: () => Promise.resolve({ fileName: 'busbar-addon-1.2.3.zip', bytes: 'UEs=' }),
      token: () => 'the-token',
    },
  })
  createDelivery(
    () => threshold,
    createLargeMessages(() => 0),
  ).attach(fixture.bus)
  const panel = createRouterClient(router, { context: { acks: createAcks() } })
  return { ...fixture, panel, setThreshold: (priority: Priority) => (threshold = priority) }
}

const ref = (uuid: string) => ({ userId: 'local', uuid })

describe('unregistering by a person', () => {
  it('blocks first, then tells the client, takes its record away, cancels its jobs and says so', async () => {
    const { bus, blocks, panel } = routerFixture()
    const blender = fakeSession()
    const llm = fakeSession()
    bus.register(registration('b', { is_persistent: true }), blender)
    bus.register(registration('l', { client_type: 'llm' }), llm)
    const payload = { message_type: 'job_dispatch', job_id: 'j', script: 'pass', description: '' }
    bus.send({ payload, target_uuid: 'b', session: llm })

    const order: string[] = []
    const note = (what: string) =>
      order.push(
        `${what} (blocked: ${String(blocks.find('local', 'b') !== null)}, registered: ${String(bus.get('b') !== undefined)})`,
      )
    bus.events.on('message', (message, [target]) =>
      note(`${message.head.kind ?? 'message'} to ${target?.uuid ?? 'nobody'}`),
    )
    bus.events.on('job', (changed) => note(`job ${changed.state}`))
    bus.events.on('unregistered', ({ session, cause, reason }) =>
      note(`unregistered ${cause} ${reason} ${String(session === blender)}`),
    )
    expect(
      await panel.clients.unregister({ clients: [ref('b')], reason: 'Enough', blockSeconds: 60 }),
    ).toStrictEqual([
      {
        key: 'local\u001fb',
        outcome: 'unregistered',
        sessionEnded: true,
        jobsCancelled: 1,
        blockedUntil: 1_700_000_060.5,
        blockId: 'client\u001flocal\u001fb',
      },
    ])
    expect(order).toStrictEqual([
      'client_unregistered to b (blocked: true, registered: true)',
      'job cancelled (blocked: true, registered: false)',
      'job_update to l (blocked: true, registered: false)',
      'unregistered operator Enough true (blocked: true, registered: false)',
    ])
    expect(blocks.list()).toStrictEqual([
      {
        userId: 'local',
        id: 'client\u001flocal\u001fb',
        kind: 'client',
        subject: 'b',
        tokenId: null,
        reason: 'Enough',
        blockedUntil: 1_700_000_060.5,
        createdAt: 1_700_000_000.5,
      },
    ])
  })

  it.each([
    ['program', null, { kind: 'program', userId: '', subject: 'claude-code', tokenId: 'made' }],
    ['token', null, { kind: 'token', userId: '', subject: 'made', tokenId: null }],
    ['program', 'local', { kind: 'program', userId: 'local', subject: 'claude-code', tokenId: 'made' }],
    ['token', 'local', { kind: 'token', userId: 'local', subject: 'made', tokenId: null }],
  ] as const)('blocks the %s of a session, from the panel of %s', async (scope, userId, expected) => {
    const { bus, blocks, panel } = routerFixture(userId)
    const claude = () =>
      fakeSession({
        clientInfo: { name: 'Claude-Code', version: '2' },
        caller: { user_id: 'local', token_id: 'made' },
      })
    for (const uuid of ['one', 'two']) bus.register(registration(uuid), claude())
    bus.register(registration('away', { is_persistent: true }), null)
    let added = 0
    blocks.events.on('added', () => (added += 1))
    const results = await panel.clients.unregister({
      clients: [ref('one'), ref('two'), ref('away')],
      reason: 'Enough',
      blockSeconds: 60,
      scope,
    })
    const [away, named] = blocks.list()
    expect(named).toMatchObject({ ...expected, reason: 'Enough' })
    expect(away).toMatchObject({ kind: 'client', userId: 'local', subject: 'away', tokenId: null })
    expect(results.map(({ blockId, outcome }) => [blockId, outcome])).toStrictEqual([
      [named?.id, 'unregistered'],
      [named?.id, 'unregistered'],
      [away?.id, 'unregistered'],
    ])
    expect(added).toBe(2)
  })

  it('counts the jobs that a client was given and has sent, also where the block takes it off', async () => {
    const { bus, blocks, panel } = routerFixture()
    const llm = fakeSession()
    bus.register(registration('b', { is_persistent: true }), fakeSession())
    bus.register(registration('l', { client_type: 'llm' }), llm)
    for (const [job_id, target_uuid] of [
      ['sent', 'b'],
      ['given', 'l'],
    ] as const) {
      bus.send({
        payload: { message_type: 'job_dispatch', job_id },
        target_uuid,
        session: job_id === 'sent' ? llm : null,
      })
    }
    blocks.events.on('added', () => bus.forceUnregister('l', { reason: '', blocked_until: null }))
    expect(
      await panel.clients.unregister({ clients: [ref('l')], reason: '', blockSeconds: 60, scope: 'program' }),
    ).toMatchObject([{ outcome: 'unregistered', sessionEnded: true, jobsCancelled: 2 }])
  })

  it('answers for each client in the order given, also for those that have left', async () => {
    const { bus, blocks, panel } = routerFixture()
    bus.register(registration('a', { is_persistent: true }), null)
    bus.register(registration('c'), fakeSession())
    const clients = [ref('c'), ref('gone'), ref('a')]
    const results = await panel.clients.unregister({ clients, reason: '', blockSeconds: null })
    expect(results).toStrictEqual([
      {
        key: 'local\u001fc',
        outcome: 'unregistered',
        sessionEnded: true,
        jobsCancelled: 0,
        blockedUntil: null,
        blockId: null,
      },
      {
        key: 'local\u001fgone',
        outcome: 'not_found',
        sessionEnded: false,
        jobsCancelled: 0,
        blockedUntil: null,
        blockId: null,
      },
      {
        key: 'local\u001fa',
        outcome: 'unregistered',
        sessionEnded: false,
        jobsCancelled: 0,
        blockedUntil: null,
        blockId: null,
      },
    ])
    expect(blocks.list()).toStrictEqual([])
  })

  it.each([
    { clients: [], reason: '', blockSeconds: null },
    { clients: [ref('a')], reason: 'x'.repeat(501), blockSeconds: null },
    { clients: [ref('a')], reason: '', blockSeconds: 0 },
    { clients: [ref('a')], reason: '', blockSeconds: 31_536_001 },
  ])('refuses an order out of bounds', async (input) => {
    const { panel } = routerFixture()
    await expect(panel.clients.unregister(input)).rejects.toBeInstanceOf(ORPCError)
  })

  it('is lifted once', async () => {
    const { panel } = routerFixture()
    await panel.clients.unregister({ clients: [ref('a')], reason: '', blockSeconds: 60 })
    expect(await panel.blocks.lift(ref('a'))).toStrictEqual({ lifted: true })
    expect(await panel.blocks.lift(ref('a'))).toStrictEqual({ lifted: false })
  })
})

describe('the details of a client', () => {
  it('hold its session without its id, and its mailbox', async () => {
    const { bus, panel, setThreshold } = routerFixture()
    const session = fakeSession({
      createdAtMs: 1_699_999_999_000,
      lastRequestAtMs: 1_700_000_000_000,
      clientInfo: { name: 'addon', version: '0.1.0', title: 'Blender add-on' },
    })
    bus.register(registration('b'), session)
    setThreshold(5)
    bus.send({ payload: { n: 1 }, target_uuid: 'b', priority: 'alert', session: null })
    bus.send({ payload: { kind: 'note' }, target_uuid: 'b', priority: 'debug', session: null })
    session.room = 0
    bus.send({ payload: { message_type: 'chat' }, target_uuid: 'b', priority: 'error', session: null })
    bus.send({ payload: {}, from_uuid: 'b', group_id: 'nobody', session })
    const watch = await panel.clients.inspect({ watchId: 'w', client: ref('b') })
    const { value } = await watch.next()
    await watch.return(undefined)
    expect(value).toStrictEqual({
      client: expect.objectContaining({ key: 'local\u001fb', queued: 1, sent: 1, received: 1 }) as object,
      session: {
        programName: 'Blender add-on',
        programVersion: '0.1.0',
        tokenId: 'local',
        asksByToken: false,
        clients: ['b'],
        protocolVersion: '2025-11-25',
        remoteAddress: '127.0.0.1',
        startedAt: 1_699_999_999,
        lastRequestAt: 1_700_000_000,
        streamsOpen: 1,
        streamWritable: false,
        bufferedBytes: 0,
        answersPings: false,
        requestsOpen: 0,
        eventsSent: 0,
        notificationsDropped: 0,
        threshold: 'notice',
      },
      mailbox: {
        count: 1,
        bytes: 279,
        maxCount: 1000,
        maxBytes: 8_388_608,
        dropped: 0,
        filtered: 1,
      },
      posted: [],
    })
    expect(JSON.stringify(value)).not.toContain('secret-session-id')
  })

  it('are null for a client that is not there', async () => {
    const { panel } = routerFixture()
    const watch = await panel.clients.inspect({ watchId: 'w', client: ref('nobody') })
    expect((await watch.next()).value).toBeNull()
    await watch.return(undefined)
  })
})

describe('plugging programs in', () => {
  it('hands out the add-on as a file', async () => {
    const { panel } = routerFixture()
    expect(await panel.connect.addon()).toStrictEqual({ fileName: 'busbar-addon-1.2.3.zip', bytes: 'UEs=' })
  })
})
