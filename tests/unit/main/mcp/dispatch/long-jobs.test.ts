import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'
import type { ApprovalGate } from '../../../../../src/main/mcp/approvals/approval-gate.ts'
import { commandMessage, dispatchFixture } from './dispatch-fixture.ts'
import { RawJson } from '../../../../../src/main/base/raw-json.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const askAgain = 'Call blender_get_job with job_id "d-1" for its result. Do not send it again.'

/** A gate that asks a person; the test is the person. */
function askingGate() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  let signal: AbortSignal | undefined
  const gate: ApprovalGate = {
    pass: ({ targets }, context) => {
      signal = context.extra.signal
      return promise.then(() => ({ ok: true, targets }))
    },
    passRemoval: (client) => ({ ok: true, targets: [client] }),
  }
  return { gate, allow: () => resolve(undefined), isWithdrawn: () => signal?.aborted === true }
}

describe('a long job', () => {
  it('is answered with running before 45 s have passed, and with its result when it is asked for', async () => {
    const { bus, time, dispatcher, llm, request, report } = dispatchFixture()
    const outcome = dispatcher.run(request({ timeoutMs: 600_000 }), fakeCall(bus, llm).context)
    report('d-1', 'running', { progress: 0.25, progress_message: 'baking' })
    time.nowMs += 44_000
    await vi.advanceTimersByTimeAsync(44_000)
    expect(await outcome).toStrictEqual({
      status: 'running',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: '',
      error: '',
      duration_ms: 44_000,
      message: `The job is running. ${askAgain}`,
      progress: 0.25,
      progress_message: 'baking',
    })
    const later = dispatcher.job('d-1', 40_000, fakeCall(bus, fakeSession()).context)
    report('d-1', 'completed', { result: '{"frames":250}' })
    expect(await later).toStrictEqual({
      ok: true,
      command: 'execute_code',
      outcome: {
        status: 'completed',
        job_id: 'd-1',
        target_uuid: 'blender-1',
        result: RawJson.ofText('{"frames":250}'),
        error: '',
        duration_ms: 44_000,
      },
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['opencode', 't-1', 'completed'],
    ['opencode', undefined, 'running'],
    ['claude-code', 't-1', 'running'],
    ['codex-mcp-client', 't-1', 'running'],
    ['gemini-cli-mcp-client', 't-1', 'running'],
  ])(
    'of 100 s answers the call of %s with the progress token %s by %s',
    async (name, progressToken, status) => {
      const { bus, dispatcher, request, report } = dispatchFixture()
      const program = fakeSession({ clientInfo: { name, version: '1' } })
      const { context } = fakeCall(bus, program, progressToken === undefined ? {} : { progressToken })
      const outcome = dispatcher.run(request({ timeoutMs: 600_000 }), context)
      await vi.advanceTimersByTimeAsync(100_000)
      report('d-1', 'completed')
      expect(await outcome).toMatchObject({ status })
    },
  )

  it('took as long as it ran, whenever it is asked for', async () => {
    const { bus, time, dispatcher, llm, request, report } = dispatchFixture()
    const outcome = dispatcher.run(request(), fakeCall(bus, llm).context)
    time.nowMs += 1000
    report('d-1', 'completed')
    await outcome
    time.nowMs += 60_000
    expect(await dispatcher.job('d-1', 0, fakeCall(bus, llm).context)).toMatchObject({
      outcome: { status: 'completed', duration_ms: 1000 },
    })
  })

  it('does not end with its call once that was answered', async () => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const call = fakeCall(bus, llm)
    const outcome = dispatcher.run(request({ timeoutMs: 600_000 }), call.context)
    report('d-1', 'running')
    inbox('blender-1')
    await vi.advanceTimersByTimeAsync(44_000)
    await outcome
    call.cancel()
    expect(inbox('blender-1')).toStrictEqual([])
    expect(bus.jobs.get('d-1')?.state).toBe('running')
  })

  it('sends a heartbeat every 10 s that never reaches 1', async () => {
    const { bus, dispatcher, llm, request, report } = dispatchFixture()
    const call = fakeCall(bus, llm, { progressToken: 'p' })
    void dispatcher.run(request(), call.context)
    await vi.advanceTimersByTimeAsync(20_000)
    report('d-1', 'running', { progress: 0.9999, progress_message: 'nearly' })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(call.notified.map(({ params }) => params)).toStrictEqual([
      { progressToken: 'p', progress: 0, total: 1, message: 'Job d-1' },
      { progressToken: 'p', progress: 0.001, total: 1 },
      { progressToken: 'p', progress: 0.002, total: 1 },
      { progressToken: 'p', progress: 0.9999, total: 1, message: 'nearly' },
      { progressToken: 'p', progress: 0.99995, total: 1, message: 'nearly' },
    ])
  })

  it('that did not start is withdrawn when its time is over, also after the answer', async () => {
    const { bus, dispatcher, llm, request, inbox } = dispatchFixture()
    const outcome = dispatcher.run(request({ timeoutMs: 50_000 }), fakeCall(bus, llm).context)
    inbox('blender-1')
    await vi.advanceTimersByTimeAsync(44_000)
    expect(await outcome).toMatchObject({
      status: 'running',
      message: `The job has not started yet. ${askAgain}`,
    })
    await vi.advanceTimersByTimeAsync(6000)
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1' }])
    expect(await dispatcher.job('d-1', 0, fakeCall(bus, llm).context)).toMatchObject({
      outcome: {
        status: 'timeout',
        error:
          'No result within 50 s. The job had not started and was withdrawn; the Blender may be busy or closed.',
      },
    })
  })

  it.each([
    [{ status: 'cancelled', error: 'stopped' }],
    [{ status: 'failed', error: 'no memory' }],
    [{ status: 'completed', error: '' }],
  ] as const)('that ran when its time was over is told as it ended: %o', async ({ status, error }) => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const outcome = dispatcher.run(request({ timeoutMs: 5000 }), fakeCall(bus, llm).context)
    inbox('blender-1')
    report('d-1', 'running')
    await vi.advanceTimersByTimeAsync(5000)
    expect(await outcome).toMatchObject({ status: 'timeout' })
    const now = () => dispatcher.job('d-1', 0, fakeCall(bus, llm).context)
    expect(await now()).toMatchObject({ outcome: { status: 'running', error: '' } })
    report('d-1', status, { error })
    expect(await now()).toMatchObject({ outcome: { status, error } })
  })

  it('that ran when its time was over is told as lost when its Blender does not come back', async () => {
    const { bus, time, dispatcher, blender, llm, request, report, inbox } = dispatchFixture()
    const outcome = dispatcher.run(request({ timeoutMs: 5000 }), fakeCall(bus, llm).context)
    inbox('blender-1')
    report('d-1', 'running')
    await vi.advanceTimersByTimeAsync(5000)
    expect(await outcome).toMatchObject({ status: 'timeout' })
    bus.endSession(blender)
    await vi.advanceTimersByTimeAsync(500)
    time.nowMs += 15_000
    await vi.advanceTimersByTimeAsync(500)
    expect(await dispatcher.job('d-1', 0, fakeCall(bus, llm).context)).toMatchObject({
      outcome: {
        status: 'failed',
        error: expect.stringContaining('went away and did not come back within 15 s') as string,
      },
    })
  })

  it('is unknown under an id that no job has', async () => {
    const { bus, dispatcher, llm } = dispatchFixture()
    expect(await dispatcher.job('nope', 0, fakeCall(bus, llm).context)).toStrictEqual({
      ok: false,
      error: 'unknown_job',
      message: 'No job "nope" is known: it never was, or it ended long ago.',
    })
  })
})

