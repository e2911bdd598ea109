/**
 * A panel that was opened with one user's token. Whatever it is refused or does not see, the operator's panel is then
 * shown or does by the same call: nothing here holds because there is nothing to see.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { isContractProcedure } from '@orpc/contract'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { LogEntry, LogEvent, LogPage } from '../../../src/shared/activity.ts'
import { panelContract } from '../../../src/shared/panel-contract.ts'
import { pictureAnswer, pngPicture } from '../../fixtures/picture.ts'
import {
  buckets,
  call,
  register,
  startApp,
  type AppFixture,
  type PanelApi,
  type Plugged,
} from '../wire/app-fixture.ts'
import { openRawSession, type RawSession } from '../wire/raw-session.ts'

/** What other users have, each of it with `secret` in its name. */
interface World {
  local: Plugged
  /** What `local` asked for and a person has not answered; settles with the tool's answer. */
  waits: ReturnType<typeof call>
  approvalId: string
  /** Two programs of the local user that send the same failing call again and again. */
  looping: string
  paused: string
  /** What a program of the local user is allowed for an hour. */
  grantId: string
  blockId: string
  /** A message of the log, to the local user's client. */
  logId: number
}

const secretClient = { userId: 'local', uuid: 'secret-uuid' }
const runningJob = { userId: 'local', jobId: 'secret-running' }
const endedJob = { userId: 'local', jobId: 'secret-ended' }
const eveClient = { userId: 'eve', uuid: 'eve-uuid' }

let app: AppFixture
let operator: PanelApi
let eve: PanelApi
let world: World
let endEve: () => void
let eveToken: string
let eveTokenId: string

