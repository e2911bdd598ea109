import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture, type Plugged } from './app-fixture.ts'

let app: AppFixture
let llm: Plugged
let blender: Plugged
beforeEach(async () => {
  app = await startApp()
  llm = await app.connect('llm')
  blender = await app.connect('blender')
})
afterEach(() => app.stop())

const seconds = expect.any(Number) as number
const read = async (uri: string): Promise<unknown> => {
  const { contents } = await llm.client.readResource({ uri })
  expect(contents).toStrictEqual([{ uri, mimeType: 'application/json', text: expect.any(String) as string }])
  return JSON.parse((contents[0] as { text: string }).text)
}
const dispatch = (job_id: string) =>
  call(llm, 'blender_send_message', {
    payload: { message_type: 'command_dispatch', job_id, command: 'ping', params: {} },
    target_uuid: 'b',
  })

describe('the resources', () => {
  it('[R-701] are listed', async () => {
    expect(await llm.client.listResources()).toStrictEqual({
      resources: [
        {
          uri: 'blender://bus/clients',
          name: 'clients',
          description: 'Everything registered on the bus',
          mimeType: 'application/json',
        },
        {
          uri: 'blender://bus/stats',
          name: 'stats',
          description: 'How many clients and unfinished jobs there are',
          mimeType: 'application/json',
        },
      ],
    })
  })

  it('[R-702] blender://bus/clients holds both buckets', async () => {
    expect(await read('blender://bus/clients')).toStrictEqual({
      user_id: 'local',
      persistent: [],
      ephemeral: [],
    })
    const l = await register(llm, 'l', { client_type: 'llm' })
    const b = await register(blender, 'b', { is_persistent: true, label: 'B' })
    expect(await read('blender://bus/clients')).toStrictEqual({
      user_id: 'local',
      persistent: [b],
      ephemeral: [{ ...l, last_seen: seconds }],
    })
  })

  it('[R-703] blender://bus/stats counts clients and unfinished jobs', async () => {
    await register(llm, 'l', { client_type: 'llm' })
    await register(blender, 'b', { is_persistent: true })
    const stats = { user_id: 'local', persistent_count: 1, ephemeral_count: 1 }
    expect(await read('blender://bus/stats')).toStrictEqual({ ...stats, pending_jobs_for_user: 0 })
    await dispatch('j1')
    await dispatch('j2')
    await call(blender, 'blender_job_update', { job_id: 'j1', status: 'running' })
    expect(await read('blender://bus/stats')).toStrictEqual({ ...stats, pending_jobs_for_user: 2 })
    await call(blender, 'blender_job_update', { job_id: 'j1', status: 'completed' })
    expect(await read('blender://bus/stats')).toStrictEqual({ ...stats, pending_jobs_for_user: 1 })
  })

  it('[R-704] have these templates', async () => {
    expect(await llm.client.listResourceTemplates()).toStrictEqual({
      resourceTemplates: [
        {
          uriTemplate: 'blender://clients/{uuid}',
          name: 'client',
          description: 'The record of one client',
          mimeType: 'application/json',
        },
        {
          uriTemplate: 'blender://jobs/{job_id}/output{?offset}',
          name: 'job output',
          description:
            'All of what a job answered, its result and then its error, a page of at most 256 KiB at a time',
          mimeType: 'text/plain',
        },
        {
          uriTemplate: 'blender://messages/{message_id}{?offset}',
          name: 'message payload',
          description:
            'The JSON of a payload that was too large for its message, a page of at most 256 KiB at a time',
          mimeType: 'application/json',
        },
        {
          uriTemplate: 'blender://jobs/{job_id}',
          name: 'job',
          description: 'One job: state, progress, result and error',
          mimeType: 'application/json',
        },
      ],
    })
  })

  it('[R-705] blender://clients/{uuid} is one record, its name percent-encoded', async () => {
    const record = await register(blender, 'shot 010/ä', { label: 'L' })
    expect(await read('blender://clients/shot%20010%2F%C3%A4')).toStrictEqual(record)
  })

  it('[R-706] blender://jobs/{job_id} is one job', async () => {
    await register(llm, 'l', { client_type: 'llm' })
    await register(blender, 'b')
    await dispatch('j1')
    await call(blender, 'blender_job_update', {
      job_id: 'j1',
      status: 'running',
      progress: 0.5,
      progress_message: 'half',
    })
    await call(blender, 'blender_job_update', { job_id: 'j1', status: 'completed', result: '42' })
    expect(await read('blender://jobs/j1')).toStrictEqual({
      job_id: 'j1',
      kind: 'command_dispatch',
      title: 'ping',
      from_uuid: 'l',
      targets: ['b'],
      status: 'completed',
      progress: 0.5,
      progress_message: 'half',
      result: '42',
      error: '',
      created_at: seconds,
      updated_at: seconds,
    })
  })

  it.each([
    'blender://clients/nobody',
    'blender://jobs/nothing',
    'blender://clients/%E0%A4%A',
    'blender://clients/',
    'blender://bus/everything',
    'file:///etc/passwd',
  ])('[R-707] %s is not found', async (uri) => {
    const session = await app.raw('script')
    expect(await session.rpc('resources/read', { uri })).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32002,
        message: `Resource not found: ${uri}. resources/list names those that exist.`,
        data: { uri },
      },
    })
  })

  it('[R-708] complete a uuid and a job id from what there is', async () => {
    await register(llm, 'llm-1', { client_type: 'llm' })
    await register(blender, 'b')
    await register(blender, 'blender-2')
    await dispatch('job-1')
    const complete = (uri: string, name: string, value: string) =>
      llm.client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })
    expect(await complete('blender://clients/{uuid}', 'uuid', 'b')).toStrictEqual({
      completion: { values: ['b', 'blender-2'], total: 2, hasMore: false },
    })
    expect(await complete('blender://jobs/{job_id}', 'job_id', '')).toStrictEqual({
      completion: { values: ['job-1'], total: 1, hasMore: false },
    })
    expect(await complete('blender://clients/{uuid}', 'colour', 'b')).toStrictEqual({
      completion: { values: [], total: 0, hasMore: false },
    })
  })
})