describe('a job that a person has to allow', () => {
  it('is answered with waiting_for_approval before 45 s have passed, and its time begins with the yes', async () => {
    const { gate, allow } = askingGate()
    const { bus, time, dispatcher, llm, request, report, inbox } = dispatchFixture({ gate })
    const outcome = dispatcher.run(request({ timeoutMs: 5000 }), fakeCall(bus, llm).context)
    await vi.advanceTimersByTimeAsync(44_000)
    expect(await outcome).toStrictEqual({
      status: 'waiting_for_approval',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: '',
      error: '',
      duration_ms: 0,
      message: `A person at the Busbar panel has to allow it first. ${askAgain}`,
    })
    time.nowMs += 44_000
    bus.touch('blender-1')
    allow()
    const later = dispatcher.job('d-1', 40_000, fakeCall(bus, llm).context)
    await vi.advanceTimersByTimeAsync(4000)
    expect(inbox('blender-1')).toStrictEqual([commandMessage('d-1')])
    report('d-1', 'completed', { result: 'ok' })
    expect(await later).toMatchObject({ outcome: { status: 'completed', result: 'ok' } })
  })

  it('is not asked about any longer once its call is cancelled', async () => {
    const { gate, isWithdrawn } = askingGate()
    const { bus, dispatcher, llm, request } = dispatchFixture({ gate })
    const call = fakeCall(bus, llm)
    const outcome = dispatcher.run(request(), call.context)
    expect(isWithdrawn()).toBe(false)
    call.cancel()
    await outcome
    expect(isWithdrawn()).toBe(true)
  })

  it('has failed where the question ends in a fault, which is logged and harms nobody', async () => {
    const fault = new Error('a fault of the gate')
    const logged: unknown[] = []
    const gate: ApprovalGate = {
      pass: () => Promise.reject(fault),
      passRemoval: (client) => ({ ok: true, targets: [client] }),
    }
    const onFault = (error: unknown): void => void logged.push(error)
    const { bus, dispatcher, llm, request } = dispatchFixture({ gate, onFault })
    expect(await dispatcher.run(request(), fakeCall(bus, llm).context)).toStrictEqual({
      status: 'failed',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: '',
      error:
        'Busbar failed while it passed the job on. It was logged. Look at the scene before you try again.',
      duration_ms: 0,
    })
    expect(logged).toStrictEqual([fault])
  })

  it('that nobody answered has failed, and says how', async () => {
    const gate: ApprovalGate = {
      pass: () => ({ error: 'approval_timeout', message: 'Nobody answered within 600 s.' }),
      passRemoval: (client) => ({ ok: true, targets: [client] }),
    }
    const { bus, dispatcher, llm, request } = dispatchFixture({ gate })
    expect(await dispatcher.run(request(), fakeCall(bus, llm).context)).toStrictEqual({
      status: 'failed',
      job_id: 'd-1',
      target_uuid: 'blender-1',
      result: '',
      error: 'approval_timeout',
      duration_ms: 0,
      message: 'Nobody answered within 600 s.',
    })
  })
})

