import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'
import { commandMessage, dispatchFixture, outcomeOf } from './dispatch-fixture.ts'
import { RawJson } from '../../../../../src/main/base/raw-json.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the dispatcher', () => {
  it('answers with the outcome and the time it took', async () => {
    const { bus, time, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const outcome = dispatcher.run(request(), fakeCall(bus, llm).context)
    expect(inbox('blender-1')).toStrictEqual([commandMessage('d-1')])
    time.nowMs += 1234
    report('d-1', 'completed', { result: '[1,2]' })
    expect(await outcome).toStrictEqual({
      status: 'completed',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: RawJson.ofText('[1,2]'),
      error: '',
      duration_ms: 1234,
    })
    expect(inbox('llm-1')).toStrictEqual([])
  })

  it.each([
    ['', ''],
    ['42', '42'],
    ['true', 'true'],
    ['"text"', RawJson.ofText('"text"')],
    ['{"a": 1.0, "b": 1e400}', RawJson.ofText('{"a": 1.0, "b": 1e400}')],
    [
      '[1915883588174806058,\n{"x":1,"x":"\\ud800"}]',
      RawJson.ofText('[1915883588174806058,{"x":"\\ufffd"}]'),
    ],
    ['{broken', '{broken'],
    ['[INFO] not JSON', '[INFO] not JSON'],
  ])('gives the result %j back as %j', async (result, value) => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    const outcome = outcomeOf(dispatcher, request(), fakeCall(bus, llm).context)
    report('d-1', 'completed', { result })
    expect((await outcome).result).toStrictEqual(value)
  })

  it('says of a job that its Blender held back that it had not started', async () => {
    const { bus, time, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const outcome = outcomeOf(dispatcher, request({ timeoutMs: 5000 }), fakeCall(bus, llm).context)
    report('d-1', 'running', { progress_message: "Waits for the artist's stroke to end" })
    inbox('blender-1')
    time.nowMs += 5000
    vi.advanceTimersByTime(5000)
    expect((await outcome).error).toBe(
      "No result within 5 s. The job had not started (Waits for the artist's stroke to end) and was withdrawn; " +
        'the Blender may be busy or closed.',
    )
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1' }])
  })

  it('says of a timeout whether the job had started, and asks for it to be dropped', async () => {
    const { bus, time, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const outcome = dispatcher.run(request({ timeoutMs: 5000 }), fakeCall(bus, llm).context)
    report('d-1', 'running')
    inbox('blender-1')
    vi.advanceTimersByTime(4999)
    expect(inbox('blender-1')).toStrictEqual([])
    time.nowMs += 5000
    vi.advanceTimersByTime(1)
    expect(await outcome).toStrictEqual({
      status: 'timeout',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: '',
      error:
        'No result within 5 s. The job has started and goes on. Call blender_get_job with job_id "d-1" for its result. ' +
        'Do not send it again.',
      duration_ms: 5000,
    })
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1' }])
    report('d-1', 'completed', { result: 'late' })
    expect(bus.jobs.get('d-1')).toMatchObject({ state: 'completed', result: 'late' })
    expect(inbox('llm-1')).toStrictEqual([])
  })

  it('interrupts the job when its call is cancelled, and says how it ended', async () => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const call = fakeCall(bus, llm)
    const outcome = outcomeOf(dispatcher, request(), call.context)
    report('d-1', 'running')
    inbox('blender-1')
    call.cancel()
    await outcome
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1', interrupt: true }])
    report('d-1', 'cancelled', { error: 'Interrupted.' })
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets a job go on that runs when its session ends, and withdraws one that does not', async () => {
    const { bus, dispatcher, request, report, inbox } = dispatchFixture()
    const session = fakeSession({ clientInfo: { name: 'codex', version: '1' }, ended: true })
    const [first, second] = [fakeCall(bus, session), fakeCall(bus, session)]
    const calls = [dispatcher.run(request(), first.context), dispatcher.run(request(), second.context)]
    report('d-1', 'running')
    expect(inbox('blender-1')).toStrictEqual([commandMessage('d-1', 'codex'), commandMessage('d-2', 'codex')])
    first.cancel()
    second.cancel()
    await Promise.all(calls)
    expect(inbox('blender-1')).toStrictEqual([
      { message_type: 'job_cancel', job_id: 'd-1' },
      { message_type: 'job_cancel', job_id: 'd-2' },
    ])
  })

  it('withdraws what has not started when the caller leaves the bus after its answer', async () => {
    const { bus, dispatcher, request, inbox } = dispatchFixture()
    const session = fakeSession({ clientInfo: { name: 'codex', version: '1' } })
    const outcome = dispatcher.run(request(), fakeCall(bus, session).context)
    await vi.advanceTimersByTimeAsync(45_000)
    expect(await outcome).toMatchObject({ status: 'running' })
    inbox('blender-1')
    bus.endSession(session)
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1' }])
  })

  it('stops what the caller began when a person unregisters it, once, and it is being cancelled until its end', async () => {
    const { bus, time, dispatcher, request, report, inbox } = dispatchFixture()
    const session = fakeSession({ clientInfo: { name: 'codex', version: '1' } })
    const outcome = dispatcher.run(request(), fakeCall(bus, session).context)
    report('d-1', 'running')
    inbox('blender-1')
    const from = bus.jobs.get('d-1')?.from_uuid ?? ''
    bus.forceUnregister(from, { reason: 'runaway', blocked_until: null })
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1', interrupt: true }])
    expect(bus.jobs.get('d-1')).toMatchObject({ state: 'running', cancel_requested_at: time.nowMs / 1000 })
    expect(await outcome).toMatchObject({
      status: 'cancelled',
      error:
        'A person at the Busbar panel took this client off the bus (runaway). What of this call had started is ' +
        'interrupted. Tell your user.',
    })
    report('d-1', 'cancelled', { error: 'Cancelled while it ran.' })
    expect(bus.jobs.get('d-1')).toMatchObject({ state: 'cancelled', error: 'Cancelled while it ran.' })
  })

  it('answers at once for a Blender whose artist paused it', async () => {
    const { bus, dispatcher, llm, request, inbox } = dispatchFixture()
    bus.register(registration('blender-1', { capabilities: ['scene_info', 'paused'] }), null)
    expect(await outcomeOf(dispatcher, request(), fakeCall(bus, llm).context)).toStrictEqual({
      status: 'failed',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: '',
      error:
        'paused: "blender-1" takes no jobs now. Its artist paused it: ask them, or choose another Blender.',
      duration_ms: 0,
    })
    expect(inbox('blender-1')).toStrictEqual([])
  })

  it('lets go of what waits for a person when everything is stopped, and stops what runs once', async () => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const outcome = outcomeOf(dispatcher, request(), fakeCall(bus, llm).context)
    report('d-1', 'running')
    inbox('blender-1')
    expect(bus.stopEverything('the operator')).toBe(1)
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1', interrupt: true }])
    report('d-1', 'cancelled', { error: 'Cancelled while it ran.' })
    expect(await outcome).toMatchObject({ status: 'cancelled' })
  })

  it('never picks one of several live Blenders, and counts only live ones', async () => {
    const { bus, time, dispatcher, llm, request, report, inbox } = dispatchFixture()
    bus.register(registration('blender-2', { metadata: { label: 'Two' } }), fakeSession())
    expect(await dispatcher.run(request(), fakeCall(bus, llm).context)).toMatchObject({
      status: 'ambiguous_target',
      error: 'Several Blenders are live. Name one as target: blender-1 (unsaved), blender-2 (Two, unsaved).',
    })
    time.nowMs += 45_001
    bus.touch('blender-1')
    const outcome = dispatcher.run(request(), fakeCall(bus, llm).context)
    expect(inbox('blender-1')).toStrictEqual([commandMessage('d-2')])
    report('d-2', 'completed')
    expect(await outcome).toMatchObject({ status: 'completed', target_uuid: 'blender-1' })
  })

  it('refuses a named target that is gone, but tries one that is merely silent', async () => {
    const { bus, time, dispatcher, llm, request, report } = dispatchFixture()
    bus.register(registration('away', { is_persistent: true }), null)
    expect(await dispatcher.run(request({ target: 'away' }), fakeCall(bus, llm).context)).toMatchObject({
      status: 'target_away',
      error: '"away" is away: it is registered but not connected now. Live: blender-1 (unsaved).',
    })
    time.nowMs += 45_001
    const outcome = dispatcher.run(request({ target: 'blender-1' }), fakeCall(bus, llm).context)
    report('d-2', 'completed')
    expect(await outcome).toMatchObject({ status: 'completed' })
  })

  it('tells an ambiguous process id from an unknown one', async () => {
    const { bus, dispatcher, llm, request } = dispatchFixture()
    bus.register(registration('x', { metadata: { pid: 7 } }), fakeSession())
    bus.register(registration('y', { metadata: { pid: 7 } }), fakeSession())
    const run = (target: string) => dispatcher.run(request({ target }), fakeCall(bus, llm).context)
    expect(await run('pid:7')).toMatchObject({ status: 'ambiguous_target' })
    expect(await run('pid:8')).toMatchObject({ status: 'no_target' })
  })

  it('ends each of several calls with its own job, on one listener', async () => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    const calls = Array.from({ length: 50 }, () =>
      outcomeOf(dispatcher, request(), fakeCall(bus, llm).context),
    )
    expect(bus.events.listenerCount('job')).toBe(1)
    for (let n = 50; n > 0; n -= 1) report(`d-${String(n)}`, 'completed', { result: `r${String(n)}` })
    const results = (await Promise.all(calls)).map(({ job_id, result }) => `${job_id} ${String(result)}`)
    expect(results).toStrictEqual(
      Array.from({ length: 50 }, (_, n) => `d-${String(n + 1)} r${String(n + 1)}`),
    )
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('puts a caller on the bus that is not there, its title without line breaks', async () => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    bus.unregister('llm-1')
    const outcome = dispatcher.run(request(), fakeCall(bus, llm).context)
    report('d-1', 'completed')
    await outcome
    expect(bus.registry.boundTo(llm)?.toDict()).toStrictEqual({
      uuid: 'llm-test-model-c0ffee-1',
      client_type: 'llm',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: 1_700_000_000.5,
      last_seen: 1_700_000_000.5,
      label: 'Test Model',
    })
  })

  it('does not put a caller on the bus whose call has no target', async () => {
    const { bus, dispatcher, request } = dispatchFixture()
    bus.unregister('blender-1')
    const stranger = fakeSession()
    expect(await dispatcher.run(request(), fakeCall(bus, stranger).context)).toMatchObject({
      status: 'no_target',
      error: 'No live Blender is connected. Open Blender with the Busbar add-on and connect it.',
    })
    expect(bus.registry.boundTo(stranger)).toBeUndefined()
  })
})

