import { EventEmitter, once } from 'node:events'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { Socket, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Caller } from '../../../../../src/main/access/caller.ts'
import { MemoryLedger } from '../../../../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../../../../src/main/base/passing-memory.ts'
import { defaultMcpHttpLimits, type McpHttpLimits } from '../../../../../src/main/mcp/http/limits.ts'
import type { LiveSession } from '../../../../../src/main/mcp/http/live-session.ts'
import { createResumeStore } from '../../../../../src/main/mcp/http/resume-store.ts'
import type { McpSessionEvents } from '../../../../../src/main/mcp/http/session.ts'
import { createSessionTable, isSameToken } from '../../../../../src/main/mcp/http/session-table.ts'
import { sessionTag } from '../../../../../src/main/mcp/http/session-tag.ts'
import { createUnreadAnswers } from '../../../../../src/main/mcp/http/unread-answers.ts'
import { recordedLog } from '../../access/recorded-log.ts'

const alice: Caller = { user_id: 'alice', token_id: 'a' }
const bob: Caller = { user_id: 'bob', token_id: 'b' }
const carol: Caller = { user_id: 'carol', token_id: 'c' }

function fixture(limits: Partial<McpHttpLimits> = {}) {
  const time = { nowMs: 1_000_000 }
  const clock = () => time.nowMs
  const all: McpHttpLimits = { ...defaultMcpHttpLimits, ...limits }
  const log = recordedLog()
  const events = new EventEmitter<McpSessionEvents>()
  const opened: string[] = []
  const closed: string[] = []
  events.on('opened', ({ id }) => opened.push(id))
  events.on('closed', ({ id }, cause) => closed.push(`${id} ${cause}`))
  const table = createSessionTable({
    clock,
    limits: all,
    events,
    resume: createResumeStore({
      clock,
      limits: all,
      userOf: ({ caller }) => caller.user_id,
      memoryOf: ({ memory }) => memory,
    }),
    unread: createUnreadAnswers({ clock, stalledMs: all.stalledStreamMs, log }),
    memoryOf: createPassingMemory(new MemoryLedger(Infinity)),
    log,
  })
  const create = (id: string, caller: Caller) => table.create(id, caller, '127.0.0.1')
  /** A session whose initialize request has been answered; every second a new one. */
  const open = async (id: string, caller: Caller): Promise<LiveSession> => {
    time.nowMs += 1000
    const session = create(id, caller)
    if (typeof session === 'string') throw new Error(`There is no place for it: ${session}.`)
    const message = { jsonrpc: '2.0', id: 0, method: 'initialize' } as const
    session.receiveInitialize({ kind: 'request', message }, { name: 'model', version: '1' }, body(), unsent())
    await session.transport.send({ jsonrpc: '2.0', id: 0, result: { protocolVersion: '2025-06-18' } })
    return session
  }
  return { table, create, open, events, opened, closed, time, log }
}

/** What an empty body is charged as. */
const body = () => createPassingMemory(new MemoryLedger(Infinity))('alice').open('requests')

/** A response that nobody reads. */
const unsent = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))

function notify(session: LiveSession, method: string): void {
  session.receive(
    { list: [{ kind: 'notification', message: { jsonrpc: '2.0', method } }], isBatch: false, body: body() },
    unsent(),
  )
}

function ask(session: LiveSession, id: number, response = unsent()): void {
  const message = { jsonrpc: '2.0', id, method: 'tools/call' } as const
  session.receive({ list: [{ kind: 'request', message }], isBatch: false, body: body() }, response)
}

