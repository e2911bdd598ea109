import { afterEach, beforeEach, expect, it } from 'vitest'
import { register, startApp, type AppFixture } from '../integration/wire/app-fixture.ts'
import { openRawSession, type RawSession } from '../integration/wire/raw-session.ts'

/**
 * What another user has looks like what nobody has. Eve asks for the victim's things and for things that do not exist,
 * by ids of one length, and each pair of answers has to be the same, byte for byte, but for the id.
 */

let app: AppFixture
let eve: RawSession
/** What the victim has, and a name of the same length that nobody has. */
const theirs = {
  uuid: 'victim-blender',
  group: 'victim-group-a',
  job: 'victim-job-one',
  type: 'victim-type-on',
  capability: 'victim-capabil',
  message: '',
  session: '',
}
const nobodys = {
  uuid: 'nobody-blender',
  group: 'nobody-group-a',
  job: 'nobody-job-one',
  type: 'nobody-type-on',
  capability: 'nobody-capabil',
  message: '',
  session: '',
}
type Things = typeof theirs

beforeEach(async () => {
  app = await startApp()
  const panel = await app.operator()
  await panel.approvals.policy.set({ default: 'allow', rules: [] })
  const made = await panel.tokens.create({ name: 'eve', userId: 'eve', scopes: ['bus', 'llm'] })
  if (made.outcome !== 'created') throw new Error(made.message)
  const victim = await app.connect('victim')
  await register(victim, theirs.uuid, {
    client_type: theirs.type,
    group_id: theirs.group,
    capabilities: [theirs.capability],
    pid: 4321,
  })
  const sender = await app.raw('sender')
  const send = (payload: object) => sender.call('blender_send_message', { payload, target_uuid: theirs.uuid })
  await send({ message_type: 'job_dispatch', job_id: theirs.job, script: 'pass' })
  await victim.messages.next()
  await send({ text: 'x'.repeat(1_000_000) })
  theirs.message = (await victim.messages.next()).data.message_id
  nobodys.message = theirs.message.replaceAll(/[0-9a-f]/g, '0')
  theirs.session = sender.id
  nobodys.session = sender.id.replaceAll(/[0-9a-f]/g, '0')
  eve = await openRawSession({ port: app.port, token: made.token }, 'eve')
  await eve.call('blender_register_client', { client_uuid: 'eve', client_type: 'llm' })
})
afterEach(() => app.stop())

/** An answer as it stands on the wire, with the ids that Eve sent and what is new in each answer taken out. */
function bare(answer: object, things: Things): string {
  let text = JSON.stringify(answer)
  for (const [kind, id] of Object.entries(things)) text = text.replaceAll(id, `<${kind}>`)
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<new id>')
    .replaceAll(/\d{10}\.\d+/g, '<time>')
    .replaceAll(/(\\*"duration_ms\\*":)\d+/g, '$1<duration>')
    .replace(/("jsonrpc":"2\.0","id":)\d+/, '$1<request>')
}

const call = (name: string, args: (things: Things) => object) =>
  [name, (things: Things) => eve.rpc('tools/call', { name, arguments: args(things) })] as const
