import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Approval, ApprovalsEvent } from '../../../src/shared/approvals.ts'
import type { TokenScope } from '../../../src/shared/tokens.ts'
import {
  call,
  register,
  startApp,
  type AppFixture,
  type PanelApi,
  type Plugged,
} from '../wire/app-fixture.ts'
import type { Inbox } from '../wire/inbox.ts'
import { openRawSession, type RawSession } from '../wire/raw-session.ts'
import { waitingApprovals } from '../wire/waiting-approvals.ts'

let app: AppFixture
let operator: PanelApi
let blender: Plugged
let llm: RawSession
let llmToken: string
let waiting: Inbox<ApprovalsEvent>

const place = { pid: 4711, hostname: 'studio' }

beforeEach(async () => {
  app = await startApp()
  operator = await app.operator()
  waiting = waitingApprovals(operator)
  blender = await app.connect('blender')
  await register(blender, 'blender-1', { is_persistent: true, label: 'Atelier', group_id: 'farm', ...place })
  const made = await tokenFor('model', ['bus', 'llm'])
  llmToken = made.id
  llm = await openRawSession({ port: app.port, token: made.token }, 'Model of a test')
})
afterEach(() => app.stop())

async function tokenFor(name: string, scopes: TokenScope[]): Promise<{ token: string; id: string }> {
  const made = await operator.tokens.create({ name, scopes })
  if (made.outcome === 'refused') throw new Error(made.message)
  return { token: made.token, id: made.info.id }
}

async function sessionOf(name: string, scopes: TokenScope[] = ['bus']): Promise<RawSession> {
  const { token } = await tokenFor(name, scopes)
  return openRawSession({ port: app.port, token }, name)
}

/** The one request that waits and is not `before`, once it does. */
async function theOne(before?: Approval): Promise<Approval> {
  const { pending } = await waiting.next(
    (event) => event.pending.length === 1 && event.pending[0]?.id !== before?.id,
  )
  return pending[0] as Approval
}
const allow = ({ id }: Approval) => operator.approvals.answer({ id, answer: 'once' })
const deny = ({ id }: Approval) => operator.approvals.answer({ id, answer: 'deny', reason: '' })

const script = { message_type: 'job_dispatch', job_id: 'job-1', script: 'print(1)', description: 'Count' }
const send = (more: object = {}) =>
  llm.call('blender_send_message', { payload: script, target_uuid: 'blender-1', ...more })
const scriptsAt = ({ messages }: Plugged) =>
  messages.all.filter(({ data }) => data.payload.script !== undefined)

describe('from_uuid is a claim', () => {
  it('and passes no block of the uuid that it names', async () => {
    const block = {
      kind: 'client',
      userId: 'local',
      subject: 'kicked',
      reason: 'Enough',
      blockSeconds: null,
    } as const
    await operator.blocks.add(block)
    const answer = await llm.call('blender_send_message', {
      ...{ payload: { message_type: 'chat' }, target_uuid: 'blender-1', from_uuid: 'kicked' },
    })
    expect(answer).toStrictEqual({
      status: 'error',
      error: 'blocked',
      message:
        'Client "kicked" was blocked by the operator: nothing was sent, and nobody may send under that uuid until the ' +
        'operator allows it (Enough). Stop reconnecting; ask the operator to lift the block.',
    })
  })

  it('and passes no rule for the uuid that it names, nor one for the session itself', async () => {
    const rule = (uuid: string) =>
      ({
        client: { userId: 'local', uuid, tokenId: null, as: null },
        token: null,
        tool: null,
        mode: 'deny',
      }) as const
    await operator.approvals.policy.set({ default: 'by_token', rules: [rule('kicked')] })
    expect(await send({ from_uuid: 'kicked' })).toMatchObject({ error: 'denied' })
    await llm.call('blender_register_client', { client_uuid: 'own', client_type: 'llm' })
    await operator.approvals.policy.set({ default: 'by_token', rules: [rule('own')] })
    expect(await send({ from_uuid: 'innocent' })).toMatchObject({ error: 'denied' })
  })

  it('and is shown as one to the person who is asked', async () => {
    const answer = send({ from_uuid: 'somebody' })
    const approval = await theOne()
    expect([approval.from, approval.claims]).toStrictEqual([null, 'somebody'])
    await deny(approval)
    await answer
  })
})