describe('a job that is cancelled', () => {
  it('is interrupted for its sender, and answers with its end', async () => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    void dispatcher.run(request(), fakeCall(bus, llm).context)
    report('d-1', 'running')
    inbox('blender-1')
    const cancelled = dispatcher.cancel('d-1', fakeCall(bus, llm).context)
    expect(inbox('blender-1')).toStrictEqual([{ message_type: 'job_cancel', job_id: 'd-1', interrupt: true }])
    report('d-1', 'cancelled', { error: 'Interrupted.' })
    expect(await cancelled).toMatchObject({ outcome: { status: 'cancelled', error: 'Interrupted.' } })
  })

  it('says that it runs where it does not stop', async () => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    void dispatcher.run(request(), fakeCall(bus, llm).context)
    inbox('blender-1')
    report('d-1', 'running')
    const cancelled = dispatcher.cancel('d-1', fakeCall(bus, llm).context)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await cancelled).toMatchObject({ outcome: { status: 'running' } })
  })

  it('goes on where somebody else asks', async () => {
    const { bus, dispatcher, llm, request, inbox } = dispatchFixture()
    void dispatcher.run(request(), fakeCall(bus, llm).context)
    inbox('blender-1')
    const other = fakeSession()
    bus.register(registration('llm-2', { client_type: 'llm' }), other)
    expect(await dispatcher.cancel('d-1', fakeCall(bus, other).context)).toStrictEqual({
      ok: false,
      error: 'not_your_job',
      message: 'Job "d-1" was sent by another client. Only its sender or a person can cancel it.',
    })
    expect(inbox('blender-1')).toStrictEqual([])
  })
})

describe('the identity of a program that registers nothing', () => {
  it('is the same after a reconnect, and another while two run', async () => {
    const { bus, dispatcher, request } = dispatchFixture()
    const claude = () => fakeSession({ clientInfo: { name: 'Claude Code', version: '2' } })
    const [first, second] = [claude(), claude()]
    void dispatcher.run(request(), fakeCall(bus, first).context)
    void dispatcher.run(request(), fakeCall(bus, second).context)
    expect([bus.registry.boundTo(first)?.uuid, bus.registry.boundTo(second)?.uuid]).toStrictEqual([
      'llm-claude-code-c0ffee-1',
      'llm-claude-code-c0ffee-2',
    ])
    bus.endSession(first)
    const again = claude()
    void dispatcher.run(request(), fakeCall(bus, again).context)
    expect(bus.registry.boundTo(again)?.uuid).toBe('llm-claude-code-c0ffee-1')
    await vi.advanceTimersByTimeAsync(0)
  })
})
