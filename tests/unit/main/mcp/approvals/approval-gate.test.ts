import { describe, expect, it } from 'vitest'
import { createApprovals } from '../../../../../src/main/access/approvals.ts'
import {
  createApprovalGate,
  type Allowed,
  type GateRefusal,
} from '../../../../../src/main/mcp/approvals/approval-gate.ts'
import type { ClientInfo } from '../../../../../src/main/bus/client-info.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession, type FakeSession } from '../../mcp/fake-session.ts'

interface Place {
  readonly pid: number
  readonly hostname: string
}
type Answer = Allowed | GateRefusal | Promise<Allowed | GateRefusal>

/** A model asks for work of two Blenders, and everything is asked for. */
function fixture() {
  let ids = 0
  const time = { nowMs: 0 }
  const approvals = createApprovals({
    clock: () => time.nowMs,
    steady: () => time.nowMs,
    newId: () => `a-${String((ids += 1))}`,
    policy: { default: 'ask', rules: [] },
  })
  const gate = createApprovalGate({
    approvals,
    scopesOf: () => ['llm'],
    identityOf: () => 'llm-fake-made-1',
    tokenNameOf: () => 'A model',
  })
  const { bus } = busFixture({ tokenOf: (session) => (session as FakeSession).caller.token_id })
  const model = fakeSession({ caller: { user_id: 'local', token_id: 'made' } })
  const call = fakeCall(bus, model)
  const here: Place = { pid: 10, hostname: 'studio' }
  const session = fakeSession({ caller: { user_id: 'local', token_id: 'blender' } })
  const one = bus.register(registration('one', { metadata: here }), session).client
  const two = bus.register(registration('two', { metadata: here }), session).client
  const payload = { message_type: 'job_dispatch', job_id: 'j', script: 'x = 1' }
  const direct = (): Answer =>
    gate.pass({ payload, routing: { type: 'direct', target_uuid: 'one' }, targets: [one] }, call.context)
  const both = (): Answer =>
    gate.pass({ payload, routing: { type: 'broadcast' }, targets: [one, two] }, call.context)
  const allow = (): boolean => approvals.answer({ id: `a-${String(ids)}`, answer: 'once' })
  /** `one` registers again, as a client that comes back does. */
  const again = (metadata: Partial<Place>, token_id = 'blender'): void =>
    void bus.register(
      registration('one', { metadata }),
      fakeSession({ caller: { user_id: 'local', token_id } }),
    )
  return { approvals, gate, bus, call, one, two, here, payload, direct, both, allow, again, time }
}

