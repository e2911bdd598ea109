import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createBlockList, type BlockOrder } from '../../../../src/main/access/block-list.ts'
import type { TokenRegistry } from '../../../../src/main/access/token-registry.ts'
import {
  applyBlocks,
  createRefusedCalls,
  createSessionBlocks,
} from '../../../../src/main/app/apply-blocks.ts'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import { createCallerIdentity } from '../../../../src/main/mcp/dispatch/caller-identity.ts'
import type { McpEndpoint } from '../../../../src/main/mcp/http/endpoint.ts'
import type { McpSession } from '../../../../src/main/mcp/http/session.ts'
import { registration } from '../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../mcp/fake-session.ts'

function fixture(sessions: readonly McpSession[]) {
  const events: McpEndpoint['events'] = new EventEmitter()
  const story: string[] = []
  const endpoint = {
    events,
    sessions: () => sessions,
    end: ({ id }: McpSession, cause: string) => void story.push(`${id} ${cause}`),
  } as unknown as McpEndpoint
  const registry = { events: new EventEmitter() } as TokenRegistry
  const time = { nowMs: 1_700_000_000_000 }
  const blocks = createBlockList(() => time.nowMs)
  let ids = 0
  const buses = new BusManager({ clock: () => 0, newId: () => `id-${String((ids += 1))}` })
  const identity = createCallerIdentity({ tokenTagOf: () => 'c0ffee' })
  applyBlocks({
    endpoint,
    buses,
    blocks,
    registry,
    isValid: ({ caller }) => caller.token_id !== 'revoked',
    holdBack: ({ id }) => void story.push(`${id} held back`),
  })
  const blockOf = createSessionBlocks({ blocks, buses, identity })
  return { events, registry, blocks, story, buses, identity, blockOf, time }
}

const session = (id: string, program: string, token_id = 'made'): McpSession =>
  fakeSession({ id, clientInfo: { name: program, version: '1.0' }, caller: { user_id: 'local', token_id } })
const order = (
  kind: BlockOrder['kind'],
  subject: string,
  blockedUntil: number | null = null,
): BlockOrder => ({
  kind,
  userId: 'local',
  subject,
  reason: 'Not now.',
  blockedUntil,
})

describe('a block', () => {
  it('of a program or a token holds back the sessions of whom it names, and nobody else’s', () => {
    const { blocks, story } = fixture([
      session('one', 'good'),
      session('two', 'bad'),
      session('three', 'bad', 'other'),
    ])
    blocks.add(order('program', 'bad'))
    blocks.add(order('token', 'made'))
    expect(story).toStrictEqual(['two held back', 'three held back', 'one held back', 'two held back'])
  })

  it('of an address leaves no session open to be refused in', () => {
    const one = session('one', 'any')
    const { blocks, blockOf } = fixture([one])
    blocks.add(order('address', one.remoteAddress))
    expect(blockOf(one)).toBeNull()
  })

  it('of an address ends its sessions', () => {
    const { blocks, story } = fixture([session('one', 'any'), session('two', 'any')])
    blocks.add(order('address', '127.0.0.1'))
    expect(story).toStrictEqual(['one ended', 'two ended'])
  })

  it('of one client does nothing by itself, whatever other blocks there are', () => {
    const { blocks, story } = fixture([session('one', 'bad')])
    blocks.add(order('program', 'bad'))
    story.length = 0
    blocks.add(order('client', 'blender-1'))
    expect(story).toStrictEqual([])
  })

  it('of an address ends a session that opens after it, as if in the moment between request and answer', () => {
    const { events, blocks, story } = fixture([])
    blocks.add(order('program', 'bad'))
    events.emit('opened', session('blocked', 'bad'))
    blocks.add(order('address', '127.0.0.1'))
    events.emit('opened', session('late', 'any'))
    events.emit('opened', fakeSession({ id: 'elsewhere', remoteAddress: '10.0.0.7' }))
    expect(story).toStrictEqual(['late ended'])
  })
})

describe('the block of a session that stays open', () => {
  const uuid = 'llm-bad-c0ffee-1'

  it('is that of its program until it runs out', () => {
    const { blocks, blockOf, time } = fixture([])
    const block = blocks.add(order('program', 'bad', 1_700_000_060))
    expect(blockOf(session('one', 'BAD'))).toStrictEqual(block)
    expect(blockOf(session('two', 'good'))).toBeNull()
    time.nowMs += 60_000
    expect(blockOf(session('one', 'BAD'))).toBeNull()
  })

  it('is that of the identity it was given, on the bus or off it, and that of the session after it', () => {
    const { blocks, blockOf, buses, identity } = fixture([])
    const bus = buses.busOf('local')
    const one = session('one', 'bad')
    const two = session('two', 'bad')
    identity.register(fakeCall(bus, one).context)
    identity.register(fakeCall(bus, two).context)
    const block = blocks.add(order('client', uuid))
    expect([one, two].map(blockOf)).toStrictEqual([block, null])
    bus.forceUnregister(uuid, { reason: '', blocked_until: null })
    expect([one, two, session('later', 'bad')].map(blockOf)).toStrictEqual([block, null, block])
    blocks.lift(block.id)
    expect(identity.of({ bus, session: one })).toBe(uuid)
  })

  it('is none where the client chose the uuid itself', () => {
    const { blocks, blockOf, buses } = fixture([])
    const own = session('one', 'bad')
    buses.busOf('local').register(registration(uuid), own)
    blocks.add(order('client', uuid))
    expect(blockOf(own)).toBeNull()
  })
})

describe('a revoked token', () => {
  it('ends its sessions and no others', () => {
    const { registry, story } = fixture([session('one', 'any', 'revoked'), session('two', 'any', 'kept')])
    registry.events.emit('revoked', {
      id: 'revoked',
      name: 'Old',
      userId: 'local',
      scopes: ['bus'],
      createdAt: 0,
      expiresAt: null,
      sha256: '',
    })
    expect(story).toStrictEqual(['one ended'])
  })
})

describe('the refused calls of a session', () => {
  it('are all counted, and the log is told of the first one of each session and block', () => {
    const { blocks } = fixture([])
    const told: unknown[] = []
    const calls = createRefusedCalls({
      blocks,
      recorder: { refused: (applicant, { subject }) => void told.push([applicant, subject]) },
    })
    const program = blocks.add(order('program', 'bad'))
    const token = blocks.add(order('token', 'made'))
    const [one, two] = [session('one', 'bad'), session('two', 'bad')]
    for (const [who, block] of [
      [one, program],
      [one, program],
      [two, program],
      [one, token],
    ] as const) {
      calls.note(who, block)
    }
    expect(blocks.listed().map(({ subject, refused: { count } }) => [subject, count])).toStrictEqual([
      ['made', 1],
      ['bad', 3],
    ])
    const applicant = {
      caller: { user_id: 'local', token_id: 'made' },
      remoteAddress: '127.0.0.1',
      programName: 'bad',
    }
    expect(told).toStrictEqual([
      [applicant, 'bad'],
      [applicant, 'bad'],
      [applicant, 'made'],
    ])
  })
})

it('a session whose token was revoked in the moment between request and answer ends', () => {
  const { events, story } = fixture([])
  events.emit('opened', session('late', 'any', 'revoked'))
  expect(story).toStrictEqual(['late ended'])
})
