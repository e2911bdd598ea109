import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call, register, startApp, type AppFixture } from './app-fixture.ts'

let app: AppFixture
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.stop())

const text = expect.any(String) as string

describe('the catalogue', () => {
  it('[R-201] has these tools with these annotations, in this order', async () => {
    const { client } = await app.connect('llm')
    const { tools } = await client.listTools()
    expect(tools.map(({ name, title, annotations }) => ({ name, title, annotations }))).toStrictEqual([
      {
        name: 'blender_register_client',
        title: 'Register a client',
        annotations: {
          readOnlyHint: false,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      {
        name: 'blender_unregister_client',
        title: 'Unregister a client',
        annotations: {
          readOnlyHint: false,
          destructiveHint: true,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      {
        name: 'blender_send_message',
        title: 'Send a message',
        annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
      },
      {
        name: 'blender_job_update',
        title: 'Report on a job',
        annotations: {
          readOnlyHint: false,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      {
        name: 'blender_list_available_clients',
        title: 'List clients',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_receive_messages',
        title: 'Receive messages',
        annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
      },
      {
        name: 'blender_execute_code',
        title: 'Run Python in Blender',
        annotations: { readOnlyHint: false, destructiveHint: true },
      },
      {
        name: 'blender_get_scene_info',
        title: 'Describe the scene',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_list_objects',
        title: 'List objects',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_get_object_info',
        title: 'Describe an object',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_browse_data',
        title: 'Browse bpy.data',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_get_viewport_screenshot',
        title: 'See the 3D view',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_render_image',
        title: 'Render a still',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_open_file',
        title: 'Open a file',
        annotations: {
          readOnlyHint: false,
          destructiveHint: true,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      {
        name: 'blender_save_file',
        title: 'Save the file',
        annotations: {
          readOnlyHint: false,
          destructiveHint: true,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      {
        name: 'blender_undo',
        title: 'Undo',
        annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
      },
      {
        name: 'blender_ping',
        title: 'Ping a Blender',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_use_target',
        title: 'Choose a Blender',
        annotations: {
          readOnlyHint: false,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
      {
        name: 'blender_get_job',
        title: 'Look at a job',
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      {
        name: 'blender_cancel_job',
        title: 'Cancel a job',
        annotations: {
          readOnlyHint: false,
          destructiveHint: true,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
    ])
  })

  it('[R-202] takes these arguments, the required ones first told apart', async () => {
    const { client } = await app.connect('llm')
    const { tools } = await client.listTools()
    const taken = Object.fromEntries(
      tools.map(({ name, inputSchema }) => [
        name,
        { takes: Object.keys(inputSchema.properties ?? {}), needs: inputSchema.required ?? [] },
      ]),
    )
    expect(taken).toStrictEqual({
      blender_register_client: {
        takes: [
          'client_uuid',
          'client_type',
          'is_persistent',
          'capabilities',
          'group_id',
          'label',
          'pid',
          'hostname',
          'blend_file',
          'blender_version',
          'addon_version',
          'role',
          'parent_uuid',
        ],
        needs: ['client_uuid', 'client_type'],
      },
      blender_unregister_client: { takes: ['client_uuid'], needs: ['client_uuid'] },
      blender_send_message: {
        takes: ['payload', 'target_uuid', 'group_id', 'client_type', 'priority', 'from_uuid'],
        needs: ['payload'],
      },
      blender_job_update: {
        takes: ['job_id', 'status', 'result', 'error', 'progress', 'progress_message'],
        needs: ['job_id', 'status'],
      },
      blender_list_available_clients: { takes: ['include_stale', 'cursor'], needs: [] },
      blender_receive_messages: {
        takes: ['client_uuid', 'wait_seconds', 'max', 'after'],
        needs: ['client_uuid'],
      },
      blender_execute_code: {
        takes: ['code', 'description', 'target', 'target_uuid', 'timeout_seconds', 'job_id'],
        needs: ['code'],
      },
      blender_get_scene_info: { takes: ['target', 'target_uuid', 'timeout_seconds', 'job_id'], needs: [] },
      blender_list_objects: {
        takes: [
          'type',
          'name_contains',
          'page',
          'page_size',
          'target',
          'target_uuid',
          'timeout_seconds',
          'job_id',
        ],
        needs: [],
      },
      blender_get_object_info: {
        takes: ['name', 'target', 'target_uuid', 'timeout_seconds', 'job_id'],
        needs: ['name'],
      },
      blender_browse_data: {
        takes: [
          'collection',
          'item_name',
          'page',
          'page_size',
          'target',
          'target_uuid',
          'timeout_seconds',
          'job_id',
        ],
        needs: [],
      },
      blender_get_viewport_screenshot: {
        takes: ['max_size', 'target', 'target_uuid', 'timeout_seconds', 'job_id'],
        needs: [],
      },
      blender_render_image: {
        takes: [
          'frame',
          'width',
          'height',
          'samples',
          'engine',
          'max_size',
          'target',
          'target_uuid',
          'timeout_seconds',
          'job_id',
        ],
        needs: [],
      },
      blender_open_file: {
        takes: ['path', 'discard_changes', 'target', 'target_uuid', 'timeout_seconds', 'job_id'],
        needs: ['path'],
      },
      blender_save_file: {
        takes: [
          ...['path', 'overwrite', 'overwrite_changed', 'copy'],
          ...['target', 'target_uuid', 'timeout_seconds', 'job_id'],
        ],
        needs: [],
      },
      blender_undo: { takes: ['steps', 'target', 'target_uuid', 'timeout_seconds', 'job_id'], needs: [] },
      blender_ping: { takes: ['target', 'target_uuid', 'timeout_seconds', 'job_id'], needs: [] },
      blender_use_target: { takes: ['target'], needs: [] },
      blender_get_job: { takes: ['job_id', 'wait_seconds'], needs: ['job_id'] },
      blender_cancel_job: { takes: ['job_id'], needs: ['job_id'] },
    })
    const withSchema = tools.filter(({ outputSchema }) => outputSchema !== undefined)
    expect(withSchema.map(({ name, outputSchema }) => [name, outputSchema?.type])).toStrictEqual([
      ['blender_register_client', 'object'],
      ['blender_unregister_client', 'object'],
      ['blender_send_message', 'object'],
      ['blender_job_update', 'object'],
      ['blender_list_available_clients', 'object'],
      ['blender_receive_messages', 'object'],
    ])
  })

  it('[R-203] answers with one text block and the same object, byte for byte', async () => {
    const session = await app.raw('script')
    const response = await session.rpc('tools/call', {
      name: 'blender_unregister_client',
      arguments: { client_uuid: 'nobody' },
    })
    expect(response).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: '{"status":"not_found","client_uuid":"nobody"}' }],
        structuredContent: { status: 'not_found', client_uuid: 'nobody' },
      },
    })
  })

  it('[R-204] answers a domain failure with isError and a literal code', async () => {
    const session = await app.raw('script')
    const response = await session.rpc('tools/call', {
      name: 'blender_send_message',
      arguments: { payload: {}, target_uuid: 'nobody' },
    })
    expect(response).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [
          {
            type: 'text',
            text: '{"status":"error","error":"unknown_target","message":"No client \\"nobody\\" is registered. Known clients: none."}',
          },
        ],
        structuredContent: {
          status: 'error',
          error: 'unknown_target',
          message: 'No client "nobody" is registered. Known clients: none.',
        },
        isError: true,
      },
    })
  })

  it('[R-205] answers wrong arguments with invalid_arguments, naming each fault', async () => {
    const session = await app.raw('script')
    const response = await session.rpc('tools/call', {
      name: 'blender_register_client',
      arguments: { client_uuid: 7, is_persistent: 'yes' },
    })
    const refusal = {
      status: 'error',
      error: 'invalid_arguments',
      message:
        'Invalid arguments for blender_register_client: client_uuid: Invalid input: expected string, received number; ' +
        'client_type: Invalid input: expected string, received undefined; ' +
        'is_persistent: Invalid input: expected boolean, received string',
    }
    expect(response).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: JSON.stringify(refusal) }],
        structuredContent: refusal,
        isError: true,
      },
    })
  })

  it.each([
    ['blender_register_client', { client_uuid: 'a' }],
    ['blender_register_client', { client_uuid: 'a', client_type: 'b', capabilities: 'c' }],
    ['blender_register_client', { client_uuid: 'a', client_type: 'b', pid: 'twelve' }],
    ['blender_unregister_client', {}],
    ['blender_send_message', {}],
    ['blender_send_message', { payload: 'text' }],
    ['blender_send_message', { payload: ['list'] }],
    ['blender_send_message', { payload: {}, target_uuid: 7 }],
    ['blender_job_update', { job_id: '', status: 'running' }],
    ['blender_job_update', { job_id: 'j', status: 'pending' }],
    ['blender_job_update', { job_id: 'j', status: 'running', progress: 1.5 }],
    ['blender_job_update', { job_id: 'j', status: 'running', progress: -0.1 }],
    ['blender_list_available_clients', { include_stale: 'no' }],
    ['blender_receive_messages', { client_uuid: 'a', wait_seconds: 61 }],
    ['blender_receive_messages', { client_uuid: 'a', max: 0 }],
    ['blender_receive_messages', { client_uuid: 'a', max: 101 }],
    ['blender_list_available_clients', { cursor: 'none' }],
    ['blender_unregister_client', ['a']],
  ])('[R-206] answers %s %j with invalid_arguments', async (name, args) => {
    const session = await app.raw('script')
    const { result } = await session.rpc('tools/call', { name, arguments: args })
    expect(result).toMatchObject({ isError: true, structuredContent: { error: 'invalid_arguments' } })
  })

  it.each([
    ['true', true],
    [' True ', true],
    ['FALSE', false],
  ])('[R-217] takes %j for a boolean', async (text, value) => {
    const script = await app.connect('script')
    expect(await register(script, 'a', { is_persistent: text })).toMatchObject({ is_persistent: value })
    const { structured } = await call(script, 'blender_list_available_clients', { include_stale: text })
    expect(structured).toMatchObject({ status: 'ok', user_id: 'local' })
  })

  it('[R-217] takes an empty group_id for none, and keeps the rule for metadata', async () => {
    const script = await app.connect('script')
    await register(script, 'a', { group_id: 'farm', label: 'A' })
    const record = await register(script, 'a', { group_id: '', label: '' })
    expect(record).toMatchObject({ group_id: null })
    expect(Object.keys(record)).toHaveLength(7)
  })

  it('[R-216] takes null for an optional argument as absent', async () => {
    const script = await app.connect('script')
    const record = await register(script, 'a', {
      is_persistent: null,
      capabilities: null,
      group_id: null,
      label: null,
      pid: null,
    })
    expect(record).toMatchObject({ is_persistent: false, capabilities: [], group_id: null })
    expect(Object.keys(record)).toHaveLength(7)
    const sent = await call(script, 'blender_send_message', {
      payload: {},
      target_uuid: 'a',
      group_id: null,
      client_type: null,
      priority: null,
      from_uuid: null,
    })
    expect(sent.structured).toMatchObject({ status: 'ok', targets: ['a'] })
    expect((await script.messages.next()).level).toBe('info')
    expect((await call(script, 'blender_unregister_client', { client_uuid: null })).structured).toMatchObject(
      {
        error: 'invalid_arguments',
      },
    )
  })

  it.each([
    ['blender_execute_code', {}],
    ['blender_execute_code', { code: 'x', timeout_seconds: 3601 }],
    ['blender_get_scene_info', { timeout_seconds: 0 }],
    ['blender_get_scene_info', { target_id: 'blender-1' }],
  ])('[R-615] answers %s %j with invalid_arguments', async (name, args) => {
    const plugged = await app.connect('script')
    expect(await call(plugged, name, args)).toMatchObject({
      isError: true,
      structured: { status: 'error', error: 'invalid_arguments' },
    })
  })

  it('[R-207] ignores arguments that it does not know', async () => {
    const script = await app.connect('script')
    const record = await register(script, 'a', { favourite_colour: 'orange', session: 'x', uuid: 'b' })
    expect(Object.keys(record)).toHaveLength(7)
    expect(record.uuid).toBe('a')
    const { structured } = await call(script, 'blender_list_available_clients', { page: 2 })
    expect(structured.status).toBe('ok')
  })

  it('[R-208] answers an unknown tool with invalid params', async () => {
    const session = await app.raw('script')
    expect(await session.rpc('tools/call', { name: 'blender_explode', arguments: {} })).toStrictEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32602,
        message: 'There is no tool "blender_explode". tools/list names those that exist.',
      },
    })
  })
})

