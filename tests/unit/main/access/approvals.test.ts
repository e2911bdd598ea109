import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createApprovals, type ApprovalRequest, type Verdict } from '../../../../src/main/access/approvals.ts'
import type { ApprovalPolicy } from '../../../../src/shared/approvals.ts'

function fixture(policy: ApprovalPolicy = { default: 'ask', rules: [] }) {
  const time = { wallMs: 1_700_000_000_000, steadyMs: 0 }
  let ids = 0
  const approvals = createApprovals({
    clock: () => time.wallMs,
    steady: () => time.steadyMs,
    newId: () => `a-${String((ids += 1))}`,
    policy,
  })
  const heard: string[] = []
  approvals.events.on('changed', () => heard.push('changed'))
  approvals.events.on('granted', ({ program, tool }) => heard.push(`${program} granted ${tool}`))
  approvals.events.on('takenBack', ({ program, tool }) => heard.push(`${program} no more ${tool}`))
  approvals.events.on('decided', ({ id }, { outcome }) => heard.push(`${id} ${outcome}`))
  return { approvals, time, heard }
}

const session = { name: 'a session' }
const shown: ApprovalRequest['shown'] = {
  userId: 'local',
  from: { uuid: 'llm-1', name: 'Model' },
  claims: null,
  program: 'Claude Code 1.0',
  programTitle: 'Claude Code',
  tokenId: 'made',
  tokenName: 'made',
  address: '127.0.0.1',
  tool: 'blender_execute_code',
  title: 'execute_code',
  code: 'x = 1',
  codeKind: 'python',
  codeLength: 5,
  routing: { type: 'direct', target_uuid: 'blender-1' },
  targets: [{ uuid: 'blender-1', name: 'Atelier 1', host: null }],
  targetCount: 1,
  again: false,
}
const ask = (
  more: {
    session?: object
    tool?: string
    reads?: boolean
    target?: string
    program?: string | null
    tokenId?: string
    userId?: string
  } = {},
): ApprovalRequest => ({
  session: more.session ?? session,
  program: more.program === undefined ? 'claude-code' : more.program,
  question: {
    userId: more.userId ?? 'local',
    senders: ['llm-1'],
    targets: [{ uuid: more.target ?? 'blender-1', tokenId: 'local' }],
    tokenId: more.tokenId ?? 'made',
    scopes: ['llm'],
    tool: more.tool ?? 'blender_execute_code',
    reads: more.reads ?? false,
  },
  shown,
  whole: { code: 'x = 1', targets: shown.targets },
})
const never = new AbortController().signal

