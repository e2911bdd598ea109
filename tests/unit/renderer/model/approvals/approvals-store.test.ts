import { describe, expect, it } from 'vitest'
import { createApprovals } from '../../../../../src/renderer/model/approvals/approvals-store.ts'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createToasts } from '../../../../../src/renderer/model/toasts/toasts.ts'
import type { Approval, ApprovalPolicy } from '../../../../../src/shared/approvals.ts'

const approval = (id: string, from: Approval['from']): Approval => ({
  id,
  userId: 'local',
  from,
  claims: null,
  program: 'model 1.0',
  programTitle: null,
  tokenId: 'made',
  tokenName: 'made',
  address: '127.0.0.1',
  tool: 'blender_execute_code',
  title: 'execute_code',
  code: 'x',
  codeKind: 'python',
  codeLength: 1,
  routing: { type: 'direct', target_uuid: 'b' },
  targets: [{ uuid: 'b', name: 'Atelier 1', host: null }],
  targetCount: 1,
  again: false,
  askedAt: 0,
  deniedAt: 120,
})
const policy: ApprovalPolicy = {
  default: 'by_token',
  rules: [{ client: null, token: 'made', tool: null, mode: 'deny' }],
}

function build(api: object | null) {
  const toasts = createToasts()
  const approvals = createApprovals({ api: () => api as PanelApi | null, toasts })
  return { approvals, texts: () => toasts.state.getState().toasts.map(({ text }) => text) }
}

describe('the approvals of the panel', () => {
  it('know which clients wait', () => {
    const { approvals } = build(null)
    approvals.replace({
      pending: [approval('1', { uuid: 'llm-1', name: 'Model' }), approval('2', null)],
      grants: [],
      policy,
    })
    expect([...approvals.state.getState().waiting]).toStrictEqual(['local\u001fllm-1'])
  })

  it('say so when an answer came too late, got no answer or could not be sent', async () => {
    const gone = build({ approvals: { answer: () => Promise.resolve({ outcome: 'gone' }) } })
    await gone.approvals.answer({ id: '1', answer: 'once' })
    expect(gone.texts()).toStrictEqual(['It did not wait any more: it was answered, withdrawn or too late.'])
    const silent = build({ approvals: { answer: () => Promise.reject(new Error('closed')) } })
    await silent.approvals.answer({ id: '1', answer: 'once' })
    expect(silent.texts()).toStrictEqual(['No answer came: it is not known whether the work was allowed.'])
    const lost = build(null)
    await lost.approvals.answer({ id: '1', answer: 'once' })
    expect(lost.texts()).toStrictEqual(['The answer was not sent: no connection.'])
  })

  it('have all of a request whose start alone has come, or nothing', async () => {
    const detail = { code: 'x', targets: [] }
    const there = build({ approvals: { detail: () => Promise.resolve(detail) } })
    const gone = build({ approvals: { detail: () => Promise.resolve(null) } })
    const silent = build({ approvals: { detail: () => Promise.reject(new Error('closed')) } })
    const all = [there, gone, silent, build(null)].map(({ approvals }) => approvals.detail('1'))
    expect(await Promise.all(all)).toStrictEqual([detail, null, null, null])
  })

  it('keep the rules when the default is changed', async () => {
    const set: ApprovalPolicy[] = []
    const { approvals } = build({
      approvals: { policy: { set: (next: ApprovalPolicy) => Promise.resolve(void set.push(next)) } },
    })
    approvals.replace({ pending: [], grants: [], policy })
    await approvals.setDefault('ask')
    expect(set).toStrictEqual([{ ...policy, default: 'ask' }])
  })

  it('take back what a program is allowed, and say so where no answer came', async () => {
    const asked: unknown[] = []
    const { approvals, texts } = build({
      approvals: { takeBack: (input: unknown) => Promise.resolve(void asked.push(input)) },
    })
    const grant = {
      id: 'g',
      userId: 'local',
      tokenId: 'made',
      program: 'Claude Code',
      tool: 'blender_undo',
      allowedUntil: 1_700_003_600,
    }
    approvals.replace({ pending: [], grants: [grant], policy })
    expect(approvals.state.getState().grants).toStrictEqual([grant])
    await approvals.takeBack(grant)
    expect(asked).toStrictEqual([{ id: 'g' }])
    expect(texts()).toStrictEqual([])
    const silent = build({ approvals: { takeBack: () => Promise.reject(new Error('closed')) } })
    await silent.approvals.takeBack(grant)
    expect(silent.texts()).toStrictEqual(['No answer came: it is not known whether it was taken back.'])
    const lost = build(null)
    await lost.approvals.takeBack(grant)
    expect(lost.texts()).toStrictEqual(['There is no connection to the server.'])
  })
})
