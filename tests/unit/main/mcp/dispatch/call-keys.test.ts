import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registration } from '../../bus/bus-fixture.ts'
import { fakeCall, fakeSession } from '../fake-session.ts'
import { commandMessage, dispatchFixture, outcomeOf } from './dispatch-fixture.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** The ids of jobs that were sent to the Blender, in order. */
const idsOf = (payloads: readonly unknown[]) =>
  payloads.map((payload) => (payload as { job_id: string }).job_id)

describe('a call that is repeated with its own job_id', () => {
  it('joins the job that runs, and both answers name the id that Busbar gave', async () => {
    const { bus, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const call = () => outcomeOf(dispatcher, request({ key: 'mine' }), fakeCall(bus, llm).context)
    const calls = [call(), call()]
    const sent = inbox('blender-1')
    const [job_id = ''] = idsOf(sent)
    expect(sent).toStrictEqual([commandMessage(job_id)])
    expect(job_id).toMatch(/^job-[0-9a-f]{32}$/)
    report(job_id, 'completed', { result: '1' })
    const outcome = {
      status: 'completed',
      job_id,
      target_uuid: 'blender-1',
      result: '1',
      error: '',
      duration_ms: 0,
    }
    expect(await Promise.all(calls)).toStrictEqual([outcome, outcome])
    expect(await call()).toStrictEqual(outcome)
    expect(inbox('blender-1')).toStrictEqual([])
  })

  it.each([
    ['another tool', { command: 'undo' }],
    ['other arguments', { params: { code: 'y' } }],
    ['another target', { target: 'blender-1' }],
  ])('is refused with %s', async (_, other) => {
    const { bus, dispatcher, llm, request, inbox } = dispatchFixture()
    void dispatcher.run(request({ key: 'mine' }), fakeCall(bus, llm).context)
    inbox('blender-1')
    expect(
      await dispatcher.run(request({ key: 'mine', ...other }), fakeCall(bus, llm).context),
    ).toStrictEqual({
      ok: false,
      error: 'job_id_in_use',
      message: 'job_id "mine" was used for another call less than 10 minutes ago. Leave job_id out.',
    })
    expect(inbox('blender-1')).toStrictEqual([])
  })

  it('is a new call of another client, and after 10 minutes', async () => {
    const { bus, time, dispatcher, llm, request, report, inbox } = dispatchFixture()
    const other = fakeSession()
    bus.register(registration('llm-2', { client_type: 'llm' }), other)
    const run = (session: typeof llm) =>
      outcomeOf(dispatcher, request({ key: 'mine' }), fakeCall(bus, session).context)
    const calls = [run(llm), run(other)]
    const [first = '', second = ''] = idsOf(inbox('blender-1'))
    expect(first).not.toBe(second)
    report(first, 'completed', { result: 'first' })
    report(second, 'completed', { result: 'second' })
    expect((await Promise.all(calls)).map(({ job_id, result }) => [job_id, result])).toStrictEqual([
      [first, 'first'],
      [second, 'second'],
    ])
    time.nowMs += 599_999
    expect((await run(llm)).job_id).toBe(first)
    time.nowMs += 1
    bus.touch('blender-1')
    const third = run(llm)
    report('d-1', 'completed')
    expect((await third).job_id).toBe('d-1')
  })

  it('has the same id after a restart of the server, so that the Blender can answer from memory', () => {
    const ids = [dispatchFixture(), dispatchFixture()].map(({ bus, dispatcher, llm, request, inbox }) => {
      void dispatcher.run(request({ key: 'mine' }), fakeCall(bus, llm).context)
      return idsOf(inbox('blender-1'))
    })
    expect(ids[0]).toStrictEqual(ids[1])
  })

  it('goes on while another caller waits for it', async () => {
    const { bus, dispatcher, llm, request, inbox } = dispatchFixture()
    const first = fakeCall(bus, llm)
    const outcome = dispatcher.run(request({ key: 'mine' }), first.context)
    void dispatcher.run(request({ key: 'mine' }), fakeCall(bus, llm).context)
    inbox('blender-1')
    first.cancel()
    await outcome
    expect(inbox('blender-1')).toStrictEqual([])
  })
})