describe('approvals', () => {
  it('answer at once where nobody has to be asked', () => {
    const { approvals, heard } = fixture({
      default: 'ask',
      rules: [{ client: null, token: 'made', tool: 'blender_undo', mode: 'deny' }],
    })
    expect(approvals.request(ask({ reads: true }), never)).toStrictEqual({ outcome: 'allowed' })
    expect(approvals.request(ask({ tool: 'blender_undo' }), never)).toStrictEqual({
      outcome: 'denied',
      by: 'policy',
      reason: '',
    })
    expect(heard).toStrictEqual([])
  })

  it('show what waits until a person allows it once', async () => {
    const { approvals, heard } = fixture()
    const verdict = approvals.request(ask(), never)
    expect([approvals.detail('a-1'), approvals.detail('a-2')]).toStrictEqual([
      { code: 'x = 1', targets: shown.targets },
      null,
    ])
    expect(approvals.pending()).toStrictEqual([
      { ...shown, id: 'a-1', askedAt: 1_700_000_000, deniedAt: 1_700_000_120 },
    ])
    expect(approvals.answer({ id: 'a-1', answer: 'once' })).toBe(true)
    expect(await verdict).toStrictEqual({ outcome: 'allowed' })
    expect(approvals.pending()).toStrictEqual([])
    expect(approvals.answer({ id: 'a-1', answer: 'once' })).toBe(false)
    expect(heard).toStrictEqual(['changed', 'a-1 allowed', 'changed'])
    expect(approvals.request(ask(), never)).toBeInstanceOf(Promise)
  })

  it('deny with the reason', async () => {
    const { approvals } = fixture()
    const verdict = approvals.request(ask(), never)
    approvals.answer({ id: 'a-1', answer: 'deny', reason: ' not now ' })
    expect(await verdict).toStrictEqual({ outcome: 'denied', by: 'operator', reason: 'not now' })
  })

  it('allow a session its tool, with all of it that waits, and neither another tool nor another session', async () => {
    const { approvals } = fixture()
    const first = approvals.request(ask(), never)
    const second = approvals.request(ask(), never)
    void approvals.request(ask({ tool: 'blender_undo' }), never)
    void approvals.request(ask({ session: {} }), never)
    approvals.answer({ id: 'a-1', answer: 'session' })
    expect([await first, await second]).toStrictEqual([{ outcome: 'allowed' }, { outcome: 'allowed' }])
    expect(approvals.pending().map(({ id }) => id)).toStrictEqual(['a-3', 'a-4'])
    expect(approvals.request(ask(), never)).toStrictEqual({ outcome: 'allowed' })
  })

  it('ask again about what was allowed for a session that was taken off the bus since', async () => {
    const { approvals } = fixture()
    const first = approvals.request(ask(), never)
    approvals.answer({ id: 'a-1', answer: 'session' })
    await first
    approvals.forgetSession({})
    expect(approvals.request(ask(), never)).toStrictEqual({ outcome: 'allowed' })
    approvals.forgetSession(session)
    void approvals.request(ask(), never)
    expect(approvals.pending().map(({ id }) => id)).toStrictEqual(['a-2'])
  })

  it('deny a session what a rule denies, whatever it was allowed of the same tool', async () => {
    const { approvals } = fixture({
      default: 'ask',
      rules: [
        {
          client: { userId: 'local', uuid: 'blender-2', tokenId: null, as: null },
          token: null,
          tool: null,
          mode: 'deny',
        },
      ],
    })
    const verdict = approvals.request(ask(), never)
    approvals.answer({ id: 'a-1', answer: 'session' })
    expect(await verdict).toStrictEqual({ outcome: 'allowed' })
    expect(approvals.request(ask({ target: 'blender-2' }), never)).toStrictEqual({
      outcome: 'denied',
      by: 'policy',
      reason: '',
    })
  })

  it('deny by the steady clock after 120 seconds, whatever the wall clock says', async () => {
    const { approvals, time, heard } = fixture()
    const verdict = approvals.request(ask(), never)
    time.wallMs += 10_000_000
    time.steadyMs = 119_999
    approvals.expire()
    expect(approvals.pending()).toHaveLength(1)
    time.steadyMs = 120_000
    approvals.expire()
    expect(await verdict).toStrictEqual({ outcome: 'timeout' })
    expect(approvals.pending()).toStrictEqual([])
    expect(heard).toStrictEqual(['changed', 'a-1 timeout', 'changed'])
  })

  it('withdraw a request with its signal', async () => {
    const { approvals, heard } = fixture()
    const control = new AbortController()
    const verdict = approvals.request(ask(), control.signal)
    control.abort()
    expect(await verdict).toStrictEqual({ outcome: 'withdrawn' })
    expect(approvals.pending()).toStrictEqual([])
    expect(heard).toStrictEqual(['changed', 'a-1 withdrawn', 'changed'])
    expect(approvals.request(ask(), control.signal)).toStrictEqual({ outcome: 'withdrawn' })
  })

  it('let go of a signal as soon as they are settled', async () => {
    const { approvals, heard } = fixture()
    const control = new AbortController()
    const verdict = approvals.request(ask(), control.signal)
    approvals.answer({ id: 'a-1', answer: 'once' })
    expect(await verdict).toStrictEqual({ outcome: 'allowed' })
    expect(getEventListeners(control.signal, 'abort')).toStrictEqual([])
    control.abort()
    expect(heard).toStrictEqual(['changed', 'a-1 allowed', 'changed'])
  })

  it('tell of a new policy', () => {
    const { approvals, heard } = fixture()
    const policies: ApprovalPolicy[] = []
    approvals.events.on('policy', (policy) => policies.push(policy))
    approvals.setPolicy({ default: 'allow', rules: [] })
    expect(policies).toStrictEqual([{ default: 'allow', rules: [] }])
    expect(approvals.policy()).toStrictEqual({ default: 'allow', rules: [] })
    expect(heard).toStrictEqual(['changed'])
  })

  it('judge what waits anew when the policy changes, and forget what was allowed for a session', async () => {
    const { approvals } = fixture()
    const first = approvals.request(ask(), never)
    approvals.answer({ id: 'a-1', answer: 'session' })
    await first
    const other = approvals.request(ask({ tool: 'blender_undo' }), never)
    approvals.setPolicy({
      default: 'ask',
      rules: [{ client: null, token: 'made', tool: 'blender_undo', mode: 'deny' }],
    })
    expect(await other).toStrictEqual({ outcome: 'denied', by: 'policy', reason: '' })
    const again = approvals.request(ask(), never)
    expect(again).toBeInstanceOf(Promise)
    approvals.setPolicy({ default: 'allow', rules: [] })
    expect(await again).toStrictEqual({ outcome: 'allowed' })
  })

  it('let 20 requests of a session wait, and deny more', () => {
    const { approvals } = fixture()
    for (let i = 0; i < 20; i += 1) void approvals.request(ask(), never)
    const denied: Verdict = {
      outcome: 'denied',
      by: 'limit',
      reason: 'at most 20 requests of a session',
    }
    expect(approvals.request(ask(), never)).toStrictEqual(denied)
    expect(approvals.request(ask({ session: {} }), never)).toBeInstanceOf(Promise)
  })

  it('let 500 requests wait in all, of one user half of them, and deny more', () => {
    const { approvals } = fixture()
    const fill = (userId: string): unknown => {
      for (let i = 0; i < 250; i += 1) {
        expect(approvals.request(ask({ session: {}, userId }), never)).toBeInstanceOf(Promise)
      }
      return approvals.request(ask({ session: {}, userId }), never)
    }
    expect([fill('eve'), fill('local')]).toStrictEqual([
      { outcome: 'denied', by: 'limit', reason: 'at most 250 requests of user "eve"' },
      { outcome: 'denied', by: 'limit', reason: 'at most 250 requests of user "local"' },
    ])
    expect(approvals.request(ask({ session: {}, userId: 'bob' }), never)).toStrictEqual({
      outcome: 'denied',
      by: 'limit',
      reason: 'at most 500 requests of all users together',
    })
    expect(approvals.pending()).toHaveLength(500)
  })

  it('tell of what was refused without a question, by the policy and by the limit', () => {
    const { approvals } = fixture({
      default: 'ask',
      rules: [{ client: null, token: 'made', tool: 'blender_undo', mode: 'deny' }],
    })
    const refused: unknown[] = []
    approvals.events.on('refused', (what, refusal) => refused.push([what, refusal]))
    void approvals.request(ask({ tool: 'blender_undo' }), never)
    for (let i = 0; i < 21; i += 1) void approvals.request(ask(), never)
    expect(refused).toStrictEqual([
      [shown, { outcome: 'denied', by: 'policy', reason: '' }],
      [shown, { outcome: 'denied', by: 'limit', reason: 'at most 20 requests of a session' }],
    ])
  })
})