const dispatch = {
  code: 'x',
  name: 'x',
  collection: 'objects',
  path: 'x',
  filepath: 'x',
  timeout_seconds: 1,
}
/** Every tool that takes the id of something, with each of them. */
const tools: Record<string, ((things: Things) => object)[]> = {
  blender_register_client: [({ uuid }) => ({ client_uuid: uuid, client_type: 'blender' })],
  blender_unregister_client: [({ uuid }) => ({ client_uuid: uuid })],
  blender_send_message: [
    ({ uuid }) => ({ payload: {}, target_uuid: uuid }),
    ({ uuid }) => ({ payload: {}, target_uuid: 'eve', from_uuid: uuid }),
    ({ group }) => ({ payload: {}, group_id: group }),
    ({ type }) => ({ payload: {}, client_type: type }),
    ({ job }) => ({
      payload: { message_type: 'command_dispatch', job_id: job, command: 'x' },
      target_uuid: 'eve',
    }),
    ({ job }) => ({ payload: { message_type: 'job_cancel', job_id: job }, target_uuid: 'eve' }),
  ],
  blender_job_update: [
    ({ job }) => ({ job_id: job, status: 'running' }),
    ({ job }) => ({ job_id: job, status: 'completed', result: 'r' }),
    ({ job }) => ({ job_id: job, status: 'completed', result: 'r' }),
  ],
  blender_receive_messages: [({ uuid }) => ({ client_uuid: uuid })],
  blender_list_available_clients: [({ uuid }) => ({ cursor: uuid })],
  blender_get_job: [({ job }) => ({ job_id: job })],
  blender_cancel_job: [({ job }) => ({ job_id: job })],
  blender_use_target: [({ uuid }) => ({ target: uuid }), ({ group }) => ({ target: `group:${group}` })],
}

it('no tool tells what another user has from what nobody has', async () => {
  const listed = (await eve.rpc('tools/list')).result as { tools: { name: string }[] }
  const targets: ((things: Things) => object)[] = [
    ({ uuid }) => ({ ...dispatch, target: uuid }),
    ({ group }) => ({ ...dispatch, target: `group:${group}` }),
    ({ capability }) => ({ ...dispatch, target: `any:${capability}` }),
    ({ job }) => ({ ...dispatch, target: 'eve', job_id: job, timeout_seconds: 0 }),
  ]
  const calls = listed.tools.flatMap(({ name }) => (tools[name] ?? targets).map((args) => call(name, args)))
  expect(calls.length).toBeGreaterThan(40)
  for (const [name, ask] of calls) {
    const [one, other] = [await ask(theirs), await ask(nobodys)]
    expect([name, bare(one, theirs)]).toStrictEqual([name, bare(other, nobodys)])
    // What a call leaves behind, such as a registered uuid, is not there for the next.
    for (const { uuid } of [theirs, nobodys])
      await eve.call('blender_unregister_client', { client_uuid: uuid })
    await eve.call('blender_use_target', { target: null })
  }
})

it('no resource, subscription or completion does', async () => {
  const asks: ((things: Things) => Promise<object>)[] = [
    ...['resources/read', 'resources/subscribe', 'resources/unsubscribe'].flatMap((method) =>
      [
        ({ uuid }: Things) => `blender://clients/${uuid}`,
        ({ job }: Things) => `blender://jobs/${job}`,
        ({ job }: Things) => `blender://jobs/${job}/output`,
        ({ job }: Things) => `blender://jobs/${job}/output?offset=1`,
        ({ message }: Things) => `blender://messages/${message}`,
        ({ message }: Things) => `blender://messages/${message}?offset=1`,
      ].map((uri) => (things: Things) => eve.rpc(method, { uri: uri(things) })),
    ),
    ...[
      ['blender://clients/{uuid}', 'uuid'],
      ['blender://jobs/{job_id}', 'job'],
      ['blender://jobs/{job_id}/output{?offset}', 'job'],
      ['blender://messages/{message_id}{?offset}', 'message'],
    ].map(
      ([uri, thing]) =>
        (things: Things) =>
          eve.rpc('completion/complete', {
            ref: { type: 'ref/resource', uri },
            argument: { name: /\{(\w+)\}/.exec(uri ?? '')?.[1], value: things[thing as keyof Things] },
          }),
    ),
    ({ uuid }) =>
      eve.rpc('completion/complete', {
        ref: { type: 'ref/prompt', name: 'blender_dispatch_script' },
        argument: { name: 'target', value: `uuid:${uuid}` },
      }),
    ({ uuid }) =>
      eve.rpc('prompts/get', {
        name: 'blender_dispatch_script',
        arguments: { target: `uuid:${uuid}`, script: 'pass' },
      }),
  ]
  for (const ask of asks) {
    const [one, other] = [await ask(theirs), await ask(nobodys)]
    expect(bare(one, theirs)).toBe(bare(other, nobodys))
  }
})
