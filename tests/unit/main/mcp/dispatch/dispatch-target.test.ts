import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DispatchRequest } from '../../../../../src/main/mcp/dispatch/dispatch.ts'
import { fakeSession as anybody, registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'
import { dispatchFixture, outcomeOf } from './dispatch-fixture.ts'
import { payloadOf } from '../../../../../src/main/bus/message.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Two live Blenders `a` and `b` of the group `farm`, and a model. */
function farm() {
  const { bus, time, sticky, dispatcher, llm } = dispatchFixture()
  bus.unregister('blender-1')
  const sessions = { a: fakeSession(), b: fakeSession() }
  const more = { is_persistent: true, group_id: 'farm', metadata: { pid: 1 } }
  bus.register(registration('a', { ...more, capabilities: ['rendering'] }), sessions.a)
  bus.register(registration('b', { ...more, metadata: { pid: 2 } }), sessions.b)
  const call = fakeCall(bus, llm)
  const run = (more: Partial<DispatchRequest> = {}) =>
    outcomeOf(
      dispatcher,
      { command: 'ping', params: {}, target: undefined, timeoutMs: 60_000, ...more },
      call.context,
    )
  const take = (uuid: string): unknown[] => {
    const client = bus.get(uuid)
    return client === undefined ? [] : bus.mailboxes.take(client, 100).map(payloadOf)
  }
  /** Both clocks, the one that is read and the one that rings, half a second at a time. */
  const advance = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      time.nowMs += 500
      bus.touch('b')
      await vi.advanceTimersByTimeAsync(500)
    }
  }
  const done = (job_id: string, session: object, more: object = {}) =>
    bus.jobUpdate({ job_id, status: 'completed', result: '', error: '', ...more }, session)
  return { bus, time, sticky, dispatcher, sessions, llm, call, run, take, advance, done }
}

describe('a target that several can meet', () => {
  it.each(['group:farm', 'any'])('%s goes to the least busy, and round among equals', async (target) => {
    const { bus, run, done, sessions } = farm()
    const calls = [run({ target }), run({ target }), run({ target })]
    expect([...bus.jobs.pending()].map(({ targets }) => targets[0])).toStrictEqual(['a', 'b', 'a'])
    done('d-1', sessions.a)
    done('d-3', sessions.a)
    const next = run({ target })
    expect(bus.jobs.get('d-4')?.targets).toStrictEqual(['a'])
    done('d-2', sessions.b)
    done('d-4', sessions.a)
    expect((await Promise.all([...calls, next])).map(({ target_uuid }) => target_uuid)).toStrictEqual([
      'a',
      'b',
      'a',
      'a',
    ])
  })

  it('any:<capability> only takes those that can, and only live Blenders count', async () => {
    const { bus, run, time } = farm()
    bus.register(registration('script', { client_type: 'script', capabilities: ['rendering'] }), anybody('s'))
    const first = run({ target: 'any:rendering' })
    const second = run({ target: 'any:rendering' })
    expect([...bus.jobs.pending()].map(({ targets }) => targets[0])).toStrictEqual(['a', 'a'])
    bus.unregister('a')
    await Promise.all([first, second])
    expect(await run({ target: 'any:rendering' })).toMatchObject({
      status: 'no_target',
      error: 'No live Blender belongs to "any:rendering". Live: b (unsaved).',
    })
    time.nowMs += 45_001
    expect(await run({ target: 'any' })).toMatchObject({
      error: 'No live Blender belongs to "any". No Blender is live.',
    })
  })

  it('a client of that name is meant before the word', () => {
    const { bus, run } = farm()
    bus.register(registration('any'), fakeSession())
    void run({ target: 'any' })
    expect([...bus.jobs.pending()].map(({ targets }) => targets[0])).toStrictEqual(['any'])
  })
})