describe('a rule that allows a token one Blender', () => {
  beforeEach(async () => {
    await operator.approvals.policy.set({
      default: 'ask',
      rules: [
        {
          client: { userId: 'local', uuid: 'blender-1', tokenId: 'local', as: 'target' },
          token: llmToken,
          tool: null,
          mode: 'allow',
        },
      ],
    })
  })

  it('opens that one without a question', async () => {
    expect(await send()).toMatchObject({ status: 'ok', targets: ['blender-1'] })
  })

  it.each([
    ['a group', { target_uuid: undefined, group_id: 'farm' }],
    ['a type', { target_uuid: undefined, client_type: 'blender' }],
    ['a broadcast', { target_uuid: undefined }],
    ['its own address', { target_uuid: 'blender-2' }],
  ])('does not open another one by %s', async (_, address) => {
    const other = await app.connect('other')
    await register(other, 'blender-2', { group_id: 'farm' })
    const answer = send(address)
    await deny(await theOne())
    expect(await answer).toMatchObject({ error: 'denied' })
    expect([scriptsAt(blender), scriptsAt(other)]).toStrictEqual([[], []])
  })

  it('opens nothing to who registers as that one', async () => {
    await register(await app.connect('other'), 'blender-2')
    await call(blender, 'blender_unregister_client', { client_uuid: 'blender-1' })
    await llm.call('blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' })
    const answer = send({ target_uuid: 'blender-2' })
    await deny(await theOne())
    expect(await answer).toMatchObject({ error: 'denied' })
  })
})

describe('what a person allowed for a Blender that is away', () => {
  /** Allowed while `blender-1` is away, and in its mailbox. */
  const allowedWhileAway = async () => {
    const raw = await app.raw('blender')
    await raw.call('blender_register_client', {
      ...{ client_uuid: 'away', client_type: 'blender', is_persistent: true, ...place },
    })
    const answer = llm.call('blender_send_message', { payload: script, target_uuid: 'away' })
    await allow(await theOne())
    expect(await answer).toMatchObject({ status: 'ok', deliveries: { away: 'queued' } })
    return raw
  }
  const poll = async (session: RawSession) => {
    const { messages } = await session.call('blender_receive_messages', { client_uuid: 'away' })
    return (messages as { payload: { message_type: string } }[]).map(({ payload }) => payload.message_type)
  }

  it('reaches it when it is back in another session', async () => {
    await allowedWhileAway()
    const back = await app.raw('blender again')
    await back.call('blender_register_client', { client_uuid: 'away', client_type: 'blender', ...place })
    expect(await poll(back)).toStrictEqual(['job_dispatch'])
  })

  it.each([
    ['that is another process', { ...place, pid: 1 }],
    ['that does not say who it is', {}],
  ])('does not reach a program with its token and uuid %s', async (_, who) => {
    await allowedWhileAway()
    const thief = await app.raw('thief')
    await thief.call('blender_register_client', { client_uuid: 'away', client_type: 'blender', ...who })
    expect(await poll(thief)).toStrictEqual([])
    expect(await llm.call('blender_get_job', { job_id: 'job-1' })).toMatchObject({
      status: 'failed',
      error:
        'Another program has taken the place of "away" since a person allowed this, and was not given it. ' +
        'Send it again: the person is then asked about the one that is there now.',
    })
  })

  it('does not reach a program of another token', async () => {
    const raw = await allowedWhileAway()
    await raw.end()
    const thief = await sessionOf('thief')
    await thief.call('blender_register_client', { client_uuid: 'away', client_type: 'blender', ...place })
    expect(await poll(thief)).toStrictEqual([])
    expect(await llm.call('blender_get_job', { job_id: 'job-1' })).toMatchObject({ status: 'failed' })
  })
})

