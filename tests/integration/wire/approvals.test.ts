import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Approval, ApprovalsEvent } from '../../../src/shared/approvals.ts'
import { call, register, startApp, type AppFixture, type PanelApi, type Plugged } from './app-fixture.ts'
import type { Inbox } from './inbox.ts'
import { openRawSession, type RawSession } from './raw-session.ts'
import { waitingApprovals } from './waiting-approvals.ts'

let app: AppFixture
let operator: PanelApi
let blender: Plugged
let llm: RawSession
let tokenId: string
let waiting: Inbox<ApprovalsEvent>
/** Milliseconds that the server's clocks are ahead. */
let aheadMs = 0

beforeEach(async () => {
  aheadMs = 0
  app = await startApp()
  await app.stopAlone()
  await app.startAgain({
    clocks: {
      wall: () => Date.now() + aheadMs,
      steady: () => performance.timeOrigin + performance.now() + aheadMs,
    },
  })
  operator = await app.operator()
  waiting = waitingApprovals(operator)
  blender = await app.connect('blender')
  await register(blender, 'blender-1', {
    ...{ is_persistent: true, label: 'Atelier 1', group_id: 'farm', pid: 4711, hostname: 'studio' },
  })
  const made = await operator.tokens.create({ name: 'model', scopes: ['bus', 'llm'] })
  if (made.outcome === 'refused') throw new Error(made.message)
  tokenId = made.info.id
  llm = await openRawSession({ port: app.port, token: made.token }, 'Model of a test')
})
afterEach(() => app.stop())

/** The one request that waits, once it does. */
async function theOne(): Promise<Approval> {
  const { pending } = await waiting.next((event) => event.pending.length === 1)
  return pending[0] as Approval
}
const nothingWaits = () => waiting.next(({ pending }) => pending.length === 0)
const commandsAtBlender = () =>
  blender.messages.all.filter(({ data }) => String(data.payload.message_type).endsWith('_dispatch'))
const finish = async (result = '42') => {
  const { data } = await blender.messages.next(({ data: { payload } }) =>
    String(payload.message_type).endsWith('_dispatch'),
  )
  await call(blender, 'blender_job_update', { job_id: data.job_id, status: 'completed', result })
}
const run = (code: string) => llm.call('blender_execute_code', { code, description: 'Count' })
const script = (more: object = {}) => ({
  payload: { message_type: 'job_dispatch', job_id: 'job-1', script: 'print(1)', description: 'Count to one' },
  target_uuid: 'blender-1',
  ...more,
})