beforeEach(async () => {
  app = await startApp()
  operator = await app.operator()
  world = await populate()
  const made = await operator.tokens.create({ name: 'eve', userId: 'eve', scopes: ['bus', 'panel'] })
  if (made.outcome === 'refused') throw new Error(made.message)
  eveToken = made.token
  eveTokenId = made.info.id
  const session = await openRawSession({ port: app.port, token: made.token }, 'eve')
  await session.call('blender_register_client', { client_uuid: eveClient.uuid, client_type: 'llm' })
  const socket = new WebSocket(`ws://127.0.0.1:${String(app.port)}/panel/socket`, [
    'busbar.panel.v1',
    `busbar.key.${made.token}`,
  ])
  await new Promise((resolve) => socket.once('open', resolve))
  eve = createORPCClient<PanelApi>(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
  endEve = () => socket.close()
  // The log is written in batches.
  await vi.waitFor(async () => {
    const { entries } = await operator.activity.list({ userId: 'eve' })
    expect(entries.map(({ client }) => client)).toContain(eveClient.uuid)
  }, 5_000)
})
afterEach(async () => {
  endEve()
  await app.stop()
})

/** A Blender of the local user with a job that ended, one that waits, and a picture; a block, a rule and a request. */
async function populate(): Promise<World> {
  const local = await app.connect('local')
  await register(local, secretClient.uuid, { label: 'secret-label' })
  const dispatch = (job_id: string) =>
    call(local, 'blender_send_message', {
      payload: { message_type: 'job_dispatch', job_id, script: 'secret-script', description: 'secret-title' },
      target_uuid: secretClient.uuid,
    })
  const taken = operator.pictures.take({ client: secretClient, maxSize: 480 })
  const request = await local.messages.next()
  await call(local, 'blender_job_update', {
    job_id: request.data.job_id,
    status: 'completed',
    result: pictureAnswer(pngPicture(32, 20), { note: 'secret-note' }),
  })
  expect((await taken).outcome).toBe('taken')
  await dispatch(endedJob.jobId)
  await call(local, 'blender_job_update', {
    job_id: endedJob.jobId,
    status: 'completed',
    result: 'secret-result',
  })
  await dispatch(runningJob.jobId)
  const block = (subject: string) =>
    operator.blocks.add({ kind: 'client', userId: 'local', subject, reason: '', blockSeconds: null })
  const { id: blockId } = await block('secret-block')
  await block('other-secret-block')
  await operator.approvals.policy.set({
    default: 'ask',
    rules: [{ client: { userId: 'local', uuid: 'secret-rule' }, token: null, tool: null, mode: 'deny' }],
  })
  const looping = await loop('secret-loop')
  const paused = await loop('secret-wild')
  const grantId = await allowForAnHour()
  const waits = dispatch('secret-waiting')
  // A test that leaves it waiting ends before it is answered.
  waits.catch(() => undefined)
  const approvalId = await vi.waitFor(async () => {
    const { pending } = await firstOf(operator.approvals.watch({ watchId: crypto.randomUUID() }))
    const [approval] = pending
    if (approval === undefined) throw new Error('The request has not arrived yet.')
    return approval.id
  })
  await operator.pauses.pause(secretClient)
  const logId = await vi.waitFor(async () => {
    const { entries } = await operator.activity.list({ userId: 'local', kinds: ['message'] })
    const [entry] = entries
    if (entry === undefined) throw new Error('No message is in the log yet.')
    return entry.id
  })
  return { local, waits, approvalId, grantId, looping, paused, blockId, logId }
}

/** A program of the local user sends the same failing call until a person is told of it; what it is told of as. */
async function loop(name: string): Promise<string> {
  const session = await openRawSession({ port: app.port, token: app.token }, name)
  for (let times = 0; times < 5; times += 1) await session.call('blender_get_job', { job_id: 'none' })
  const list = await firstOf(operator.troubles.watch({ watchId: crypto.randomUUID() }))
  return list.find((trouble) => trouble.name === name)?.program ?? expect.fail('It is not named.')
}

/** A program of the local user asks to undo something, and a person allows it for an hour; the id of that. */
async function allowForAnHour(): Promise<string> {
  const session = await openRawSession({ port: app.port, token: app.token }, 'secret-program')
  void session.call('blender_undo', { target: secretClient.uuid }).catch(() => undefined)
  const watched = () => firstOf(operator.approvals.watch({ watchId: crypto.randomUUID() }))
  const asked = await vi.waitFor(async () => {
    const [approval] = (await watched()).pending
    if (approval === undefined) throw new Error('The request has not arrived yet.')
    return approval.id
  })
  await operator.approvals.answer({ id: asked, answer: 'program' })
  const [grant] = (await watched()).grants
  if (grant === undefined) throw new Error('Nothing is allowed.')
  return grant.id
}

/** The first event of a watch, which then ends. */
async function firstOf<Event>(watch: Promise<AsyncIterable<Event>>): Promise<Event> {
  for await (const event of await watch) return event
  throw new Error('The watch ended before its first event.')
}

/** Whose clients a stretch of the log is about, and what it calls them. */
function subjectsOf({ entries, names }: Pick<LogPage, 'entries' | 'names'>) {
  return {
    clients: [...new Set(entries.map(({ userId, client }) => `${userId}/${client}`))].toSorted(),
    names,
  }
}

type Ask = (api: PanelApi) => Promise<unknown>

const watchId = 'w'
const none = { clients: [], names: {} }
const own = { clients: ['eve/', 'eve/eve-uuid'], names: {} }

/** What a procedure shows Eve; it shows the operator more. */
const looks: Record<string, { ask: Ask; eve: unknown }[]> = {
  'clients.watch': [
    {
      ask: async (api) => {
        const event = await firstOf(api.clients.watch({ watchId }))
        return event.type === 'snapshot' && event.clients.map(({ key }) => key)
      },
      eve: ['eve\u001feve-uuid'],
    },
  ],
  'clients.inspect': [
    { ask: (api) => firstOf(api.clients.inspect({ watchId, client: secretClient })), eve: null },
  ],
  'jobs.watch': [
    {
      ask: async (api) => {
        const event = await firstOf(api.jobs.watch({ watchId }))
        return event.type === 'snapshot' && event.jobs
      },
      eve: [],
    },
  ],
  'jobs.detail': [{ ask: (api) => api.jobs.detail(endedJob), eve: null }],
  'jobs.text': [{ ask: (api) => api.jobs.text({ ...endedJob, part: 'result' }), eve: null }],
  'pictures.last': [{ ask: (api) => api.pictures.last(secretClient), eve: null }],
  'pauses.watch': [{ ask: (api) => firstOf(api.pauses.watch({ watchId })), eve: [] }],
  'troubles.watch': [{ ask: (api) => firstOf(api.troubles.watch({ watchId })), eve: [] }],
  'blocks.watch': [{ ask: (api) => firstOf(api.blocks.watch({ watchId })), eve: [] }],
  'approvals.watch': [
    {
      ask: (api) => firstOf(api.approvals.watch({ watchId })),
      eve: { pending: [], grants: [], policy: { default: 'ask', rules: [] } },
    },
  ],
  'approvals.detail': [{ ask: (api) => api.approvals.detail({ id: world.approvalId }), eve: null }],
  'approvals.policy.get': [{ ask: (api) => api.approvals.policy.get(), eve: { default: 'ask', rules: [] } }],
  'activity.watch': [
    {
      ask: async (api) => {
        const event = await firstOf(api.activity.watch({ watchId, filter: {} }))
        return event.type === 'page' && subjectsOf(event.page)
      },
      eve: own,
    },
  ],
  'activity.list': [
    { ask: async (api) => subjectsOf(await api.activity.list({})), eve: own },
    { ask: async (api) => subjectsOf(await api.activity.list({ userId: 'local' })), eve: none },
    { ask: async (api) => subjectsOf(await api.activity.list({ client: secretClient.uuid })), eve: none },
    { ask: async (api) => subjectsOf(await api.activity.list({ text: 'secret-label' })), eve: none },
  ],
  'activity.detail': [{ ask: (api) => api.activity.detail({ id: world.logId }), eve: null }],
  'activity.rates': [
    {
      ask: async (api) => {
        const rates = await firstOf(api.activity.rates({ watchId, window: 'minute' }))
        const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)
        return { messages: sum(rates.messages), jobsStarted: sum(rates.jobsStarted) }
      },
      eve: { messages: 0, jobsStarted: 0 },
    },
  ],
  'settings.get': [{ ask: async (api) => (await api.settings.get()).mayChange, eve: false }],
}

