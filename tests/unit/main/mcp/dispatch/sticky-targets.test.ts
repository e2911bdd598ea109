import { describe, expect, it } from 'vitest'
import { createStickyTargets, type KeptTarget } from '../../../../../src/main/mcp/dispatch/sticky-targets.ts'
import { fakeSession, type FakeSession } from '../fake-session.ts'

/** Sticky targets whose programs are the names of the sessions' programs; a new session is younger than all before it. */
function stickyFixture(kept: readonly KeptTarget[] = []) {
  const sticky = createStickyTargets({ programOf: ({ clientInfo }) => clientInfo?.name ?? '', kept })
  let now = 0
  const open = (name = 'claude', user_id = 'local'): FakeSession => {
    const session = fakeSession({
      clientInfo: { name, version: '1' },
      caller: { user_id, token_id: 'local' },
      createdAtMs: (now += 10),
    })
    sticky.opened(session)
    call(session)
    return session
  }
  /** It sends something, as the request by which a call comes. */
  const call = (session: FakeSession): void => {
    session.lastRequestAtMs = now += 1
    sticky.heard(session)
  }
  const end = (session: FakeSession): void => {
    session.streamOpen = false
    sticky.closed(session)
  }
  /** What an end without a word looks like from here. */
  const kill = (session: FakeSession): void => void (session.streamOpen = false)
  const found = (session: FakeSession) => ({ own: sticky.of(session), earlier: sticky.takeEarlier(session) })
  return { sticky, open, call, end, kill, found }
}

const keptTarget = (more: Partial<KeptTarget> = {}): KeptTarget => ({
  user: 'local',
  program: 'claude',
  target: 'b-1',
  shared: false,
  ...more,
})

describe('the target of a program', () => {
  it.each(['end', 'kill'] as const)('is the next session’s after the %s of the only one', (how) => {
    const { sticky, open, found, ...ways } = stickyFixture()
    const first = open()
    sticky.set(first, 'b-1')
    ways[how](first)
    const second = open()
    expect(found(second)).toStrictEqual({ own: 'b-1', earlier: null })
    ways[how](second)
    expect(found(open())).toStrictEqual({ own: 'b-1', earlier: null })
  })

  it('is kept for the next run, and taken over in it', () => {
    const { sticky, open } = stickyFixture()
    sticky.set(open(), 'b-1')
    expect(sticky.kept()).toStrictEqual([keptTarget()])
    const later = stickyFixture(sticky.kept())
    expect(later.found(later.open())).toStrictEqual({ own: 'b-1', earlier: null })
  })

  it('is nothing to another program, another user, or a session that was there before', () => {
    const { sticky, open, call, found } = stickyFixture()
    const before = open()
    const chooser = open()
    sticky.set(chooser, 'b-1')
    call(before)
    const none = { own: null, earlier: null }
    expect([before, open('codex'), open('claude', 'ada')].map(found)).toStrictEqual([none, none, none])
  })

  it('is only named, and once, where two were open at once since it was chosen', () => {
    const { sticky, open, end, found } = stickyFixture()
    const first = open()
    sticky.set(first, 'b-1')
    const second = open()
    expect(found(second)).toStrictEqual({ own: null, earlier: 'b-1' })
    expect(found(second)).toStrictEqual({ own: null, earlier: null })
    expect(sticky.of(first)).toBe('b-1')
    end(first)
    end(second)
    expect(found(open())).toStrictEqual({ own: null, earlier: 'b-1' })
    const later = stickyFixture(sticky.kept())
    expect(later.found(later.open())).toStrictEqual({ own: null, earlier: 'b-1' })
  })

  it('is only named, too, where the other one was open already', () => {
    const { sticky, open, end, found } = stickyFixture()
    const [first, second] = [open(), open()]
    sticky.set(first, 'b-1')
    end(first)
    end(second)
    expect(found(open())).toStrictEqual({ own: null, earlier: 'b-1' })
  })

  it('is only named, too, after a session without a stream was heard beside another', () => {
    const { sticky, open, call, kill, found } = stickyFixture()
    const first = open()
    kill(first)
    sticky.set(first, 'b-1')
    const second = open()
    kill(second)
    expect(found(second)).toStrictEqual({ own: 'b-1', earlier: null })
    call(first)
    expect(sticky.kept()).toStrictEqual([keptTarget({ shared: true })])
    expect(sticky.of(second)).toBe('b-1')
    expect(found(open())).toStrictEqual({ own: null, earlier: 'b-1' })
  })

  it('lasts again from the next choice of one that is alone', () => {
    const { sticky, open, end, found } = stickyFixture([keptTarget({ shared: true })])
    const alone = open()
    sticky.set(alone, 'b-2')
    expect(found(alone)).toStrictEqual({ own: 'b-2', earlier: null })
    end(alone)
    expect(found(open())).toStrictEqual({ own: 'b-2', earlier: null })
  })

  it('is forgotten by who is alone, and not by one window for the other', () => {
    const { sticky, open, end } = stickyFixture()
    const first = open()
    sticky.set(first, 'b-1')
    const second = open()
    sticky.set(second, null)
    expect([sticky.of(first), sticky.kept()]).toStrictEqual(['b-1', [keptTarget({ shared: true })]])
    end(second)
    sticky.set(first, null)
    expect([sticky.of(first), sticky.kept()]).toStrictEqual([null, []])
  })
})

it('keeps the targets of 500 programs of a user, and forgets the one used longest ago', () => {
  const others = [keptTarget({ user: 'bob', program: 'oldest of all' })]
  const many = Array.from({ length: 500 }, (_, n) => keptTarget({ program: `p-${String(n)}` }))
  const { sticky, open } = stickyFixture([...others, ...many])
  open('p-0')
  sticky.set(open('new'), 'b-9')
  expect(sticky.kept()[0]).toStrictEqual(others[0])
  const programs = sticky.kept().flatMap(({ user, program }) => (user === 'bob' ? [] : [program]))
  expect([programs.length, programs[0], programs.at(-2), programs.at(-1)]).toStrictEqual([
    500,
    'p-2',
    'p-0',
    'new',
  ])
})

it('tells of each change of a session, and of each change of what is to be kept', () => {
  const { sticky, open, kill } = stickyFixture()
  const told: unknown[] = []
  sticky.events.on('changed', (session) => told.push(session))
  sticky.events.on('kept', () => told.push('kept'))
  const first = open()
  sticky.set(first, 'b-1')
  kill(first)
  const second = open()
  const third = open()
  expect(told).toStrictEqual([first, 'kept', second, 'kept', 'kept'])
  expect(sticky.of(third)).toBeNull()
})