/** What a person allowed, and whom of each target they saw. */
const allowedFor = (...targets: ClientInfo[]) => ({
  ok: true,
  targets,
  holders: new Map(targets.map(({ uuid, holder }) => [uuid, holder])),
})
/** Once all that is under way has been done. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('work for one client', () => {
  it('goes to it once a person allows it', async () => {
    const { one, direct, allow } = fixture()
    const answer = direct()
    expect(answer).toBeInstanceOf(Promise)
    allow()
    expect(await answer).toStrictEqual(allowedFor(one))
  })

  it('goes to the same program that has lost its session, or is back with another session', async () => {
    const { bus, one, here, direct, allow, again } = fixture()
    const first = direct()
    again(here)
    allow()
    expect(await first).toStrictEqual(allowedFor(one))
    const second = direct()
    bus.registry.detach(one)
    allow()
    expect(await second).toStrictEqual(allowedFor(one))
    const third = direct()
    again(here)
    allow()
    expect(await third).toStrictEqual(allowedFor(one))
  })

  it.each([
    ['another process', { pid: 11, hostname: 'studio' }, 'blender'],
    ['another computer', { pid: 10, hostname: 'elsewhere' }, 'blender'],
    ['another token', { pid: 10, hostname: 'studio' }, 'stolen'],
    ['one that does not say which process it is', { hostname: 'studio' }, 'blender'],
    ['one that does not say where it is', { pid: 10 }, 'blender'],
  ])(
    'does not go to %s that took its place meanwhile before a person has seen it',
    async (_, place, token) => {
      const { one, direct, approvals, allow, again, here } = fixture()
      const answer = direct()
      again(place, token)
      allow()
      await settled()
      expect(approvals.pending().map((each) => [each.id, each.again, each.targets])).toStrictEqual([
        ['a-2', true, [expect.objectContaining({ uuid: 'one' })]],
      ])
      // It leaves, and the first one is back: that is another one again.
      again(here)
      allow()
      await settled()
      expect(approvals.pending().map(({ id }) => id)).toStrictEqual(['a-3'])
      allow()
      expect(await answer).toStrictEqual(allowedFor(one))
    },
  )

  it('does not go to one that was taken over and released meanwhile before a person is asked again', async () => {
    const { bus, one, here, direct, approvals, allow, again } = fixture()
    const answer = direct()
    again(here, 'stolen')
    bus.registry.detach(one)
    again(here)
    allow()
    await settled()
    expect(approvals.pending().map(({ id, again }) => [id, again])).toStrictEqual([['a-2', true]])
    approvals.answer({ id: 'a-2', answer: 'deny', reason: '' })
    expect(await answer).toMatchObject({ error: 'denied' })
  })

  it('is dropped when that client leaves, not when another does, and listens no longer than it waits', async () => {
    const { bus, approvals, direct, allow } = fixture()
    const before = bus.events.listenerCount('unregistered')
    const answer = direct()
    bus.unregister('two')
    expect(approvals.pending()).toHaveLength(1)
    bus.unregister('one')
    expect(await answer).toStrictEqual({
      error: 'unknown_target',
      message: '"one" left before anybody allowed it. Nothing was run.',
    })
    expect(allow()).toBe(false)
    expect(bus.events.listenerCount('unregistered')).toBe(before)
  })

  it('is cancelled with its call', async () => {
    const { call, direct } = fixture()
    const answer = direct()
    call.cancel()
    expect(await answer).toStrictEqual({
      error: 'cancelled',
      message: 'The caller cancelled it before anybody allowed it. Nothing was run.',
    })
  })

  it('is refused with the reason, the time that passed, the policy or the limit', async () => {
    const { approvals, direct, time } = fixture()
    const denied = [direct(), direct()]
    approvals.answer({ id: 'a-1', answer: 'deny', reason: 'not now' })
    approvals.answer({ id: 'a-2', answer: 'deny', reason: '' })
    const advice = ' Nothing was run. Do not send it again unchanged; ask the person what they want instead.'
    expect([await denied[0], await denied[1]]).toStrictEqual([
      { error: 'denied', message: `The operator denied it: not now.${advice}` },
      { error: 'denied', message: `The operator denied it.${advice}` },
    ])
    const late = direct()
    time.nowMs = 120_000
    approvals.expire()
    expect(await late).toStrictEqual({
      error: 'approval_timeout',
      message:
        'Nobody answered within 120 s, so it was not allowed. Nothing was run. ' +
        'Ask the person at the Busbar panel to look at Approvals, then try again.',
    })
    for (let i = 0; i < 20; i += 1) void direct()
    expect(direct()).toStrictEqual({
      error: 'too_many_approvals',
      message:
        'Too much waits for the operator already: at most 20 requests of a session may wait. ' +
        'Nothing was run. Wait until some are answered.',
    })
    approvals.setPolicy({
      default: 'ask',
      rules: [{ client: null, token: 'made', tool: null, mode: 'deny' }],
    })
    expect(direct()).toStrictEqual({
      error: 'denied',
      message:
        'The operator’s policy does not allow it for this client, token or tool. Nothing was run. ' +
        'Ask the person at the Busbar panel.',
    })
  })
})

describe('work for several clients', () => {
  it('goes to those that are still there, be it to nobody, and is asked again where one is another', async () => {
    const { bus, one, two, both, allow, again } = fixture()
    const first = both()
    again({ pid: 11, hostname: 'studio' })
    allow()
    await settled()
    allow()
    expect(await first).toStrictEqual(allowedFor(one, two))
    const second = both()
    bus.unregister('one')
    bus.unregister('two')
    allow()
    expect(await second).toMatchObject({ ok: true, targets: [] })
  })
})

describe('what is not work', () => {
  it('passes without a question: a message that only tells, and work for nobody', () => {
    const { gate, one, call, payload, approvals } = fixture()
    const routing = { type: 'broadcast' } as const
    expect([
      gate.pass({ payload: { message_type: 'chat' }, routing, targets: [one] }, call.context),
      gate.pass({ payload, routing, targets: [] }, call.context),
    ]).toStrictEqual([
      { ok: true, targets: [one] },
      { ok: true, targets: [] },
    ])
    expect(approvals.pending()).toStrictEqual([])
  })
})

describe('taking another session’s client off the bus', () => {
  it('is asked about', async () => {
    const { gate, one, call, allow } = fixture()
    const answer = gate.passRemoval(one, call.context)
    expect(answer).toBeInstanceOf(Promise)
    allow()
    expect(await answer).toStrictEqual(allowedFor(one))
  })

  it('is asked about as much where it is its uuid that is taken', async () => {
    const { approvals, gate, one, call, allow } = fixture()
    const answer = gate.passTakeover(one, call.context)
    expect(approvals.pending()).toMatchObject([
      { tool: 'blender_unregister_client', title: 'Take the uuid of a client of another session' },
    ])
    allow()
    expect(await answer).toStrictEqual(allowedFor(one))
  })
})
