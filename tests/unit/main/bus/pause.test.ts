import { expect, it } from 'vitest'
import { busFixture, fakeSession, registration } from './bus-fixture.ts'

const codex = { program: 'llm-codex-000000-', name: 'Codex' }

it('pauses one program or all, tells who did it and since when, and lets each go on by itself', () => {
  const { bus } = busFixture()
  const told: unknown[] = []
  bus.events.on('paused', ({ program }) => told.push(['paused', program]))
  bus.events.on('resumed', ({ program }, by) => told.push(['resumed', program, by]))
  const one = bus.pauses.add(codex, 'eve')
  expect(one).toStrictEqual({ ...codex, by: 'eve', since: 1_700_000_000.5 })
  expect(bus.pauses.of('llm-claude-000000-')).toBeNull()
  bus.stopEverything('the operator')
  const all = { program: null, name: '', by: 'the operator', since: 1_700_000_000.5 }
  expect(bus.pauses.list()).toStrictEqual([all, one])
  expect(bus.pauses.of('llm-claude-000000-')).toStrictEqual(all)
  // Who paused it first stays.
  expect(bus.pauses.add(null, 'eve')).toStrictEqual(all)
  expect(bus.pauses.lift(null, 'eve')).toBe(true)
  expect(bus.pauses.lift(null, 'eve')).toBe(false)
  expect(bus.pauses.of(codex.program)).toStrictEqual(one)
  expect(told).toStrictEqual([
    ['paused', codex.program],
    ['paused', null],
    ['resumed', null, 'eve'],
  ])
})

it('pauses at most 100 programs one by one', () => {
  const { bus } = busFixture()
  const added = Array.from({ length: 101 }, (_, at) =>
    bus.pauses.add({ program: `llm-${String(at)}`, name: '' }, 'eve'),
  )
  expect(added.map((pause) => pause !== null)).toStrictEqual([
    ...Array.from({ length: 100 }, () => true),
    false,
  ])
  expect(bus.pauses.add(null, 'eve')).toMatchObject({ program: null })
})

it('stops all work: what has not gone out ends at once, and the rest is being cancelled', () => {
  const { bus } = busFixture()
  bus.register(registration('blender-1'), fakeSession('blender'))
  const send = (job_id: string) =>
    bus.send({
      payload: { message_type: 'command_dispatch', job_id, command: 'ping', params: {} },
      target_uuid: 'blender-1',
      session: null,
    })
  send('gone-out')
  const client = bus.get('blender-1')
  if (client !== undefined) bus.mailboxes.take(client, 10)
  send('waits')
  expect(bus.stopEverything('the operator')).toBe(2)
  expect(bus.jobs.get('waits')).toMatchObject({ state: 'cancelled' })
  expect(bus.jobs.get('gone-out')).toMatchObject({ state: 'pending', cancel_requested_at: 1_700_000_000.5 })
  expect(JSON.parse(bus.mailboxes.next('blender-1')?.message.payloadJson ?? '')).toStrictEqual({
    message_type: 'job_cancel',
    job_id: 'gone-out',
    interrupt: true,
  })
})