describe('a mailbox whose client is away', () => {
  it('keeps what a person allowed from who reads it without registering, and gives it to its client', async () => {
    const first = await app.raw('blender')
    const uuid = { client_uuid: 'away', client_type: 'blender', is_persistent: true, ...place }
    await first.call('blender_register_client', uuid)
    await first.end()
    const answer = llm.call('blender_send_message', { payload: script, target_uuid: 'away' })
    await allow(await theOne())
    expect(await answer).toMatchObject({ status: 'ok' })
    await llm.call('blender_send_message', { payload: { message_type: 'chat' }, target_uuid: 'away' })
    const reader = await app.raw('reader')
    const read = async (session: RawSession) => {
      const { messages } = await session.call('blender_receive_messages', { client_uuid: 'away' })
      return (messages as { payload: { message_type: string } }[]).map(({ payload }) => payload.message_type)
    }
    expect(await read(reader)).toStrictEqual(['chat'])
    const back = await app.raw('blender again')
    await back.call('blender_register_client', uuid)
    expect(await read(back)).toStrictEqual(['job_dispatch'])
  })
})

describe('a live client whose uuid another token wants', () => {
  const take = (session: RawSession) =>
    session.call('blender_register_client', { client_uuid: 'blender-1', client_type: 'blender' })

  it('keeps it where the person says no, and hears that it lost it where they say yes', async () => {
    const answer = take(llm)
    const approval = await theOne()
    expect(approval).toMatchObject({
      tool: 'blender_unregister_client',
      title: 'Take the uuid of a client of another session',
      targets: [{ uuid: 'blender-1', name: 'Atelier', host: 'studio' }],
    })
    await deny(approval)
    expect(await answer).toMatchObject({ status: 'error', error: 'denied' })
    const again = take(llm)
    await allow(await theOne(approval))
    expect(await again).toMatchObject({ status: 'ok' })
    const { data } = await blender.messages.next(
      ({ data }) => data.payload.message_type === 'client_unregistered',
    )
    expect(data.payload).toStrictEqual({
      message_type: 'client_unregistered',
      reason: 'Another session has registered this uuid.',
      by: 'another program',
      blocked_until: null,
    })
  })

  it('keeps it where the policy asks nobody and denies', async () => {
    const rule = { client: null, token: llmToken, tool: null, mode: 'read-only' } as const
    await operator.approvals.policy.set({ default: 'by_token', rules: [rule] })
    expect(await take(llm)).toMatchObject({ status: 'error', error: 'denied' })
    expect(await call(blender, 'blender_receive_messages', { client_uuid: 'blender-1' })).toMatchObject({
      structured: { status: 'ok' },
    })
  })

  it('loses it to its own token at once, and is told', async () => {
    expect(await take(await app.raw('twin'))).toMatchObject({ status: 'ok' })
    const { data } = await blender.messages.next(
      ({ data }) => data.payload.message_type === 'client_replaced',
    )
    expect(data.payload).toMatchObject({ reason: 'Another session has registered this uuid.' })
    expect(waiting.all.flatMap(({ pending }) => pending)).toStrictEqual([])
  })
})

describe('work in any spelling', () => {
  it.each([
    [{ message_type: '\u001cjob_dispatch', script: 'x' }],
    [{ message_type: ['', 'job_dispatch'], script: 'x' }],
    [{ message_type: 'job_di\u017fpatch', script: 'x' }],
    [{ message_type: 'job_cancel', job_id: 'x' }],
    [{ script: 'x' }],
  ])('waits for a person: %j', async (payload) => {
    const answer = send({ payload })
    await deny(await theOne())
    expect(await answer).toMatchObject({ status: 'error', error: 'denied' })
  })

  it('is not what says exactly that it only tells', async () => {
    for (const payload of [{ message_type: 'ping' }, { kind: 'job_update' }, { message_type: 'chat' }]) {
      expect(await send({ payload })).toMatchObject({ status: 'ok' })
    }
    for (const message_type of ['client_unregistered', 'client_replaced']) {
      expect(await send({ payload: { message_type } })).toMatchObject({ error: 'reserved_message' })
    }
  })
})