describe('unregistering', () => {
  it('[R-209] is idempotent: ok, then not_found', async () => {
    const script = await app.connect('script')
    await register(script, 'a')
    const unregister = () => call(script, 'blender_unregister_client', { client_uuid: 'a' })
    expect(await unregister()).toStrictEqual({
      structured: { status: 'ok', client_uuid: 'a' },
      isError: false,
    })
    expect(await unregister()).toStrictEqual({
      structured: { status: 'not_found', client_uuid: 'a' },
      isError: false,
    })
  })
})

describe('listing', () => {
  it('[R-210] gives both buckets in order of first registration, and the user', async () => {
    const script = await app.connect('script')
    const b = await register(script, 'b', { is_persistent: true })
    const a = await register(script, 'a', { client_type: 'llm' })
    const c = await register(script, 'c', { is_persistent: true, label: 'C' })
    const last_seen = expect.any(Number) as number
    expect((await call(script, 'blender_list_available_clients')).structured).toStrictEqual({
      status: 'ok',
      user_id: 'local',
      persistent: [
        { ...b, last_seen },
        { ...c, last_seen },
      ],
      ephemeral: [{ ...a, last_seen }],
    })
  })

  it('[R-211] leaves out what is not connected where include_stale is false', async () => {
    const blender = await app.connect('blender')
    const watcher = await app.connect('watcher')
    await register(blender, 'away', { is_persistent: true })
    await register(watcher, 'here', { is_persistent: true })
    await blender.leave()
    const list = async (args: object) => {
      const { structured } = await call(watcher, 'blender_list_available_clients', args)
      return (structured.persistent as { uuid: string }[]).map(({ uuid }) => uuid)
    }
    expect(await list({})).toStrictEqual(['away', 'here'])
    expect(await list({ include_stale: true })).toStrictEqual(['away', 'here'])
    expect(await list({ include_stale: false })).toStrictEqual(['here'])
  })
})

describe('the results of messages and job updates', () => {
  it('[R-212] a message answers with its ids, targets, routing and deliveries', async () => {
    const blender = await app.connect('blender')
    const llm = await app.connect('llm')
    await register(blender, 'b', { group_id: 'farm' })
    await register(llm, 'l', { client_type: 'llm' })
    const args = { payload: { job_id: 'mine' }, group_id: 'farm' }
    expect(await call(llm, 'blender_send_message', args)).toStrictEqual({
      structured: {
        status: 'ok',
        message_id: text,
        job_id: 'mine',
        targets: ['b'],
        routing: { type: 'group', group_id: 'farm' },
        deliveries: { b: 'sent' },
      },
      isError: false,
    })
  })

  it('[R-213] a job update answers with the way it went and whom it reached', async () => {
    const blender = await app.connect('blender')
    const llm = await app.connect('llm')
    await register(blender, 'b')
    await register(llm, 'l', { client_type: 'llm' })
    const update = { job_id: 'nobody knows', status: 'completed', result: '42' }
    expect(await call(blender, 'blender_job_update', update)).toStrictEqual({
      structured: { status: 'ok', delivered: 'broadcast', targets: ['l'] },
      isError: false,
    })
  })
})