/** What a procedure answers Eve, who may not touch it, and then the operator. In this order: some end what others need. */
const deeds: Record<string, { ask: Ask; eve: unknown; operator: unknown }[]> = {
  'pictures.take': [
    {
      ask: (api) => api.pictures.take({ client: secretClient, maxSize: 480, maxAgeSeconds: 3600 }),
      eve: { outcome: 'left', message: '"secret-uuid" is not registered.' },
      operator: expect.objectContaining({ outcome: 'taken' }),
    },
  ],
  'messages.send': [
    {
      ask: (api) =>
        api.messages.send({ client: secretClient, payload: { message_type: 'spy' }, priority: 'info' }),
      eve: expect.objectContaining({ outcome: 'refused', code: 'unknown_client' }),
      operator: expect.objectContaining({ outcome: 'sent' }),
    },
  ],
  'jobs.repeat': [
    {
      ask: (api) => api.jobs.repeat(endedJob),
      eve: { outcome: 'refused', message: 'This job is not known (any more).' },
      operator: { outcome: 'sent', jobId: expect.any(String) as string, targetCount: 1 },
    },
  ],
  'jobs.cancel': [
    {
      ask: (api) => api.jobs.cancel(runningJob),
      eve: { outcome: 'not_found' },
      operator: { outcome: 'asked' },
    },
  ],
  'approvals.answer': [
    {
      ask: (api) => api.approvals.answer({ id: world.approvalId, answer: 'deny', reason: '' }),
      eve: { outcome: 'gone' },
      operator: { outcome: 'answered' },
    },
  ],
  'troubles.pause': [
    {
      ask: (api) => api.troubles.pause({ userId: 'local', program: world.paused }),
      eve: { paused: false },
      operator: { paused: true },
    },
  ],
  'approvals.takeBack': [
    {
      ask: (api) => api.approvals.takeBack({ id: world.grantId }),
      eve: { takenBack: false },
      operator: { takenBack: true },
    },
  ],
  'blocks.lift': [
    {
      ask: (api) => api.blocks.lift({ id: world.blockId }),
      eve: { lifted: false },
      operator: { lifted: true },
    },
    {
      ask: (api) => api.blocks.lift({ userId: 'local', uuid: 'other-secret-block' }),
      eve: { lifted: false },
      operator: { lifted: true },
    },
  ],
  'pauses.pause': [
    { ask: (api) => api.pauses.pause(secretClient), eve: { paused: false }, operator: { paused: true } },
  ],
  'troubles.dismiss': [
    {
      ask: (api) => api.troubles.dismiss({ userId: 'local', program: world.looping }),
      eve: { dismissed: false },
      operator: { dismissed: true },
    },
  ],
  'pauses.stopAll': [
    { ask: (api) => api.pauses.stopAll({ userId: 'local' }), eve: { jobs: 0 }, operator: { jobs: 3 } },
  ],
  'pauses.resume': [
    {
      ask: (api) => api.pauses.resume({ userId: 'local', program: null }),
      eve: { resumed: false },
      operator: { resumed: true },
    },
  ],
  'clients.unregister': [
    {
      ask: (api) => api.clients.unregister({ clients: [secretClient], reason: '', blockSeconds: null }),
      eve: [expect.objectContaining({ outcome: 'not_found', sessionEnded: false, jobsCancelled: 0 })],
      operator: [expect.objectContaining({ outcome: 'unregistered', sessionEnded: true })],
    },
  ],
}