describe('what is allowed for a program, one hour', () => {
  const grant = {
    id: '["local","made","claude-code","blender_execute_code"]',
    userId: 'local',
    tokenId: 'made',
    program: 'Claude Code',
    tool: 'blender_execute_code',
    allowedUntil: 1_700_003_600,
  }
  /** Asks, and is allowed for the hour. */
  async function allowed(policy?: ApprovalPolicy) {
    const all = fixture(policy)
    const first = all.approvals.request(ask(), never)
    expect(all.approvals.answer({ id: 'a-1', answer: 'program' })).toBe(true)
    expect(await first).toStrictEqual({ outcome: 'allowed' })
    return all
  }
  const isAsked = (approvals: ReturnType<typeof fixture>['approvals'], request: ApprovalRequest): boolean =>
    approvals.request(request, never) instanceof Promise

  it('covers every window of it, what waits there too, and is listed', async () => {
    const { approvals, heard } = fixture()
    const first = approvals.request(ask(), never)
    const other = approvals.request(ask({ session: {} }), never)
    expect(approvals.answer({ id: 'a-1', answer: 'program' })).toBe(true)
    expect([await first, await other]).toStrictEqual([{ outcome: 'allowed' }, { outcome: 'allowed' }])
    expect(approvals.request(ask({ session: {} }), never)).toStrictEqual({ outcome: 'allowed' })
    expect(approvals.grants()).toStrictEqual([grant])
    expect(heard).toStrictEqual([
      'changed',
      'changed',
      'a-1 allowed',
      'Claude Code granted blender_execute_code',
      'a-2 allowed',
      'changed',
    ])
  })

  it.each<[string, Parameters<typeof ask>[0]]>([
    ['another tool', { tool: 'blender_undo' }],
    ['another program', { program: 'codex-mcp-client' }],
    ['a program without a name', { program: null }],
    ['another token', { tokenId: 'other' }],
    ["another user's bus", { userId: 'eve' }],
  ])('covers no more than was asked: %s', async (_, more) => {
    const { approvals } = await allowed()
    expect(isAsked(approvals, ask(more))).toBe(true)
  })

  it('ends after an hour of the steady clock', async () => {
    const { approvals, time, heard } = await allowed()
    time.wallMs += 100_000_000
    time.steadyMs = 3_599_999
    approvals.expire()
    expect(approvals.request(ask(), never)).toStrictEqual({ outcome: 'allowed' })
    expect(approvals.grants()).toStrictEqual([grant])
    time.steadyMs = 3_600_000
    expect(approvals.grants()).toStrictEqual([])
    heard.length = 0
    approvals.expire()
    expect(heard).toStrictEqual(['changed'])
    approvals.expire()
    expect(heard).toStrictEqual(['changed'])
    expect(isAsked(approvals, ask())).toBe(true)
  })

  it('is asked for again once it is taken back', async () => {
    const { approvals, heard } = await allowed()
    heard.length = 0
    expect(approvals.takeBack(grant.id)).toBe(true)
    expect(heard).toStrictEqual(['Claude Code no more blender_execute_code', 'changed'])
    expect(approvals.takeBack(grant.id)).toBe(false)
    expect(approvals.grants()).toStrictEqual([])
    expect(isAsked(approvals, ask())).toBe(true)
  })

  it('is asked for again once the policy is changed', async () => {
    const { approvals } = await allowed()
    approvals.setPolicy({ default: 'ask', rules: [] })
    expect(approvals.grants()).toStrictEqual([])
    expect(isAsked(approvals, ask())).toBe(true)
  })

  it.each<[{ tokenId: string; program?: string }, (typeof grant)[]]>([
    [{ tokenId: 'made' }, []],
    [{ tokenId: 'made', program: 'claude-code' }, []],
    [{ tokenId: 'other' }, [grant]],
    [{ tokenId: 'made', program: 'codex-mcp-client' }, [grant]],
  ])('is forgotten with its token or its program alone: %o', async (whose, left) => {
    const { approvals, heard } = await allowed()
    heard.length = 0
    approvals.forgetPrograms(whose)
    expect(approvals.grants()).toStrictEqual(left)
    expect(heard).toStrictEqual(left.length === 0 ? ['changed'] : [])
  })

  it('allows nothing that a rule denies', async () => {
    const { approvals } = await allowed({
      default: 'ask',
      rules: [
        {
          client: { userId: 'local', uuid: 'blender-2', tokenId: null, as: null },
          token: null,
          tool: null,
          mode: 'read-only',
        },
      ],
    })
    expect(approvals.request(ask({ target: 'blender-2' }), never)).toStrictEqual({
      outcome: 'denied',
      by: 'policy',
      reason: '',
    })
  })

  it('is no answer for a program without a name: it waits on', () => {
    const { approvals } = fixture()
    expect(isAsked(approvals, ask({ program: null }))).toBe(true)
    expect(approvals.answer({ id: 'a-1', answer: 'program' })).toBe(false)
    expect(approvals.pending().map(({ id }) => id)).toStrictEqual(['a-1'])
  })

  it('is allowed for an hour more where it is allowed again', async () => {
    const { approvals, time } = await allowed()
    time.steadyMs = 3_600_000
    time.wallMs += 3_600_000
    // The hour is over before the second that ends it.
    expect(isAsked(approvals, ask())).toBe(true)
    approvals.answer({ id: 'a-2', answer: 'program' })
    expect(approvals.grants()).toStrictEqual([{ ...grant, allowedUntil: 1_700_007_200 }])
  })

  it('is listed with the newest first', async () => {
    const { approvals } = await allowed()
    expect(isAsked(approvals, ask({ tool: 'blender_undo' }))).toBe(true)
    approvals.answer({ id: 'a-2', answer: 'program' })
    expect(approvals.grants().map(({ tool }) => tool)).toStrictEqual(['blender_undo', 'blender_execute_code'])
  })
})
