import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createBlockList, type BlockOrder } from '../../../../src/main/access/block-list.ts'
import type { TokenRegistry } from '../../../../src/main/access/token-registry.ts'
import { endBlockedSessions } from '../../../../src/main/app/apply-blocks.ts'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import type { McpEndpoint } from '../../../../src/main/mcp/http/endpoint.ts'
import type { McpSession } from '../../../../src/main/mcp/http/session.ts'
import { fakeSession } from '../mcp/fake-session.ts'

function fixture(sessions: readonly McpSession[]) {
  const events: McpEndpoint['events'] = new EventEmitter()
  const ended: string[] = []
  const endpoint = {
    events,
    sessions: () => sessions,
    end: ({ id }: McpSession, cause: string) => void ended.push(`${id} ${cause}`),
  } as unknown as McpEndpoint
  const registry = { events: new EventEmitter() } as TokenRegistry
  const blocks = createBlockList(() => 1_700_000_000_000)
  let ids = 0
  const buses = new BusManager({ clock: () => 0, newId: () => `id-${String((ids += 1))}` })
  endBlockedSessions({ endpoint, buses, blocks, registry })
  return { events, registry, blocks, ended }
}

const session = (id: string, program: string, token_id = 'made'): McpSession =>
  fakeSession({ id, clientInfo: { name: program, version: '1.0' }, caller: { user_id: 'local', token_id } })
const order = (kind: BlockOrder['kind'], subject: string): BlockOrder => ({
  kind,
  userId: 'local',
  subject,
  reason: 'Not now.',
  blockedUntil: null,
})

describe('a block', () => {
  it('ends the sessions of whom it names, and of nobody else', () => {
    const { blocks, ended } = fixture([
      session('one', 'good'),
      session('two', 'bad'),
      session('three', 'bad'),
    ])
    blocks.add(order('program', 'bad'))
    expect(ended).toStrictEqual(['two ended', 'three ended'])
  })

  it('of one client ends no session by itself, whatever other blocks there are', () => {
    const { blocks, ended } = fixture([session('one', 'bad')])
    blocks.add(order('program', 'bad'))
    ended.length = 0
    blocks.add(order('client', 'blender-1'))
    expect(ended).toStrictEqual([])
  })

  it('ends a session that opens after it, as if in the moment between request and answer', () => {
    const { events, blocks, ended } = fixture([])
    events.emit('opened', session('early', 'bad'))
    blocks.add(order('program', 'bad'))
    events.emit('opened', session('late', 'bad'))
    events.emit('opened', session('other', 'good'))
    events.emit('opened', fakeSession({ id: 'nameless', clientInfo: null }))
    expect(ended).toStrictEqual(['late ended'])
  })
})

describe('a revoked token', () => {
  it('ends its sessions and no others', () => {
    const { registry, ended } = fixture([session('one', 'any', 'revoked'), session('two', 'any', 'kept')])
    registry.events.emit('revoked', {
      id: 'revoked',
      name: 'Old',
      userId: 'local',
      scopes: ['bus'],
      createdAt: 0,
      expiresAt: null,
      sha256: '',
    })
    expect(ended).toStrictEqual(['one ended'])
  })
})
