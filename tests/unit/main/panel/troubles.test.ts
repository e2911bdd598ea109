import { expect, it } from 'vitest'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import type { Trouble } from '../../../../src/main/bus/bus-events.ts'
import type { ProgramName } from '../../../../src/main/bus/paused-program.ts'
import type { McpSession } from '../../../../src/main/mcp/http/session.ts'
import { createPanelTroubles } from '../../../../src/main/panel/troubles.ts'
import { fakeSession } from '../mcp/fake-session.ts'

function fixture() {
  const time = { nowMs: 1_700_000_000_500 }
  const clock = () => time.nowMs
  const buses = new BusManager({ clock, newId: () => 'id' })
  const sessions = new Map<McpSession, ProgramName>([
    [fakeSession(), { program: 'llm-codex-000000-', name: 'Codex' }],
    [fakeSession(), { program: 'llm-claude-code-000000-', name: 'Claude Code' }],
  ])
  const [codex, claude] = [...sessions.keys()]
  if (codex === undefined || claude === undefined) throw new Error('There are two sessions.')
  const troubles = createPanelTroubles({
    buses,
    programOf: (session) => sessions.get(session) ?? expect.fail('an unknown session'),
    steady: clock,
    clock,
  })
  const changed: string[] = []
  troubles.events.on('changed', (userId) => changed.push(userId))
  const bus = buses.busOf('local')
  const fails = (failures: number, tool = 'blender_undo', session = codex): void =>
    bus.noteTrouble(session, { kind: 'repeats', tool, failures })
  const floods: Trouble = { kind: 'floods' }
  return { time, buses, bus, troubles, changed, codex, claude, fails, floods }
}

const named = {
  userId: 'local',
  program: 'llm-codex-000000-',
  name: 'Codex',
  lastAt: 1_700_000_000.5,
  kind: 'repeats',
  tool: 'blender_undo',
  count: 5,
}

it('names a program from its fifth failure in a row on, until the call does well', () => {
  const { troubles, changed, fails } = fixture()
  fails(4)
  expect([troubles.list(), changed]).toStrictEqual([[], []])
  fails(5)
  expect([troubles.list(), changed]).toStrictEqual([[named], ['local']])
  fails(6)
  expect(troubles.list()).toStrictEqual([{ ...named, count: 6 }])
  fails(0, 'blender_ping')
  expect(troubles.list()).toHaveLength(1)
  fails(0)
  expect([troubles.list(), changed]).toStrictEqual([[], ['local', 'local', 'local']])
})

it('counts the requests of a program that floods, and shows the newest first', () => {
  const { bus, troubles, codex, claude, fails, floods } = fixture()
  fails(5)
  bus.noteTrouble(claude, floods)
  bus.noteTrouble(claude, floods)
  const flood = {
    ...named,
    program: 'llm-claude-code-000000-',
    name: 'Claude Code',
    kind: 'floods',
    tool: '',
    count: 2,
  }
  expect(troubles.list()).toStrictEqual([flood, named])
  // What it does now is what counts.
  bus.noteTrouble(codex, floods)
  expect(troubles.list()[0]).toStrictEqual({ ...named, kind: 'floods', tool: '', count: 1 })
  // A call that does well ends no flood.
  fails(0)
  expect(troubles.list()).toHaveLength(2)
})

it('names it for two minutes', () => {
  const { time, troubles, fails } = fixture()
  fails(5)
  time.nowMs += 119_999
  expect(troubles.list()).toStrictEqual([named])
  time.nowMs += 1
  expect(troubles.list()).toStrictEqual([])
})

it('pauses what is named and nothing else, and names no program that is paused', () => {
  const { bus, troubles, changed, fails } = fixture()
  const ref = { userId: 'local', program: named.program }
  expect(troubles.pause(ref, 'the operator')).toBe(false)
  fails(5)
  expect([
    troubles.pause({ ...ref, userId: 'eve' }, 'the operator'),
    troubles.pause({ ...ref, program: 'llm-claude-code-000000-' }, 'the operator'),
  ]).toStrictEqual([false, false])
  expect(bus.pauses.list()).toStrictEqual([])
  expect(troubles.pause(ref, 'the operator')).toBe(true)
  expect(bus.pauses.list()).toStrictEqual([
    { program: named.program, name: 'Codex', by: 'the operator', since: 1_700_000_000.5 },
  ])
  expect([troubles.list(), changed]).toStrictEqual([[], ['local', 'local']])
})

it('names none that another pause keeps, and goes on naming those of another bus', () => {
  const { buses, bus, troubles, codex, claude, fails, floods } = fixture()
  fails(5)
  bus.pauses.add({ program: 'llm-claude-code-000000-', name: 'Claude Code' }, 'the operator')
  expect(troubles.list()).toStrictEqual([named])
  buses.busOf('eve').noteTrouble(codex, floods)
  bus.noteTrouble(claude, floods)
  bus.pauses.add(null, 'the operator')
  expect(troubles.list().map(({ userId }) => userId)).toStrictEqual(['eve'])
})

it('is dismissed until it is in trouble again, and hears of no bus once it is closed', () => {
  const { buses, troubles, codex, fails, floods } = fixture()
  fails(5)
  const ref = { userId: 'local', program: named.program }
  expect([troubles.dismiss(ref), troubles.dismiss(ref)]).toStrictEqual([true, false])
  expect(troubles.list()).toStrictEqual([])
  fails(6)
  expect(troubles.list()).toStrictEqual([{ ...named, count: 6 }])
  troubles.close()
  buses.busOf('eve').noteTrouble(codex, floods)
  expect(troubles.list()).toHaveLength(1)
})

it('names 100 programs at most', () => {
  const time = 1_700_000_000_500
  const buses = new BusManager({ clock: () => time, newId: () => 'id' })
  let at = 0
  const troubles = createPanelTroubles({
    buses,
    programOf: () => ({ program: `llm-${String((at += 1))}-`, name: '' }),
    steady: () => time,
    clock: () => time,
  })
  for (let times = 0; times < 101; times += 1) {
    buses.busOf('local').noteTrouble(fakeSession(), { kind: 'floods' })
  }
  const programs = troubles.list().map(({ program }) => program)
  expect([programs.length, programs[0], programs.at(-1)]).toStrictEqual([100, 'llm-101-', 'llm-2-'])
})
