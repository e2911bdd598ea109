import { connectClient, type ConnectedClient } from '../../tests/e2e/fixtures/connect-client.ts'

interface Server {
  url: string
  token: string
}

/** A small studio on a working day: Blenders in every state, and programs that use them. Every client is a real one. */
export async function populate(server: Server): Promise<ConnectedClient> {
  const connect = (name: string, version: string, register: { client_uuid: string; client_type: string }) =>
    connectClient(server, { name, version, register })
  const blender = (client_uuid: string, more: object) => ({
    client_uuid,
    client_type: 'blender',
    is_persistent: true,
    capabilities: ['python_execution', 'rendering', 'gpu'],
    group_id: 'farm',
    blender_version: '4.5.3 LTS',
    hostname: 'studio-1',
    ...more,
  })
  const atelier = await connect(
    'busbar-blender',
    '0.1.0',
    blender('blender-7f3a91c2-55e0', {
      label: 'Atelier 1',
      blend_file: '/projects/pilot/shot_040_lighting.blend',
      pid: 4021,
    }),
  )
  await connect(
    'busbar-blender',
    '0.1.0',
    blender('blender-19c0be44-01aa', {
      label: 'Atelier 2',
      blend_file: '/projects/pilot/shot_041_comp.blend',
    }),
  )
  await connect(
    'busbar-blender',
    '0.1.0',
    blender('blender-a8e2d117-90bb', { label: 'Laptop, living room', group_id: null }),
  )
  const farm = await connect(
    'busbar-blender',
    '0.1.0',
    blender('blender-55d1c02f-7a10', { label: 'Farm 03', blend_file: 'D:\\shots\\shot_038_fx.blend' }),
  )
  const lost = await connect(
    'busbar-blender',
    '0.1.0',
    blender('blender-0b771d3e-4c21', { label: 'Farm 04', blend_file: 'D:\\shots\\shot_038_fx.blend' }),
  )
  await lost.vanish()

  const model = await connect('claude-code', '2.1.0', {
    client_uuid: 'llm-61ac',
    client_type: 'llm',
    ...{ label: 'Claude Code' },
  })
  await connect('lm-studio', '0.4.2', {
    client_uuid: 'llm-d200',
    client_type: 'llm',
    ...{ label: 'LM Studio, qwen' },
  })
  const script = await connect('pipeline.py', '1.0.0', {
    client_uuid: 'script-09',
    client_type: 'script',
    ...{ label: 'pipeline.py' },
  })
  await runFinishedJobs(model, atelier)
  await model.call('blender_send_message', {
    payload: {
      message_type: 'command_dispatch',
      job_id: 'render-040',
      command: 'render_image',
      params: { frame: 12 },
    },
    target_uuid: 'blender-7f3a91c2-55e0',
  })
  await atelier.call('blender_job_update', {
    job_id: 'render-040',
    status: 'running',
    progress: 0.62,
    progress_message: 'Sample 80 of 128',
  })
  await script.call('blender_send_message', {
    payload: {
      message_type: 'job_dispatch',
      job_id: 'bake-038',
      script: 'bake()',
      description: 'Bake the smoke',
    },
    target_uuid: 'blender-55d1c02f-7a10',
  })
  await farm.call('blender_job_update', { job_id: 'bake-038', status: 'running' })
  return atelier
}

/** What the model has asked for so far, with one mistake in it. */
async function runFinishedJobs(model: ConnectedClient, atelier: ConnectedClient): Promise<void> {
  const jobs = [
    { command: 'get_scene_info', params: {}, result: '{"name":"Scene","object_count":42}' },
    {
      command: 'execute_code',
      params: { code: 'lamp = bpy.data.objects["Key light"]\nlamp.data.energy = 800' },
      error:
        'Traceback (most recent call last):\n  File "<job>", line 1, in <module>\n' +
        'KeyError: \'bpy_prop_collection[key]: key "Key light" not found\'',
    },
    {
      command: 'execute_code',
      params: { code: 'lamp = bpy.data.objects["Key"]\nlamp.data.energy = 800' },
      result: '{"stdout":"","value":null}',
    },
  ]
  for (const [index, { command, params, result = '', error = '' }] of jobs.entries()) {
    const job_id = `look-${String(index)}`
    await model.call('blender_send_message', {
      payload: { message_type: 'command_dispatch', job_id, command, params },
      target_uuid: 'blender-7f3a91c2-55e0',
    })
    await atelier.call('blender_job_update', { job_id, status: 'running' })
    const status = error === '' ? 'completed' : 'failed'
    await atelier.call('blender_job_update', { job_id, status, result, error })
  }
}

/** Many more of the same, as on a farm. */
export async function populateMany(client: ConnectedClient, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await client.call('blender_register_client', {
      client_uuid: `node-${String(n).padStart(4, '0')}`,
      client_type: 'blender',
      is_persistent: true,
      group_id: `rack-${String(n % 12)}`,
      label: `Node ${String(n)}`,
      blend_file: `/projects/pilot/shot_${String(n % 60).padStart(3, '0')}.blend`,
    })
  }
}