/** What a procedure refuses to Eve in so many words, and does for the operator. */
const refusals: Record<string, Ask[]> = {
  'clients.forget': [(api) => api.clients.forget(secretClient)],
  'connect.token': [(api) => api.connect.token()],
  'tokens.list': [(api) => api.tokens.list()],
  'tokens.create': [(api) => api.tokens.create({ name: 'more' })],
  'tokens.revoke': [(api) => api.tokens.revoke({ id: 'x' })],
  'jobs.endable': [(api) => api.jobs.endable(runningJob)],
  'jobs.endBlender': [(api) => api.jobs.endBlender(runningJob)],
  'settings.set': [(api) => api.settings.set({ key: 'max_sessions', value: 1000 })],
  'approvals.policy.set': [(api) => api.approvals.policy.set({ default: 'allow', rules: [] })],
  'blocks.add': [
    ...(['program', 'token', 'client'] as const).map(
      (kind): Ask =>
        (api) =>
          api.blocks.add({ kind, userId: 'local', subject: 'x', reason: '', blockSeconds: null }),
    ),
    (api) => api.blocks.add({ kind: 'address', subject: '127.0.0.9', reason: '', blockSeconds: null }),
  ],
  'clients.unregister': [
    (api) => api.clients.unregister({ clients: [secretClient], reason: '', blockSeconds: 60 }),
  ],
}

/** What has nothing of any user in it. */
const open: Record<string, Ask> = {
  'activity.seek': (api) => api.activity.seek({ at: 9e9 }),
  'connect.addon': (api) => api.connect.addon(),
  'connect.info': (api) => api.connect.info(),
  'feed.ack': (api) => api.feed.ack({ watchId }),
  'status.ping': (api) => api.status.ping(),
  'status.watch': (api) => firstOf(api.status.watch({ watchId })),
}

/** The dotted name of every procedure of a contract. */
function proceduresOf(contract: object, path: readonly string[] = []): string[] {
  return Object.entries(contract).flatMap(([name, part]: [string, object]) =>
    isContractProcedure(part) ? [[...path, name].join('.')] : proceduresOf(part, [...path, name]),
  )
}

/** Every attempt of a table with the name of its procedure. */
const each = <Attempt>(table: Record<string, Attempt[]>): [string, Attempt][] =>
  Object.entries(table).flatMap(([name, attempts]) =>
    attempts.map((attempt): [string, Attempt] => [name, attempt]),
  )

