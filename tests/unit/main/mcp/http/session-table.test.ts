import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../../../src/main/access/caller.ts'
import { defaultMcpHttpLimits, type McpHttpLimits } from '../../../../../src/main/mcp/http/limits.ts'
import type { LiveSession } from '../../../../../src/main/mcp/http/live-session.ts'
import { createResumeStore } from '../../../../../src/main/mcp/http/resume-store.ts'
import type { McpSessionEvents } from '../../../../../src/main/mcp/http/session.ts'
import { createSessionTable, isSameToken } from '../../../../../src/main/mcp/http/session-table.ts'
import { sessionTag } from '../../../../../src/main/mcp/http/session-tag.ts'
import { recordedLog } from '../../access/recorded-log.ts'

const alice: Caller = { user_id: 'alice', token_id: 'a' }
const bob: Caller = { user_id: 'bob', token_id: 'b' }

function fixture(limits: Partial<McpHttpLimits> = {}) {
  const time = { nowMs: 1_000_000 }
  const clock = () => time.nowMs
  const all: McpHttpLimits = { ...defaultMcpHttpLimits, ...limits }
  const log = recordedLog()
  const events = new EventEmitter<McpSessionEvents>()
  const closed: string[] = []
  events.on('closed', ({ id }, cause) => closed.push(`${id} ${cause}`))
  const table = createSessionTable({
    clock,
    limits: all,
    events,
    resume: createResumeStore({ clock, limits: all }),
    log,
  })
  const create = (id: string, caller: Caller) => table.create(id, caller, '127.0.0.1')
  return { table, create, closed, time, log }
}

describe('the places for sessions', () => {
  it('count those that are still to be initialized, for all tokens', () => {
    const { create } = fixture({ maxSessions: 2 })
    expect(create('one', alice)).toMatchObject({ id: 'one' })
    expect(create('two', bob)).toMatchObject({ id: 'two' })
    expect(create('three', bob)).toBe('maxSessions')
  })

  it('count those that are still to be initialized, for each token', () => {
    const { create } = fixture({ maxSessionsPerToken: 1 })
    expect(create('one', alice)).toMatchObject({ id: 'one' })
    expect(create('two', alice)).toBe('maxSessionsPerToken')
    expect(create('three', bob)).toMatchObject({ id: 'three' })
  })

  it('are free again when a session that was never opened ends, and nobody hears of it', () => {
    const { table, create, closed, log } = fixture({ maxSessions: 1 })
    table.end(create('one', alice) as LiveSession, 'ended')
    expect(create('two', alice)).toMatchObject({ id: 'two' })
    expect(closed).toStrictEqual([])
    expect(log.lines).toStrictEqual([])
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
