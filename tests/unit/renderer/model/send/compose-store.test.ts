import { describe, expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createCompose } from '../../../../../src/renderer/model/send/compose-store.ts'
import type { JobDetail, PanelJob } from '../../../../../src/shared/jobs.ts'
import type { MessageInput, MessageOutcome } from '../../../../../src/shared/messages.ts'
import { panelClient } from '../../fakes/panel-clients.ts'

function build() {
  const calls: { input: MessageInput; answer: (outcome: MessageOutcome) => void; fail: () => void }[] = []
  const jobs = new Map<string, PanelJob>()
  const details: string[] = []
  let live = true
  const api = {
    messages: {
      send: (input: MessageInput) =>
        new Promise<MessageOutcome>((answer, fail) =>
          calls.push({ input, answer, fail: () => fail(new Error('lost')) }),
        ),
    },
    jobs: {
      detail: ({ jobId }: { jobId: string }) => {
        details.push(jobId)
        return Promise.resolve({ result: 'done', resultLength: 4, error: '', errorLength: 0 } as JobDetail)
      },
    },
  } as unknown as PanelApi
  const compose = createCompose({
    api: () => (live ? api : null),
    now: () => 100,
    job: (key) => jobs.get(key),
  })
  return { compose, calls, jobs, details, disconnect: () => (live = false) }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))
const blender = panelClient('b')
const job = (state: PanelJob['state']) =>
  ({ key: 'local\u001fj', userId: 'local', jobId: 'j', state }) as PanelJob

describe('what is written to a client', () => {
  it('is kept for each client, each kind with its own text', () => {
    const { compose } = build()
    compose.edit(blender, { script: 'one' })
    compose.edit(panelClient('c'), { script: 'two' })
    compose.edit(blender, { kind: 'message' })
    expect(compose.of(blender).draft).toMatchObject({ kind: 'message', script: 'one' })
    expect(compose.of(panelClient('c')).draft.script).toBe('two')
    expect(compose.of(panelClient('d'))).toBe(compose.of(panelClient('e')))
  })

  it('goes out once, and says what became of it', async () => {
    const { compose, calls } = build()
    compose.edit(blender, { kind: 'message', message: '{"a": 1}', priority: 'alert', jobId: 'x' })
    void compose.send(blender)
    void compose.send(blender)
    expect(calls.map(({ input }) => input)).toEqual([
      { client: { userId: 'local', uuid: 'b' }, payload: '{"a":1}', priority: 'alert' },
    ])
    expect(compose.of(blender).sent[0]?.state).toEqual({ phase: 'sending' })
    calls[0]?.answer({ outcome: 'sent', messageId: 'm', jobId: null, delivery: 'queued' })
    await settle()
    const sent = { phase: 'sent', messageId: 'm', jobKey: null, delivery: 'queued' }
    expect(compose.of(blender).sent).toMatchObject([{ at: 100, state: sent }])
    compose.heard(blender.key, [{ messageId: 'm', delivery: 'filtered' }])
    expect(compose.of(blender).sent[0]?.state).toEqual({ ...sent, delivery: 'filtered' })
  })

  it('does not go out while something is wrong with it', () => {
    const { compose, calls } = build()
    compose.edit(blender, { kind: 'message', message: '{' })
    void compose.send(blender)
    expect([calls.length, compose.of(blender).sent]).toEqual([0, []])
  })

  it('was not sent without a connection, and may have been where no answer came', async () => {
    const { compose, calls, disconnect } = build()
    compose.edit(blender, { kind: 'message' })
    void compose.send(blender)
    calls[0]?.fail()
    await settle()
    disconnect()
    void compose.send(blender)
    await settle()
    expect(compose.of(blender).sent.map(({ state }) => state)).toEqual([
      { phase: 'refused', message: 'There is no connection to the server. Nothing was sent.' },
      { phase: 'unknown', message: 'No answer came: it is not known whether it was sent.' },
    ])
  })

  it('follows its job, and fetches what came of it once it has ended', async () => {
    const { compose, calls, jobs, details } = build()
    compose.edit(blender, { kind: 'code', script: '1' })
    void compose.send(blender)
    calls[0]?.answer({ outcome: 'sent', messageId: 'm', jobId: 'j', delivery: 'sent' })
    await settle()
    expect(compose.of(blender).sent[0]).toMatchObject({ job: null, forgotten: false })
    jobs.set('local\u001fj', job('running'))
    compose.jobsChanged()
    await settle()
    expect([compose.of(blender).sent[0]?.job?.state, details]).toEqual(['running', []])
    jobs.set('local\u001fj', job('completed'))
    compose.jobsChanged()
    compose.jobsChanged()
    await settle()
    expect(details).toEqual(['j'])
    expect(compose.of(blender).sent[0]?.detail?.result).toBe('done')
    jobs.clear()
    compose.jobsChanged()
    expect(compose.of(blender).sent[0]).toMatchObject({ job: job('completed'), forgotten: true })
  })

  it('comes back into the form, without a job id that is used', async () => {
    const { compose, calls } = build()
    compose.edit(blender, { kind: 'code', script: 'first', jobId: 'mine' })
    void compose.send(blender)
    calls[0]?.answer({ outcome: 'sent', messageId: 'm', jobId: 'mine', delivery: 'sent' })
    await settle()
    expect(compose.of(blender).draft.jobId).toBe('')
    compose.edit(blender, { kind: 'message', script: 'second' })
    compose.putBack(blender, compose.of(blender).sent[0]?.id ?? -1)
    expect(compose.of(blender).draft).toMatchObject({ kind: 'code', script: 'first', jobId: '' })
  })

  it('is remembered of the last 64 clients, and of each the last 20 and 8 Mi characters', async () => {
    const { compose, calls } = build()
    for (let n = 0; n < 70; n += 1) compose.edit(panelClient(`c${n}`), { script: `s${n}` })
    expect(compose.state.getState().byKey.size).toBe(64)
    compose.edit(blender, { kind: 'message', message: '{}' })
    for (let n = 0; n < 25; n += 1) {
      void compose.send(blender)
      calls[n]?.answer({ outcome: 'sent', messageId: `m${n}`, jobId: null, delivery: 'sent' })
      await settle()
    }
    expect(compose.of(blender).sent).toHaveLength(20)
    compose.edit(blender, { message: `{"t": "${'x'.repeat(3 * 1024 * 1024)}"}` })
    for (let n = 25; n < 29; n += 1) {
      void compose.send(blender)
      calls[n]?.answer({ outcome: 'sent', messageId: `m${n}`, jobId: null, delivery: 'sent' })
      await settle()
    }
    expect(compose.of(blender).sent).toHaveLength(2)
  })
})