describe("a session's own target", () => {
  it('is used where a call names none, and a named one wins', () => {
    const { bus, dispatcher, call, run, sticky, llm } = farm()
    expect(dispatcher.useTarget('pid:2', call.context)).toBe(bus.get('b'))
    expect(sticky.of(llm)).toBe('b')
    void run()
    void run({ target: 'a' })
    expect([...bus.jobs.pending()].map(({ targets }) => targets[0])).toStrictEqual(['b', 'a'])
  })

  it('is settled once for latest, and stays a word for a pool', () => {
    const { dispatcher, call, sticky, llm } = farm()
    dispatcher.useTarget('latest', call.context)
    expect(['a', 'b']).toContain(sticky.of(llm))
    expect(dispatcher.useTarget('group:farm', call.context)).toBeNull()
    expect(sticky.of(llm)).toBe('group:farm')
    expect(dispatcher.useTarget(null, call.context)).toBeNull()
    expect(sticky.of(llm)).toBeNull()
  })

  it('that left is an error that says where the choice came from, never another Blender', async () => {
    const { bus, dispatcher, call, run } = farm()
    dispatcher.useTarget('b', call.context)
    bus.unregister('b')
    expect(await run()).toMatchObject({
      status: 'target_away',
      error:
        '"b" is away: it is not connected now. Live: a (unsaved). "b" was chosen by blender_use_target: name another target, or choose another.',
    })
    bus.register(registration('b', { is_persistent: true }), fakeSession())
    void run()
    expect([...bus.jobs.pending()].map(({ targets }) => targets[0])).toStrictEqual(['b'])
  })

  it('of an earlier session is named once where it may be meant or not', async () => {
    const { bus, dispatcher, call, run, sticky, llm } = farm()
    const window = fakeSession({ createdAtMs: 1 })
    sticky.opened(window)
    sticky.set(window, 'b')
    sticky.opened(llm)
    sticky.heard(llm)
    expect(await run()).toMatchObject({
      status: 'ambiguous_target',
      error:
        'This program chose "b" earlier. Several of its sessions were open since then, so it can\'t be told whether you ' +
        'mean it. Name a target, or choose one by blender_use_target. Live: a (unsaved), b (unsaved).',
    })
    dispatcher.useTarget('a', call.context)
    void run()
    expect([...bus.jobs.pending()].map(({ targets }) => targets[0])).toStrictEqual(['a'])
  })

  it('can only be one that is there; a refused choice changes nothing', () => {
    const { dispatcher, call, sticky, llm } = farm()
    dispatcher.useTarget('a', call.context)
    expect(dispatcher.useTarget('nobody', call.context)).toMatchObject({ ok: false, status: 'no_target' })
    expect(sticky.of(llm)).toBe('a')
  })
})

describe('a Blender that goes away in the middle of a job', () => {
  it('ends the call and the job after 15 seconds, and its answer changes nothing any more', async () => {
    const { bus, sessions, run, take, advance, done } = farm()
    const outcome = run({ target: 'a' })
    take('a')
    bus.endSession(sessions.a)
    await advance(15_000)
    expect(bus.jobs.get('d-1')?.state).toBe('pending')
    await advance(1000)
    const error =
      '"a" went away and did not come back within 15 s: it was closed, crashed, or lost its connection. It had received ' +
      'the job and may have done part of it: look at the scene before you run it again.'
    expect(await outcome).toMatchObject({ status: 'failed', target_uuid: 'a', error })
    expect(bus.jobs.get('d-1')).toMatchObject({ state: 'failed', result: '', error })
    const next = fakeSession()
    bus.register(registration('a', { is_persistent: true }), next)
    done('d-1', next, { result: 'late' })
    expect(bus.jobs.get('d-1')).toMatchObject({ state: 'failed', result: '', error })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('and comes back in time keeps its job', async () => {
    const { bus, sessions, run, take, advance, done } = farm()
    const outcome = run({ target: 'a' })
    take('a')
    bus.endSession(sessions.a)
    await advance(14_000)
    const again = fakeSession()
    bus.register(registration('a', { metadata: { pid: 1 } }), again)
    await advance(14_000)
    done('d-1', again, { result: 'there' })
    expect(await outcome).toMatchObject({ status: 'completed', result: 'there' })
  })

  it('without having got the job never gets it', async () => {
    const { bus, sessions, run, take, advance } = farm()
    const outcome = run({ target: 'a' })
    bus.endSession(sessions.a)
    await advance(16_000)
    expect((await outcome).error).toMatch(/It never received the job\.$/)
    expect(bus.jobs.get('d-1')).toMatchObject({
      state: 'cancelled',
      error: 'Withdrawn before it reached its target.',
    })
    expect(take('a')).toStrictEqual([])
  })
})
