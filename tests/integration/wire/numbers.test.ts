import { afterEach, beforeEach, expect, it } from 'vitest'
import { startApp, type AppFixture } from './app-fixture.ts'
import type { RawSession } from './raw-session.ts'

/** Numbers that no double holds, or that are written in another way than JavaScript writes them. */
const text = '{"id":1915883588174806058,"far":1e400,"fine":-0.10,"in":[{"__proto__":2E+1}]}'
/** `JSON.stringify` writes such a number as it is here. */
const raw = (json: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(json)
const sent = {
  id: raw('1915883588174806058'),
  far: raw('1e400'),
  fine: raw('-0.10'),
  in: [JSON.parse('{"__proto__":0}', (key, value: unknown) => (key === '__proto__' ? raw('2E+1') : value))],
}

let app: AppFixture
let llm: RawSession
beforeEach(async () => {
  app = await startApp()
  llm = await app.raw('llm')
})
afterEach(() => app.stop())

async function register(session: RawSession, client_uuid: string, client_type: string): Promise<void> {
  await session.call('blender_register_client', { client_uuid, client_type })
}

/** The text of an answer as it stood on the wire. */
async function answer(session: RawSession, name: string, args: object): Promise<string> {
  const posted = await session.post({
    jsonrpc: '2.0',
    id: 'asked',
    method: 'tools/call',
    params: { name, arguments: args },
  })
  return posted.text
}

it('of a payload arrive as they were sent, on a stream and with blender_receive_messages', async () => {
  const [listens, polls] = [await app.raw('listens'), await app.raw('polls')]
  await register(listens, 'listens', 'script')
  await register(polls, 'polls', 'script')
  const stream = await listens.openStream()
  await llm.call('blender_send_message', { payload: sent, client_type: 'script' })
  expect(await stream.frames.next()).toContain(`"payload":${text},`)
  const received = await answer(polls, 'blender_receive_messages', { client_uuid: 'polls' })
  // Once as structured content, once in the text block.
  expect(received).toContain(`"payload":${text},`)
  expect(received).toContain(`\\"payload\\":${JSON.stringify(text).slice(1, -1)},`)
  stream.close()
})

it('of a result arrive as they were reported, with the tool’s answer and later', async () => {
  const blender = await app.raw('blender')
  await register(blender, 'blender', 'blender')
  const stream = await blender.openStream()
  const asked = answer(llm, 'blender_execute_code', { code: 'x', job_id: 'key' })
  const frame = await stream.frames.next((each) => each.includes('command_dispatch'))
  const job_id = /"job_id":"([^"]+)"/.exec(frame)?.[1]
  await blender.call('blender_job_update', { job_id, status: 'completed', result: text })
  const inText = JSON.stringify(text).slice(1, -1)
  expect(await asked).toContain(`\\"result\\":${inText},`)
  expect(await answer(llm, 'blender_get_job', { job_id })).toContain(`\\"result\\":${inText},`)
  const { result } = await llm.rpc('resources/read', { uri: `blender://jobs/${String(job_id)}` })
  const [content] = (result as { contents: { text: string }[] }).contents
  expect(JSON.parse(content?.text ?? '')).toMatchObject({ status: 'completed', result: text })
  stream.close()
})

it('of a job are shown to a person, and sent again, as they were sent', async () => {
  const blender = await app.raw('blender')
  await register(blender, 'blender', 'blender')
  const payload = { message_type: 'command_dispatch', job_id: 'job', command: 'bake', params: sent }
  await llm.call('blender_send_message', { payload, target_uuid: 'blender' })
  const panel = await app.operator()
  const dispatched = `{"message_type":"command_dispatch","job_id":"job","command":"bake","params":${text}}`
  expect((await panel.jobs.detail({ userId: 'local', jobId: 'job' }))?.payload).toBe(dispatched)
  const again = await panel.jobs.repeat({ userId: 'local', jobId: 'job' })
  if (again.outcome !== 'sent') expect.fail(again.message)
  const received = await answer(blender, 'blender_receive_messages', { client_uuid: 'blender' })
  expect(received).toContain(`"payload":${dispatched},`)
  expect(received).toContain(`"payload":${dispatched.replace('"job"', JSON.stringify(again.jobId))},`)
})

it('of what a person sends arrive as they were written', async () => {
  const blender = await app.raw('blender')
  await register(blender, 'blender', 'blender')
  const panel = await app.operator()
  const client = { userId: 'local', uuid: 'blender' }
  const outcome = await panel.messages.send({ client, payload: text, priority: 'info' })
  expect(outcome).toMatchObject({ outcome: 'sent' })
  const received = await answer(blender, 'blender_receive_messages', { client_uuid: 'blender' })
  expect(received).toContain(`"payload":${text},`)
})

it('of work that waits for a person are shown as they were sent', async () => {
  await register(await app.raw('blender'), 'blender', 'blender')
  const panel = await app.operator()
  await panel.approvals.policy.set({ default: 'ask', rules: [] })
  const payload = { message_type: 'command_dispatch', command: 'bake', params: sent }
  const answered = llm.call('blender_send_message', { payload, target_uuid: 'blender' })
  const watch = await panel.approvals.watch({ watchId: 'approvals' })
  for await (const { pending } of watch) {
    await panel.feed.ack({ watchId: 'approvals' })
    const [approval] = pending
    if (approval === undefined) continue
    expect(approval.code.replace(/\s/g, '')).toBe(text)
    await panel.approvals.answer({ id: approval.id, answer: 'deny', reason: '' })
    break
  }
  expect(await answered).toMatchObject({ status: 'error', error: 'denied' })
})