/** A response over a real connection, and all that its client has read once it holds `until`. */
async function connect(): Promise<{ response: ServerResponse; read: (until: string) => Promise<string> }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const arriving = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
  const answering = fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`)
  const [, response] = await arriving
  return {
    response,
    async read(until) {
      const { body } = await answering
      if (body === null) throw new Error('A response has a body.')
      let text = ''
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        text += chunk
        if (text.includes(until)) break
      }
      return text
    },
  }
}

describe('the places for sessions', () => {
  it('count those that are still to be initialized, for all tokens', () => {
    const { create } = fixture({ maxSessions: 2 })
    expect(create('one', alice)).toMatchObject({ id: 'one' })
    expect(create('two', bob)).toMatchObject({ id: 'two' })
    expect(create('three', carol)).toBe('sessions')
  })

  it('count those that are still to be initialized, for each token', () => {
    const { create } = fixture({ maxSessionsPerToken: 1 })
    expect(create('one', alice)).toMatchObject({ id: 'one' })
    expect(create('two', alice)).toBe('sessions_per_token')
    expect(create('three', bob)).toMatchObject({ id: 'three' })
  })

  it('count those that are still to be initialized, for each user with all of its tokens', () => {
    const { create } = fixture({ maxSessions: 4 })
    create('one', alice)
    create('two', { ...alice, token_id: 'another' })
    expect(create('three', { ...alice, token_id: 'a third' })).toBe('sessions_per_user')
    expect(create('four', bob)).toMatchObject({ id: 'four' })
  })

  it('are free again when a session that was never opened ends, and nobody hears of it', () => {
    const { table, create, closed, log } = fixture({ maxSessions: 1 })
    table.end(create('one', alice) as LiveSession, 'ended')
    expect(create('two', alice)).toMatchObject({ id: 'two' })
    expect(closed).toStrictEqual([])
    expect(log.lines).toStrictEqual([])
  })
})

describe('a session that is opened', () => {
  it('is found by its id, counts once, and is told of', async () => {
    const { table, create, open, opened, closed } = fixture({ maxSessions: 4 })
    const one = await open('one', alice)
    expect(create('two', alice)).toMatchObject({ id: 'two' })
    expect([table.get('one'), table.get('two'), [...table.all()]]).toStrictEqual([one, undefined, [one]])
    expect([opened, closed]).toStrictEqual([['one'], []])
  })

  it('ends once, with its cause', async () => {
    const { table, open, closed, log } = fixture()
    const one = await open('one', alice)
    table.end(one, 'deleted')
    table.end(one, 'idle')
    expect([one.ended, table.get('one'), closed]).toStrictEqual([true, undefined, ['one deleted']])
    expect(log.lines).toStrictEqual([
      { level: 'info', details: { session: 'one', cause: 'deleted' }, message: 'a session has ended' },
    ])
  })

  it('ends where the server closes its transport', async () => {
    const { table, open, closed } = fixture()
    const one = await open('one', alice)
    await one.transport.close()
    expect([one.ended, [...table.all()], closed]).toStrictEqual([true, [], ['one ended']])
  })
})

describe('where all places are taken', () => {
  it('the one that never finished its handshake goes, then the one that is idle longest', async () => {
    const { create, open, closed } = fixture({ maxSessions: 3 })
    const first = await open('first', alice)
    const second = await open('second', bob)
    await open('third', bob)
    for (const session of [first, second]) notify(session, 'notifications/initialized')
    const fourth = await open('fourth', bob)
    expect(closed).toStrictEqual(['third evicted'])
    for (const session of [fourth, first]) notify(session, 'notifications/initialized')
    expect(create('fifth', bob)).toMatchObject({ id: 'fifth' })
    expect(closed).toStrictEqual(['third evicted', 'second evicted'])
  })

  it('the first of two that are missed alike goes', async () => {
    const { create, open, closed } = fixture({ maxSessions: 4 })
    const sessions = [await open('one', alice), await open('two', alice)]
    for (const session of sessions) notify(session, 'notifications/initialized')
    create('three', alice)
    expect(closed).toStrictEqual(['one evicted'])
  })

  it('none goes that has a stream or a request that is not answered', async () => {
    const { table, create, open, closed } = fixture({ maxSessions: 4 })
    const busy = await open('busy', alice)
    ask(busy, 1)
    const listening = await open('listening', alice)
    listening.openStream(unsent())
    expect(table.openStreams()).toBe(1)
    expect(create('third', alice)).toBe('sessions_per_user')
    await busy.transport.send({ jsonrpc: '2.0', id: 1, result: {} })
    expect(create('third', alice)).toMatchObject({ id: 'third' })
    expect(closed).toStrictEqual(['busy evicted'])
  })

  it('those still to be initialized take places beside the open ones', async () => {
    const { create, open, closed } = fixture({ maxSessions: 2 })
    const one = await open('one', alice)
    ask(one, 1)
    create('two', bob)
    expect(create('three', carol)).toBe('sessions')
    expect(closed).toStrictEqual([])
  })

  it('a token that has all of its own makes room among these', async () => {
    const { create, open, closed } = fixture({ maxSessionsPerToken: 2 })
    await open('of bob', bob)
    const one = await open('one', alice)
    create('two', alice)
    ask(one, 1)
    expect(create('three', alice)).toBe('sessions_per_token')
    await one.transport.send({ jsonrpc: '2.0', id: 1, result: {} })
    expect(create('three', alice)).toMatchObject({ id: 'three' })
    expect(create('another of bob', bob)).toMatchObject({ id: 'another of bob' })
    expect(closed).toStrictEqual(['one evicted'])
  })
})

describe('where users share the places', () => {
  it('one with two tokens takes half of them, and nobody else loses a session', async () => {
    const { create, open, closed } = fixture({ maxSessions: 6 })
    await open('of bob', bob)
    for (const id of ['1', '2', '3', '4', '5']) {
      create(id, { ...alice, token_id: `token ${String(Number(id) % 2)}` })
    }
    expect(create('6', alice)).toBe('sessions_per_user')
    expect(closed).toStrictEqual([])
    await open('second of bob', bob)
    await open('third of bob', bob)
    expect(create('of carol', carol)).toMatchObject({ id: 'of carol' })
    expect(closed).toStrictEqual(['of bob evicted'])
  })

  it('a user who has fewer makes nobody lose a session who would then have fewer still', async () => {
    const { create, open, closed } = fixture({ maxSessions: 3 })
    await open('one', alice)
    await open('two', bob)
    await open('three', carol)
    expect(create('four', { user_id: 'dave', token_id: 'd' })).toBe('sessions')
    expect(closed).toStrictEqual([])
  })

  it('each has half of the streams', async () => {
    const { table, open } = fixture({ maxStreams: 3 })
    for (const id of ['one', 'two']) {
      expect(table.streamRefusal('alice')).toBeNull()
      const session = await open(id, alice)
      session.openStream(unsent())
    }
    expect([table.streamRefusal('alice'), table.streamRefusal('bob')]).toStrictEqual([
      'streams_per_user',
      null,
    ])
    const session = await open('three', bob)
    session.openStream(unsent())
    expect(table.streamRefusal('carol')).toBe('streams')
  })
})

describe('how near the bounds are', () => {
  it('is told for all sessions, and of the busiest one', async () => {
    const { table, open } = fixture({ maxSessions: 10 })
    const rest = (used: readonly number[]) =>
      [
        ['sessions', 10],
        ['sessions_per_token', 1000],
        ['sessions_per_user', 5],
        ['streams', 2000],
        ['streams_per_user', 1000],
        ['requests_in_flight', 256],
        ['requests_per_second', 5000],
      ].map(([name, max], index) => ({ name, used: used[index], max }))
    expect(table.usage()).toStrictEqual(rest([0, 0, 0, 0, 0, 0, 0]))
    const [one, two, three] = [await open('one', alice), await open('two', bob), await open('three', alice)]
    ask(one, 1)
    ask(two, 1)
    ask(two, 2)
    three.openStream(unsent())
    one.rate.admit(3)
    two.rate.admit(2)
    expect(table.usage()).toStrictEqual(rest([3, 2, 2, 1, 1, 2, 3]))
  })
})

describe('the tick', () => {
  it('ends a session that was idle for the time given, and no other', async () => {
    const { table, open, closed, time } = fixture({ idleSessionMs: 60_000 })
    await open('one', alice)
    await open('two', alice)
    time.nowMs += 58_999
    table.tick()
    expect(closed).toStrictEqual([])
    time.nowMs += 1
    table.tick()
    expect(closed).toStrictEqual(['one idle'])
  })

  it('keeps open streams alive, and pings count up over all of them', async () => {
    const { table, open } = fixture()
    const session = await open('one', alice)
    const { response, read } = await connect()
    session.openStream(response)
    table.tick()
    table.ping()
    table.ping()
    expect(await read('busbar-ping-2')).toBe(
      ': keepalive\n\n' +
        'event: message\ndata: {"jsonrpc":"2.0","id":"busbar-ping-1","method":"ping"}\n\n' +
        'event: message\ndata: {"jsonrpc":"2.0","id":"busbar-ping-2","method":"ping"}\n\n',
    )
  })
})

describe('what nobody has confirmed', () => {
  it('can be taken back when a session ends, and counts no longer then', async () => {
    const { table, open, events } = fixture({ maxUnconfirmedCharsPerUser: 10 })
    const taken: unknown[] = []
    events.once('closed', (session) => taken.push(session.takeBack('untaken')))
    const [one, two] = [await open('one', alice), await open('two', alice)]
    for (const session of [one, two]) session.openStream((await connect()).response)
    one.writeEvent('"sixth"', { event: 1 })
    table.end(one, 'deleted')
    expect(taken).toStrictEqual([[]])
    two.writeEvent('"one"', { event: 2 })
    two.writeEvent('"two"', { event: 3 })
    expect(two.takeBack('unconfirmed')).toStrictEqual([
      { origin: { event: 2 }, taken: true },
      { origin: { event: 3 }, taken: true },
    ])
  })
})

describe('the end of all', () => {
  it('comes to every session, and waits for what was written', async () => {
    const { table, create, open, closed } = fixture({ closeGraceMs: 600_000 })
    const session = await open('one', alice)
    const opening = create('opening', bob) as LiveSession
    const { response, read } = await connect()
    session.openStream(response)
    session.writeEvent('"last"')
    const reading = read('"last"')
    await table.close()
    expect([opening.ended, session.ended, response.closed]).toStrictEqual([true, true, true])
    expect(closed).toStrictEqual(['one shutdown'])
    expect(await reading).toContain('data: "last"')
  })

  it('does not wait for a reader that takes nothing', async () => {
    const { table, open, closed } = fixture({ closeGraceMs: 1 })
    ask(await open('one', alice), 1)
    await table.close()
    expect(closed).toStrictEqual(['one shutdown'])
  })
})

describe('two sessions are of one token', () => {
  it('where user and token are the same', () => {
    expect([
      isSameToken(alice, { ...alice }),
      isSameToken(alice, { user_id: 'alice', token_id: 'b' }),
      isSameToken(alice, { user_id: 'bob', token_id: 'a' }),
      isSameToken(alice, bob),
    ]).toStrictEqual([true, false, false, false])
  })
})

describe('the name of a session in a log', () => {
  it('is the first eight characters of its id', () => {
    expect(sessionTag('0123456789abcdef')).toBe('01234567')
  })
})