describe('code from a token made for an LLM program', () => {
  it('is shown to a person with who, where and what, and runs once when it is allowed once', async () => {
    const answer = run('print(42)')
    const approval = await theOne()
    const text = expect.any(String) as string
    expect(approval).toStrictEqual({
      id: text,
      userId: 'local',
      from: { uuid: expect.stringMatching(/^llm-/) as string, name: 'Model of a test' },
      claims: null,
      program: 'Model of a test 1.0',
      programTitle: 'Model of a test',
      tokenId,
      tokenName: 'model',
      address: '127.0.0.1',
      tool: 'blender_execute_code',
      title: 'Count',
      code: 'print(42)',
      codeKind: 'python',
      codeLength: 9,
      routing: { type: 'direct', target_uuid: 'blender-1' },
      targets: [{ uuid: 'blender-1', name: 'Atelier 1', host: 'studio' }],
      targetCount: 1,
      again: false,
      askedAt: approval.askedAt,
      deniedAt: approval.askedAt + 120,
    })
    expect(commandsAtBlender()).toStrictEqual([])
    expect(await operator.approvals.answer({ id: approval.id, answer: 'once' })).toStrictEqual({
      outcome: 'answered',
    })
    await finish()
    expect(await answer).toMatchObject({ status: 'completed', target_uuid: 'blender-1', result: '42' })
    expect(await operator.approvals.answer({ id: approval.id, answer: 'once' })).toStrictEqual({
      outcome: 'gone',
    })

    await nothingWaits()
    void run('print(43)').catch(() => undefined)
    expect((await theOne()).code).toBe('print(43)')
    expect(commandsAtBlender()).toHaveLength(1)
  })

  it('runs without another question once it is allowed for the session, in that session alone', async () => {
    const answer = run('1')
    await operator.approvals.answer({ id: (await theOne()).id, answer: 'session' })
    await finish()
    await answer
    await nothingWaits()
    const again = run('2')
    await finish('2')
    expect(await again).toMatchObject({ status: 'completed', result: '2' })
    void llm.call('blender_undo').catch(() => undefined)
    expect((await theOne()).tool).toBe('blender_undo')
  })

  it('runs in every window of its program for an hour once it is allowed for the program', async () => {
    const made = await operator.tokens.create({ name: 'claude', scopes: ['bus', 'llm'] })
    if (made.outcome === 'refused') throw new Error(made.message)
    const open = (name: string) => openRawSession({ port: app.port, token: made.token }, name)
    const window = await open('claude-code')
    const answer = window.call('blender_execute_code', { code: '1' })
    const approval = await theOne()
    expect(approval).toMatchObject({ program: 'Claude Code 1.0', programTitle: 'Claude Code' })
    await operator.approvals.answer({ id: approval.id, answer: 'program' })
    await finish('1')
    await answer
    const { grants } = await waiting.next((event) => event.grants.length === 1)
    const [grant] = grants
    expect(grant).toStrictEqual({
      id: expect.any(String) as string,
      userId: 'local',
      tokenId: made.info.id,
      program: 'Claude Code',
      tool: 'blender_execute_code',
      allowedUntil: expect.any(Number) as number,
    })

    // A window that is opened later, and another program with the same token.
    await window.end()
    const later = await open('claude-code')
    const again = later.call('blender_execute_code', { code: '2' })
    await finish('2')
    expect(await again).toMatchObject({ status: 'completed', result: '2' })
    const other = await open('codex-mcp-client')
    void other.call('blender_execute_code', { code: '3' }).catch(() => undefined)
    const others = await theOne()
    expect(others.programTitle).toBe('Codex')
    await operator.approvals.answer({ id: others.id, answer: 'deny', reason: '' })
    await nothingWaits()

    expect(await operator.approvals.takeBack({ id: grant?.id ?? '' })).toStrictEqual({ takenBack: true })
    expect(await operator.approvals.takeBack({ id: grant?.id ?? '' })).toStrictEqual({ takenBack: false })
    void later.call('blender_execute_code', { code: '4' }).catch(() => undefined)
    expect((await theOne()).code).toBe('4')
    const lines = async () => {
      const { entries } = await operator.activity.list({
        kinds: ['program_allowed', 'program_allowance_ended'],
      })
      return entries.toReversed().map(({ kind, by, text }) => [kind, by, text])
    }
    const what = `blender_execute_code for Claude Code with token ${made.info.id}`
    const until = new Date((grant?.allowedUntil ?? 0) * 1000).toISOString()
    await expect.poll(lines).toStrictEqual([
      ['program_allowed', 'operator', `${what}, until ${until}`],
      ['program_allowance_ended', 'operator', `${what}, taken back`],
    ])
  })

  it.each([
    ['unregistered', null],
    ['blocked', 60],
  ])('is asked again for a program that was allowed an hour and was then %s', async (_, blockSeconds) => {
    const answer = run('1')
    const { id, from } = await theOne()
    await operator.approvals.answer({ id, answer: 'program' })
    await finish('1')
    await answer
    await waiting.next(({ grants }) => grants.length === 1)
    const client = { userId: 'local', uuid: from?.uuid ?? '' }
    await operator.clients.unregister({ clients: [client], reason: '', blockSeconds, scope: 'program' })
    expect(await waiting.next(({ grants }) => grants.length === 0)).toMatchObject({ pending: [] })
  })

  it('is asked again for a program whose token was revoked within its hour', async () => {
    const answer = run('1')
    await operator.approvals.answer({ id: (await theOne()).id, answer: 'program' })
    await finish('1')
    await answer
    await waiting.next(({ grants }) => grants.length === 1)
    await operator.tokens.revoke({ id: tokenId })
    expect(await waiting.next(({ grants }) => grants.length === 0)).toMatchObject({ pending: [] })
  })

  it('is answered failed, with the reason, where it is denied', async () => {
    const answer = run('import os')
    await operator.approvals.answer({ id: (await theOne()).id, answer: 'deny', reason: 'No files, please' })
    expect(await answer).toStrictEqual({
      status: 'failed',
      job_id: expect.any(String) as string,
      target_uuid: 'blender-1',
      result: '',
      error:
        'The operator denied it: No files, please. Nothing was run. Do not send it again unchanged; ask the person ' +
        'what they want instead.',
      duration_ms: expect.any(Number) as number,
    })
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('is denied when nobody answers for 120 seconds', async () => {
    const answer = run('1')
    await theOne()
    aheadMs = 121_000
    expect(await answer).toMatchObject({
      status: 'failed',
      error: 'approval_timeout',
      message:
        'Nobody answered within 120 s, so it was not allowed. Nothing was run. Ask the person at the Busbar panel to ' +
        'look at Approvals, then try again.',
    })
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('is withdrawn when its caller cancels', async () => {
    void llm.post({
      jsonrpc: '2.0',
      id: 900,
      method: 'tools/call',
      params: { name: 'blender_undo', arguments: {} },
    })
    const { id } = await theOne()
    await llm.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 900 } })
    await nothingWaits()
    expect(await operator.approvals.answer({ id, answer: 'once' })).toStrictEqual({ outcome: 'gone' })
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('is withdrawn when its session ends', async () => {
    void run('1').catch(() => undefined)
    await theOne()
    await llm.end()
    await nothingWaits()
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('is answered no_target when its Blender leaves', async () => {
    const answer = run('1')
    await theOne()
    await call(blender, 'blender_unregister_client', { client_uuid: 'blender-1' })
    expect(await answer).toMatchObject({
      status: 'no_target',
      error: '"blender-1" left before anybody allowed it. Nothing was run.',
    })
    await nothingWaits()
  })

  it('runs once where the same call was sent twice', async () => {
    const twice = ['1', '2'].map(() => llm.call('blender_execute_code', { code: '1', job_id: 'mine' }))
    const { id } = await theOne()
    await operator.approvals.answer({ id, answer: 'once' })
    await finish()
    const answers = await Promise.all(twice)
    const [command] = commandsAtBlender()
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'completed', job_id: command?.data.job_id })
    }
    expect(commandsAtBlender()).toHaveLength(1)
  })
})

describe('a bare message that makes somebody work', () => {
  it('waits as a tool does, and is sent when it is allowed', async () => {
    const answer = llm.call('blender_send_message', script())
    const approval = await theOne()
    expect(approval).toMatchObject({
      from: null,
      tool: 'blender_execute_code',
      title: 'Count to one',
      code: 'print(1)',
      codeKind: 'python',
    })
    await operator.approvals.answer({ id: approval.id, answer: 'once' })
    expect(await answer).toMatchObject({ status: 'ok', job_id: 'job-1', targets: ['blender-1'] })
    await finish()
  })

  it.each([
    ['a command', { message_type: 'command_dispatch', command: 'open_file', params: { path: '/a' } }, {}],
    ['a command for a group', { message_type: 'command_dispatch', command: 'undo' }, { group_id: 'farm' }],
    ['a script for all', { message_type: 'job_dispatch', script: 'x' }, {}],
    [
      'a command that is no name',
      { message_type: 'command_dispatch', command: ['ping'] },
      { client_type: 'blender' },
    ],
    [
      'a command that is nothing that has a text',
      { message_type: 'command_dispatch', command: { toString: null, valueOf: null } },
      {},
    ],
    ['a script that is spelt another way', { message_type: ' JOB_dispatch\n', script: 'x' }, {}],
    ['a script in a list', { message_type: [['job_dispatch']], script: 'x' }, {}],
    ['a script that calls itself a ping', { message_type: 'job_dispatch', command: 'ping', script: 'x' }, {}],
  ])('%s is refused with `denied`', async (_, payload, address) => {
    const answer = llm.call('blender_send_message', { payload, ...address })
    await operator.approvals.answer({ id: (await theOne()).id, answer: 'deny', reason: '' })
    expect(await answer).toStrictEqual({
      status: 'error',
      error: 'denied',
      message:
        'The operator denied it. Nothing was run. Do not send it again unchanged; ask the person what they want instead.',
    })
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('is refused with `approval_timeout` when nobody answers', async () => {
    const answer = llm.call('blender_send_message', script())
    await theOne()
    aheadMs = 121_000
    expect(await answer).toMatchObject({ status: 'error', error: 'approval_timeout' })
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('goes to the Blender that a person saw, whoever is the latest by then', async () => {
    const answer = llm.call('blender_send_message', script({ target_uuid: 'latest' }))
    const { id } = await theOne()
    const newer = await app.connect('newer')
    await register(newer, 'blender-2')
    await operator.approvals.answer({ id, answer: 'once' })
    expect(await answer).toMatchObject({ status: 'ok', targets: ['blender-1'] })
  })

  it('goes to those of a group whom a person saw, and not to who joined since', async () => {
    const answer = llm.call('blender_send_message', script({ target_uuid: undefined, group_id: 'farm' }))
    const { id, targets } = await theOne()
    expect(targets).toStrictEqual([{ uuid: 'blender-1', name: 'Atelier 1', host: 'studio' }])
    const joined = await app.connect('joined')
    await register(joined, 'blender-2', { group_id: 'farm' })
    await operator.approvals.answer({ id, answer: 'once' })
    expect(await answer).toMatchObject({ status: 'ok', targets: ['blender-1'] })
    await finish()
    expect(joined.messages.all.filter(({ data }) => data.payload.script !== undefined)).toStrictEqual([])
  })

  it('goes to a Blender that lost its connection and is back', async () => {
    const answer = llm.call('blender_send_message', script())
    const { id } = await theOne()
    blender = await app.connect('the same again')
    await register(blender, 'blender-1', { label: 'Atelier 1', pid: 4711, hostname: 'studio' })
    await operator.approvals.answer({ id, answer: 'once' })
    expect(await answer).toMatchObject({ status: 'ok', targets: ['blender-1'] })
    await finish()
  })

  it.each(['started anew', 'of another token'])(
    'does not go to a program that took the uuid over before a person has seen it: %s',
    async (which) => {
      const [message, tool] = [llm.call('blender_send_message', script()), run('1')]
      const { pending } = await waiting.next((event) => event.pending.length === 2)
      if (which === 'started anew') await register(blender, 'blender-1', { pid: 4712 })
      else {
        const made = await operator.tokens.create({ name: 'other', scopes: ['bus'] })
        if (made.outcome === 'refused') throw new Error(made.message)
        const other = await openRawSession({ port: app.port, token: made.token }, 'other')
        await other.call('blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' })
      }
      for (const { id } of pending) await operator.approvals.answer({ id, answer: 'once' })
      const again = await waiting.next(
        ({ pending }) => pending.length === 2 && pending.every((each) => each.again),
      )
      for (const { id } of again.pending) await operator.approvals.answer({ id, answer: 'deny', reason: '' })
      expect(await message).toMatchObject({ status: 'error', error: 'denied' })
      expect(await tool).toMatchObject({ status: 'failed' })
      expect(commandsAtBlender()).toStrictEqual([])
    },
  )

  it('shows all of a payload that says more than its kind has to', async () => {
    const payload = { message_type: 'job_dispatch', script: 'pass', code: 'evil()' }
    void llm.call('blender_send_message', script({ payload })).catch(() => undefined)
    expect(await theOne()).toMatchObject({
      codeKind: 'json',
      code: '{\n  "script": "pass",\n  "code": "evil()"\n}',
    })
  })

  it('passes without a question where it makes nobody work', async () => {
    expect(
      await llm.call('blender_send_message', {
        payload: { message_type: 'chat', hello: 1 },
        target_uuid: 'blender-1',
      }),
    ).toMatchObject({
      status: 'ok',
    })
  })
})

describe('taking a client of another session off the bus', () => {
  const remove = () => llm.call('blender_unregister_client', { client_uuid: 'blender-1' })

  it('waits for a person, who is shown whom it is about', async () => {
    const answer = remove()
    const approval = await theOne()
    expect(approval).toMatchObject({
      tool: 'blender_unregister_client',
      title: 'Unregister a client of another session',
      code: '{\n  "client_uuid": "blender-1"\n}',
      codeKind: 'json',
      targets: [{ uuid: 'blender-1', name: 'Atelier 1', host: 'studio' }],
    })
    await operator.approvals.answer({ id: approval.id, answer: 'deny', reason: '' })
    expect(await answer).toMatchObject({ status: 'error', error: 'denied' })
    const again = remove()
    await waiting.next(({ pending }) => pending.length === 1 && pending[0]?.id !== approval.id)
    const [{ id } = { id: '' }] = waiting.all.at(-1)?.pending ?? []
    await operator.approvals.answer({ id, answer: 'once' })
    expect(await again).toStrictEqual({ status: 'ok', client_uuid: 'blender-1' })
  })

  it('is denied to a session that may only read, and its own it may take off', async () => {
    const rule = { client: null, token: tokenId, tool: null, mode: 'read-only' } as const
    await operator.approvals.policy.set({ default: 'by_token', rules: [rule] })
    expect(await remove()).toMatchObject({ status: 'error', error: 'denied' })
    await llm.call('blender_register_client', { client_uuid: 'own', client_type: 'llm' })
    expect(await llm.call('blender_unregister_client', { client_uuid: 'own' })).toStrictEqual({
      status: 'ok',
      client_uuid: 'own',
    })
    expect(await llm.call('blender_unregister_client', { client_uuid: 'nobody' })).toStrictEqual({
      status: 'not_found',
      client_uuid: 'nobody',
    })
  })
})

describe('without a question', () => {
  it('a tool that reads runs', async () => {
    const answer = llm.call('blender_get_scene_info')
    await finish('"scene"')
    expect(await answer).toMatchObject({ status: 'completed', result: 'scene' })
  })

  it('a bare command that reads is sent', async () => {
    const payload = { message_type: 'command_dispatch', command: 'ping', params: {} }
    expect(await llm.call('blender_send_message', { payload, target_uuid: 'blender-1' })).toMatchObject({
      status: 'ok',
    })
  })

  it('the local token changes what it wants', async () => {
    const local = await app.raw('local')
    const answer = local.call('blender_execute_code', { code: '1' })
    await finish()
    expect(await answer).toMatchObject({ status: 'completed' })
    expect(await local.call('blender_send_message', script())).toMatchObject({ status: 'ok' })
    expect(waiting.all.flatMap(({ pending }) => pending)).toStrictEqual([])
  })
})

describe('the policy', () => {
  it('makes the local token ask, and is there again after a restart', async () => {
    await operator.approvals.policy.set({ default: 'ask', rules: [] })
    const local = await app.raw('local')
    void local.call('blender_execute_code', { code: '1' }).catch(() => undefined)
    expect(await theOne()).toMatchObject({ tokenId: 'local' })
    await app.restart()
    expect(await (await app.operator()).approvals.policy.get()).toStrictEqual({ default: 'ask', rules: [] })
  })

  it('denies at once what a rule denies, whichever way it comes', async () => {
    const rule = { client: null, token: tokenId, tool: null, mode: 'read-only' } as const
    await operator.approvals.policy.set({ default: 'by_token', rules: [rule] })
    const error =
      'The operator’s policy does not allow it for this client, token or tool. Nothing was run. Ask the person at the ' +
      'Busbar panel.'
    expect(await run('1')).toMatchObject({ status: 'failed', error })
    expect(await llm.call('blender_send_message', script())).toStrictEqual({
      status: 'error',
      error: 'denied',
      message: error,
    })
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('lets everybody work where the program was started with `allow`', async () => {
    await app.stopAlone()
    await app.startAgain({ approvals: 'allow' })
    operator = await app.operator()
    expect(await operator.approvals.policy.get()).toStrictEqual({ default: 'allow', rules: [] })
    blender = await app.connect('blender')
    await register(blender, 'blender-1')
    const made = await operator.tokens.create({ name: 'second-model', scopes: ['llm'] })
    if (made.outcome === 'refused') throw new Error(made.message)
    llm = await openRawSession({ port: app.port, token: made.token }, 'Model of a test')
    const answer = run('1')
    await finish()
    expect(await answer).toMatchObject({ status: 'completed' })
  })

  it('is asked again by a call whose server was stopped while it waited: nothing was run', async () => {
    void run('1').catch(() => undefined)
    await theOne()
    await app.restart()
    operator = await app.operator()
    const watch = await operator.approvals.watch({ watchId: 'again' })
    expect(((await watch.next()).value as ApprovalsEvent).pending).toStrictEqual([])
    expect(commandsAtBlender()).toStrictEqual([])
  })

  it('is what the program was started with, for every token', async () => {
    await app.stopAlone()
    await app.startAgain({ approvals: 'ask' })
    expect(await (await app.operator()).approvals.policy.get()).toStrictEqual({ default: 'ask', rules: [] })
  })
})

describe('the history', () => {
  const lines = async () => {
    const { entries } = await operator.activity.list({
      kinds: ['approval_allowed', 'approval_denied', 'policy_set'],
    })
    return entries
      .toReversed()
      .map(({ kind, userId, by, text, count }) => ({ kind, userId, by, text, count }))
  }
  const asked = 'Model of a test asked Atelier 1 for blender_execute_code, Count'

  it('has what a person said, and what the clock and the policy did', async () => {
    const first = run('1')
    await operator.approvals.answer({ id: (await theOne()).id, answer: 'once' })
    await finish()
    await first
    await nothingWaits()
    const second = run('2')
    await operator.approvals.answer({ id: (await theOne()).id, answer: 'deny', reason: 'Not now' })
    await second
    await nothingWaits()
    const readOnly = { client: null, token: tokenId, tool: null, mode: 'read-only' } as const
    await operator.approvals.policy.set({ default: 'by_token', rules: [readOnly] })
    await run('3')
    await run('4')
    await operator.approvals.policy.set({ default: 'by_token', rules: [] })
    const last = run('5')
    await theOne()
    aheadMs += 121_000
    await last
    const line = (more: object) => ({ userId: 'local', by: 'operator', count: 1, ...more })
    await expect
      .poll(async () => (await lines()).reduce((sum, { count }) => sum + count, 0), { timeout: 10_000 })
      .toBe(7)
    const found = await lines()
    const isPolicys = ({ text }: { text: string }) => text === `${asked}: denied by the policy`
    expect(found.filter((each) => !isPolicys(each))).toStrictEqual([
      line({ kind: 'approval_allowed', text: `${asked}: allowed` }),
      line({ kind: 'approval_denied', text: `${asked}: denied: Not now` }),
      line({ kind: 'policy_set', userId: '', text: 'Default by_token, 1 rule' }),
      line({ kind: 'policy_set', userId: '', text: 'Default by_token, 0 rules' }),
      line({ kind: 'approval_denied', by: 'server', text: `${asked}: denied, because nobody answered` }),
    ])
    // One line with a count where both came within one batch.
    expect(found.filter(isPolicys).reduce((sum, { count }) => sum + count, 0)).toBe(2)
  })
})
