import { describe, expect, it } from 'vitest'
import { createApprovals } from '../../../../../src/main/access/approvals.ts'
import {
  createApprovalGate,
  type Allowed,
  type GateRefusal,
} from '../../../../../src/main/mcp/approvals/approval-gate.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../../mcp/fake-session.ts'

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
  })
  const { bus } = busFixture()
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
  const again = (metadata: Place, token_id = 'blender'): void =>
    void bus.register(
      registration('one', { metadata }),
      fakeSession({ caller: { user_id: 'local', token_id } }),
    )
  return { approvals, gate, bus, call, one, two, here, payload, direct, both, allow, again, time }
}

const replaced: GateRefusal = {
  error: 'unknown_target',
  message:
    'Another program has taken the place of "one" since this was asked. Nothing was run. ' +
    'Send it again: the person is then asked about the one that is there now.',
}

describe('work for one client', () => {
  it('goes to it once a person allows it', async () => {
    const { one, direct, allow } = fixture()
    const answer = direct()
    expect(answer).toBeInstanceOf(Promise)
    allow()
    expect(await answer).toStrictEqual({ ok: true, targets: [one] })
  })

  it('goes to the same program that has lost its session, or is back with another session', async () => {
    const { bus, one, here, direct, allow, again } = fixture()
    const first = direct()
    again(here)
    allow()
    expect(await first).toStrictEqual({ ok: true, targets: [one] })
    const second = direct()
    bus.registry.detach(one)
    allow()
    expect(await second).toStrictEqual({ ok: true, targets: [one] })
    const third = direct()
    again(here)
    allow()
    expect(await third).toStrictEqual({ ok: true, targets: [one] })
  })

  it.each([
    ['another process', { pid: 11, hostname: 'studio' }, 'blender'],
    ['another computer', { pid: 10, hostname: 'elsewhere' }, 'blender'],
    ['another token', { pid: 10, hostname: 'studio' }, 'stolen'],
  ])('does not go to %s that took its place meanwhile', async (_, metadata, token) => {
    const { direct, allow, again } = fixture()
    const answer = direct()
    again(metadata, token)
    allow()
    expect(await answer).toStrictEqual(replaced)
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
        'Too much waits for the operator already: at most 20 requests of a session. ' +
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
  it('goes to those that are still the same, be it to nobody', async () => {
    const { bus, two, both, allow, again } = fixture()
    const first = both()
    again({ pid: 11, hostname: 'studio' })
    allow()
    expect(await first).toStrictEqual({ ok: true, targets: [two] })
    const second = both()
    bus.unregister('one')
    bus.unregister('two')
    allow()
    expect(await second).toStrictEqual({ ok: true, targets: [] })
  })
})

describe('what is not work', () => {
  it('passes without a question: a message that only tells, and work for nobody', () => {
    const { gate, one, call, payload, approvals } = fixture()
    const routing = { type: 'broadcast' } as const
    expect([
      gate.pass({ payload: { message_type: 'note' }, routing, targets: [one] }, call.context),
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
    expect(await answer).toStrictEqual({ ok: true, targets: [one] })
  })
})