describe('progress', () => {
  it('goes to a caller with a progress token, and only grows', async () => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    const call = fakeCall(bus, llm, { progressToken: 'p' })
    const outcome = dispatcher.run(request(), call.context)
    report('d-1', 'running', { progress: 0.5, progress_message: 'half' })
    report('d-1', 'running', { progress: 0.5 })
    report('d-1', 'running', { progress: 0.2 })
    report('d-1', 'running', { progress: 1 })
    report('d-1', 'completed')
    await outcome
    expect(call.notified.map(({ params }) => params)).toStrictEqual([
      { progressToken: 'p', progress: 0, total: 1, message: 'Job d-1' },
      { progressToken: 'p', progress: 0.5, total: 1, message: 'half' },
      { progressToken: 'p', progress: 1, total: 1, message: 'half' },
    ])
  })

  it('goes to nobody who did not ask', async () => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    const call = fakeCall(bus, llm, {})
    const outcome = dispatcher.run(request(), call.context)
    report('d-1', 'running', { progress: 0.5 })
    report('d-1', 'completed')
    await outcome
    expect(call.notified).toStrictEqual([])
  })

  it('may fail to reach a caller without harm to the job', async () => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    const sendNotification = () => Promise.reject(new Error('gone'))
    const call = fakeCall(bus, llm, { progressToken: 'p', sendNotification })
    const outcome = dispatcher.run(request(), call.context)
    report('d-1', 'running', { progress: 0.5 })
    report('d-1', 'completed', { result: 'done' })
    expect(await outcome).toMatchObject({ status: 'completed', result: 'done' })
  })
})
