import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buckets, call, recordOf, register, startApp, type AppFixture } from './app-fixture.ts'
import { until } from './inbox.ts'

let app: AppFixture
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const seconds = expect.any(Number) as number

describe('the record', () => {
  it('[R-101] has exactly seven keys, in this order, when no metadata was sent', async () => {
    const blender = await app.connect('blender')
    const before = Date.now() / 1000
    const record = await register(blender, 'blender-abc', {
      is_persistent: true,
      capabilities: ['rendering'],
      group_id: 'farm',
    })
    const after = Date.now() / 1000
    expect(Object.keys(record)).toStrictEqual([
      'uuid',
      'client_type',
      'is_persistent',
      'capabilities',
      'group_id',
      'connected_at',
      'last_seen',
    ])
    expect(record).toStrictEqual({
      uuid: 'blender-abc',
      client_type: 'blender',
      is_persistent: true,
      capabilities: ['rendering'],
      group_id: 'farm',
      connected_at: record.last_seen,
      last_seen: seconds,
    })
    expect(record.connected_at).toBeGreaterThanOrEqual(before)
    expect(record.connected_at).toBeLessThanOrEqual(after)
  })

  it('[R-102] has the defaults where only uuid and type were sent', async () => {
    const script = await app.connect('script')
    expect(await register(script, 'tool', { client_type: 'a type of its own' })).toStrictEqual({
      uuid: 'tool',
      client_type: 'a type of its own',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: seconds,
      last_seen: seconds,
    })
    expect(await buckets(script)).toStrictEqual({ persistent: [], ephemeral: ['tool'] })
  })

  it('[R-103] carries the metadata that was sent and no other', async () => {
    const blender = await app.connect('blender')
    const seven = await register(blender, 'plain')
    expect(Object.keys(seven)).toHaveLength(7)
    expect(await register(blender, 'some', { label: 'Shot 010', pid: 4242 })).toStrictEqual({
      uuid: 'some',
      client_type: 'blender',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: seconds,
      last_seen: seconds,
      label: 'Shot 010',
      pid: 4242,
    })
    const all = {
      label: 'Shot 010',
      pid: 1,
      hostname: 'workstation',
      blend_file: '/show/shot-010.blend',
      blender_version: '4.5.3 LTS',
      addon_version: '0.1.0',
      role: 'lighting',
      parent_uuid: 'some',
    }
    expect(await register(blender, 'full', all)).toStrictEqual({
      uuid: 'full',
      client_type: 'blender',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: seconds,
      last_seen: seconds,
      ...all,
    })
  })

  it('[R-104] keeps metadata that is absent at a repeated registration and clears what comes empty', async () => {
    const blender = await app.connect('blender')
    await register(blender, 'b', { label: 'Old', hostname: 'workstation', blend_file: '/a.blend', pid: 7 })
    const record = await register(blender, 'b', { label: 'New', blend_file: '' })
    expect(record).toStrictEqual({
      uuid: 'b',
      client_type: 'blender',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: seconds,
      last_seen: seconds,
      label: 'New',
      hostname: 'workstation',
      pid: 7,
    })
    const cleared = await register(blender, 'b', { label: '', hostname: '', pid: '' })
    expect(Object.keys(cleared)).toHaveLength(7)
  })

  it('[R-105] takes type, capabilities and group of a repeated registration and keeps connected_at', async () => {
    const blender = await app.connect('blender')
    const first = await register(blender, 'b', { capabilities: ['a'], group_id: 'farm' })
    const second = await until(async () => {
      const record = await register(blender, 'b', { client_type: 'render-node', capabilities: ['b', 'c'] })
      return (record.last_seen as number) > (first.last_seen as number) ? record : undefined
    })
    expect(second).toStrictEqual({
      uuid: 'b',
      client_type: 'render-node',
      is_persistent: false,
      capabilities: ['b', 'c'],
      group_id: null,
      connected_at: first.connected_at,
      last_seen: seconds,
    })
  })

  it.each([
    { first: true, then: false, stays: { persistent: ['b'], ephemeral: [] } },
    { first: false, then: true, stays: { persistent: [], ephemeral: ['b'] } },
  ])(
    '[R-106] is one record in its first bucket after is_persistent $first, then $then',
    async ({ first, then, stays }) => {
      const blender = await app.connect('blender')
      await register(blender, 'b', { is_persistent: first })
      const record = await register(blender, 'b', { is_persistent: then })
      expect(record.is_persistent).toBe(first)
      expect(await buckets(blender)).toStrictEqual(stays)
    },
  )

  it('[R-107] changes its bucket by an unregistration in between', async () => {
    const blender = await app.connect('blender')
    const first = await register(blender, 'b', { is_persistent: true, label: 'Old' })
    await call(blender, 'blender_unregister_client', { client_uuid: 'b' })
    const second = await register(blender, 'b', { is_persistent: false })
    expect(second).toStrictEqual({
      uuid: 'b',
      client_type: 'blender',
      is_persistent: false,
      capabilities: [],
      group_id: null,
      connected_at: seconds,
      last_seen: seconds,
    })
    expect(second.connected_at).toBeGreaterThanOrEqual(first.connected_at as number)
    expect(await buckets(blender)).toStrictEqual({ persistent: [], ephemeral: ['b'] })
  })

  it('[R-108] has last_seen bumped by any request of its session, and nothing else', async () => {
    const blender = await app.connect('blender')
    const watcher = await app.connect('watcher')
    const before = await register(blender, 'b', { label: 'L' })
    const after = await until(async () => {
      await blender.client.ping()
      const record = await recordOf(watcher, 'b')
      return (record?.last_seen as number) > (before.last_seen as number) ? record : undefined
    })
    expect(after).toStrictEqual({ ...before, last_seen: seconds })
  })

  it('[R-109] has last_seen bumped by the answer to a ping', async () => {
    const blender = await app.raw('blender')
    const watcher = await app.connect('watcher')
    const { client: before } = (await blender.call('blender_register_client', {
      client_uuid: 'b',
      client_type: 'blender',
    })) as { client: Record<string, unknown> }
    const after = await until(async () => {
      const pong = await blender.post({ jsonrpc: '2.0', id: 'busbar-ping-1', result: {} })
      expect(pong.status).toBe(202)
      const record = await recordOf(watcher, 'b')
      return (record?.last_seen as number) > (before.last_seen as number) ? record : undefined
    })
    expect(after).toStrictEqual({ ...before, last_seen: seconds })
  })

  it('[R-110] is left alone by messages and job updates that others send', async () => {
    const blender = await app.connect('blender')
    const llm = await app.connect('llm')
    await register(blender, 'b')
    const before = await recordOf(llm, 'b')
    await call(llm, 'blender_send_message', { payload: { text: 'hello' }, target_uuid: 'b' })
    await call(llm, 'blender_job_update', { job_id: 'nobody knows', status: 'running' })
    await blender.messages.next(({ data }) => data.payload.text === 'hello')
    expect(await recordOf(llm, 'b')).toStrictEqual(before)
  })

  it('[R-111] is taken over by a second session that registers its uuid', async () => {
    const first = await app.connect('first')
    const second = await app.connect('second')
    const llm = await app.connect('llm')
    const before = await register(first, 'b', { is_persistent: true, label: 'Kept' })
    const taken = await register(second, 'b', { is_persistent: true })
    expect(taken).toStrictEqual({ ...before, last_seen: seconds })
    expect(await buckets(llm)).toStrictEqual({ persistent: ['b'], ephemeral: [] })
    await call(llm, 'blender_send_message', { payload: { n: 1 }, target_uuid: 'b' })
    expect((await second.messages.next()).data.payload).toStrictEqual({ n: 1 })
    const { data } = await first.messages.next()
    expect(data.payload).toStrictEqual({
      message_type: 'client_replaced',
      reason: 'Another session has registered this uuid.',
      by: 'another program',
      blocked_until: null,
    })
    expect(first.messages.all).toHaveLength(1)
  })

  it('[R-112] leaves the session it was taken from running, but no longer bound to it', async () => {
    const first = await app.connect('first')
    const second = await app.connect('second')
    await register(first, 'b')
    await register(second, 'b')
    const { structured } = await call(first, 'blender_send_message', { payload: {}, target_uuid: 'b' })
    expect(structured.status).toBe('ok')
    expect((await second.messages.next()).data.from_uuid).toBe('server:local')
    await first.leave()
    expect(await buckets(second)).toStrictEqual({ persistent: [], ephemeral: ['b'] })
  })

  it('[R-113] leaves with its session when it is ephemeral and stays when it is persistent', async () => {
    const blender = await app.connect('blender')
    const watcher = await app.connect('watcher')
    await register(blender, 'stays', { is_persistent: true })
    await register(blender, 'goes', { is_persistent: false })
    const before = await recordOf(watcher, 'stays')
    await blender.leave()
    expect(await buckets(watcher)).toStrictEqual({ persistent: ['stays'], ephemeral: [] })
    expect(await recordOf(watcher, 'stays')).toStrictEqual({ ...before, last_seen: seconds })
  })

  it('[R-114] shows nothing of its session, on the wire or to the panel', async () => {
    const blender = await app.raw('blender')
    await blender.call('blender_register_client', { client_uuid: 'b', client_type: 'blender' })
    const list = await blender.rpc('tools/call', { name: 'blender_list_available_clients', arguments: {} })
    const resource = await blender.rpc('resources/read', { uri: 'blender://clients/b' })
    const panel = await app.operator()
    const watch = await panel.clients.inspect({ watchId: 'w', client: { userId: 'local', uuid: 'b' } })
    const detail = await watch.next()
    await watch.return(undefined)
    const seen = JSON.stringify([list, resource, detail])
    expect(seen).toContain('"uuid":"b"')
    expect(seen).not.toContain(blender.id)
    expect(seen).not.toContain('"session_id"')
  })

  it('[R-115] does not outlive the server', async () => {
    const before = await app.connect('blender')
    await register(before, 'b', { is_persistent: true })
    await app.restart()
    const after = await app.connect('blender')
    expect(await buckets(after)).toStrictEqual({ persistent: [], ephemeral: [] })
  })
})