describe('a subscription', () => {
  it('[R-709] hears of a changed list of clients', async () => {
    await llm.client.subscribeResource({ uri: 'blender://bus/clients' })
    await register(blender, 'b')
    expect(await llm.updates.next()).toBe('blender://bus/clients')
    await call(blender, 'blender_unregister_client', { client_uuid: 'b' })
    expect(await llm.updates.next()).toBe('blender://bus/clients')
  })

  it('[R-710] hears of changed counts, as jobs come and go', async () => {
    await register(blender, 'b')
    await llm.client.subscribeResource({ uri: 'blender://bus/stats' })
    await dispatch('j1')
    expect(await llm.updates.next()).toBe('blender://bus/stats')
    await call(blender, 'blender_job_update', { job_id: 'j1', status: 'completed' })
    expect(await llm.updates.next()).toBe('blender://bus/stats')
  })

  it('[R-711] of one client or one job hears of that one only', async () => {
    await llm.client.subscribeResource({ uri: 'blender://clients/b' })
    await llm.client.subscribeResource({ uri: 'blender://jobs/j1' })
    await register(blender, 'other')
    await register(blender, 'b')
    expect(await llm.updates.next()).toBe('blender://clients/b')
    await dispatch('j2')
    await dispatch('j1')
    await llm.updates.next((uri) => uri === 'blender://jobs/j1')
    expect(new Set(llm.updates.all)).toStrictEqual(new Set(['blender://clients/b', 'blender://jobs/j1']))
  })

  it('[R-712] ends with resources/unsubscribe', async () => {
    await llm.client.subscribeResource({ uri: 'blender://bus/stats' })
    await llm.client.subscribeResource({ uri: 'blender://bus/clients' })
    await llm.client.unsubscribeResource({ uri: 'blender://bus/stats' })
    await register(blender, 'b')
    await llm.updates.next()
    await register(blender, 'c')
    await llm.updates.next()
    expect(llm.updates.all).toStrictEqual(['blender://bus/clients', 'blender://bus/clients'])
  })

  it('[R-713] of an address that no resource has is refused', async () => {
    const session = await app.raw('script')
    expect(await session.rpc('resources/subscribe', { uri: 'blender://bus/everything' })).toMatchObject({
      error: { code: -32002 },
    })
  })
})