describe('a panel with one user’s token', () => {
  it('is tried with every procedure of the contract', () => {
    const tried = [looks, deeds, refusals, open].flatMap((table) => Object.keys(table))
    expect([...new Set(tried)].toSorted()).toStrictEqual(proceduresOf(panelContract).toSorted())
  })

  it('sees nothing of other users', async () => {
    for (const [name, { ask, eve: expected }] of each(looks)) {
      expect(await ask(eve), name).toStrictEqual(expected)
      await vi.waitFor(async () => expect(await ask(operator), name).not.toStrictEqual(expected), 5_000)
    }
    for (const [name, ask] of Object.entries(open)) {
      expect(JSON.stringify([await ask(eve)]), name).not.toMatch(/secret|token-of-the-local-user/)
    }
  })

  it('touches nothing of other users', async () => {
    for (const [name, { ask, eve: expected }] of each(deeds)) {
      expect(await ask(eve), name).toStrictEqual(expected)
    }
    for (const [name, { ask, operator: expected }] of each(deeds)) {
      expect(await ask(operator), name).toStrictEqual(expected)
    }
    expect((await world.waits).structured.error).toBe('denied')
  })

  it('is refused what is the operator’s alone', async () => {
    const blocks = await firstOf(operator.blocks.watch({ watchId }))
    for (const [name, ask] of each(refusals)) {
      await expect(ask(eve), name).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: 'This panel was opened with the token of one user.',
      })
    }
    // A refusal comes before the deed.
    expect(await firstOf(operator.blocks.watch({ watchId }))).toStrictEqual(blocks)
    expect(await buckets(world.local)).toStrictEqual({
      persistent: [],
      ephemeral: [secretClient.uuid, expect.stringMatching(/^llm-secret-program-/) as string],
    })
    expect((await operator.approvals.policy.get()).default).toBe('ask')
    expect((await operator.settings.get()).settings).toContainEqual({
      key: 'max_sessions',
      value: 2000,
      source: 'default',
      byDefault: 2000,
      kept: null,
    })
    for (const [name, ask] of each(refusals)) await expect(ask(operator), name).resolves.toBeDefined()
  })

  it('blocks a program on its own bus, and not on that of another user', async () => {
    const evil = await openRawSession({ port: app.port, token: eveToken }, 'Model')
    const fine = await openRawSession({ port: app.port, token: app.token }, 'Model')
    const list = (session: RawSession) => session.call('blender_list_available_clients')
    const { userId } = await eve.blocks.add({
      kind: 'program',
      subject: 'model',
      reason: '',
      blockSeconds: null,
    })
    expect(userId).toBe('eve')
    expect(await list(evil)).toMatchObject({ error: 'blocked' })
    expect(await list(fine)).toMatchObject({ status: 'ok' })
    // The panel that was opened with the same token stays.
    await eve.blocks.add({ kind: 'token', subject: eveTokenId, reason: '', blockSeconds: null })
    const listed = await firstOf(eve.blocks.watch({ watchId }))
    expect(listed.map(({ kind }) => kind)).toStrictEqual(['token', 'program'])
    for (const { id } of listed) expect(await eve.blocks.lift({ id })).toStrictEqual({ lifted: true })
    expect(await list(evil)).toMatchObject({ status: 'ok' })
  })

  it('is told of what happens to its own, and of nothing that happens to others', async () => {
    const clients = await eve.clients.watch({ watchId: 'clients' })
    expect((await clients.next()).value).toMatchObject({ type: 'snapshot', revision: 1 })
    await eve.feed.ack({ watchId: 'clients' })
    const log = await eve.activity.watch({ watchId: 'log', filter: {} })
    await log.next()
    await eve.feed.ack({ watchId: 'log' })

    await call(world.local, 'blender_unregister_client', { client_uuid: secretClient.uuid })
    const order = { clients: [eveClient], reason: '', blockSeconds: 60 }
    expect(await eve.clients.unregister(order)).toMatchObject([{ outcome: 'unregistered' }])
    expect((await clients.next()).value).toStrictEqual({
      type: 'patch',
      from: 1,
      revision: 2,
      upsert: [],
      remove: ['eve\u001feve-uuid'],
    })
    const told: LogEntry[] = []
    while (!told.some(({ kind }) => kind === 'block_set')) {
      const { value } = (await log.next()) as { value: LogEvent }
      if (value.type !== 'news') throw new Error('The log began anew.')
      told.push(...value.entries)
      await eve.feed.ack({ watchId: 'log' })
    }
    expect([...new Set(told.map(({ userId }) => userId))]).toStrictEqual(['eve'])
    expect(await eve.blocks.lift(eveClient)).toStrictEqual({ lifted: true })
  })
})
