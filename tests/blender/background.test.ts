import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Llm } from './rig/llm.ts'
import { decodePng } from './rig/png.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

let rig: Rig
let server: Server
let blender: Blender
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  server = await rig.serve()
  blender = await rig.blender({ label: 'node 1', server, args: ['--factory-startup', '--addons', rig.addon] })
  llm = await rig.llm(server)
})
afterAll(() => rig.close())

const milliseconds = expect.any(Number) as number
const text = expect.any(String) as string

const failed = (error: string, result: unknown = '') => ({
  status: 'failed',
  job_id: text,
  target_uuid: blender.uuid,
  result,
  error,
  duration_ms: milliseconds,
})

describe('a background Blender with the installed zip', () => {
  it('is on the bus with true facts', async () => {
    expect(await llm.blenders()).toStrictEqual([
      {
        uuid: blender.uuid,
        client_type: 'blender',
        is_persistent: true,
        capabilities: expect.arrayContaining(['headless', 'rendering']) as string[],
        group_id: null,
        connected_at: expect.any(Number) as number,
        last_seen: expect.any(Number) as number,
        label: 'node 1',
        pid: blender.pid,
        hostname: text,
        blender_version: text,
        addon_version: text,
      },
    ])
  })

  it('answers ping', async () => {
    const { outcome, isError } = await llm.call('ping')
    expect(outcome).toStrictEqual({
      status: 'completed',
      job_id: text,
      target_uuid: blender.uuid,
      result: { pong: true, blender_version: text, blend_file: '' },
      error: '',
      duration_ms: milliseconds,
    })
    expect(isError).toBe(false)
  })

  it('runs Python and says what came of it', async () => {
    const { outcome } = await llm.call('execute_code', {
      code: 'print("hello")\nbpy.data.objects["Cube"].name',
    })
    expect(outcome.result).toStrictEqual({ stdout: 'hello\n', stderr: '', value: "'Cube'" })
  })

  it('describes the scene', async () => {
    const { outcome } = await llm.call('get_scene_info')
    expect(outcome.result).toStrictEqual({
      name: 'Scene',
      frame_current: 1,
      frame_start: 1,
      frame_end: 250,
      fps: 24,
      unit_system: 'METRIC',
      unit_scale: 1,
      object_count: 3,
      objects: [
        { name: 'Cube', type: 'MESH', location: [0, 0, 0] },
        { name: 'Light', type: 'LIGHT', location: [4.076245, 1.005454, 5.903862] },
        { name: 'Camera', type: 'CAMERA', location: [7.358891, -6.925791, 4.958309] },
      ],
      camera: 'Camera',
      materials_count: expect.any(Number) as number,
      materials: expect.arrayContaining(['Material']) as string[],
      render_engine: rig.eevee,
      resolution: [1920, 1080],
      blend_file: '',
      unsaved_changes: false,
      blender_version: text,
    })
  })

  it('lists objects by type and by name, a page at a time', async () => {
    expect((await llm.call('list_objects', { type: 'mesh' })).outcome.result).toStrictEqual({
      total: 1,
      page: 1,
      page_size: 50,
      pages: 1,
      objects: [{ name: 'Cube', type: 'MESH', location: [0, 0, 0] }],
    })
    const second = await llm.call('list_objects', { page: 2, page_size: 2 })
    expect(second.outcome.result).toMatchObject({ total: 3, pages: 2, objects: [{ name: 'Camera' }] })
    const named = await llm.call('list_objects', { name_contains: 'LIG' })
    expect(named.outcome.result).toMatchObject({ objects: [{ name: 'Light' }] })
  })

  it('describes an object', async () => {
    await llm.run(
      'o = bpy.data.objects["Cube"]\no.rotation_euler.z = 1.5707963\no.modifiers.new("Smooth", "SUBSURF")\n' +
        'bpy.context.view_layer.update()',
    )
    const { outcome } = await llm.call('get_object_info', { name: 'Cube' })
    expect(outcome.result).toStrictEqual({
      name: 'Cube',
      type: 'MESH',
      location: [0, 0, 0],
      rotation_mode: 'XYZ',
      rotation_degrees: [0, 0, 90],
      scale: [1, 1, 1],
      dimensions: expect.any(Array) as number[],
      world_location: [0, 0, 0],
      bounds: { min: expect.any(Array) as number[], max: expect.any(Array) as number[] },
      visible: true,
      hide_render: false,
      parent: null,
      children: [],
      collections: ['Collection'],
      data: 'Cube',
      materials: ['Material'],
      modifiers: [{ name: 'Smooth', type: 'SUBSURF', show_viewport: true }],
      constraints: [],
      mesh: {
        vertices: 8,
        edges: 12,
        faces: 6,
        triangles: 12,
        uv_layers: ['UVMap'],
        with_modifiers: { vertices: 26, edges: 48, faces: 24, triangles: 48 },
      },
    })
    await llm.run('o = bpy.data.objects["Cube"]\no.rotation_euler.z = 0\no.modifiers.clear()')
  })

  it('browses bpy.data: collections, items, properties', async () => {
    const all = await llm.call('browse_data', { page_size: 500 })
    expect((all.outcome.result as { collections: object[] }).collections).toContainEqual({
      collection: 'meshes',
      count: 1,
    })
    expect((await llm.call('browse_data', { collection: 'meshes' })).outcome.result).toStrictEqual({
      collection: 'meshes',
      total: 1,
      page: 1,
      page_size: 50,
      pages: 1,
      items: [{ name: 'Cube', type: 'Mesh', users: 1 }],
    })
    const item = await llm.call('browse_data', { collection: 'cameras', item_name: 'Camera', page_size: 500 })
    expect(item.outcome.result).toMatchObject({
      item: { name: 'Camera', type: 'Camera', users: 1 },
      properties: { type: 'PERSP', lens: 50, clip_end: 100 },
    })
  })

  it('shows itself by a small preview render, also without camera and light', async () => {
    const shot = await llm.call('get_viewport_screenshot', { max_size: 160 })
    expect(shot.outcome).toMatchObject({
      status: 'completed',
      result: { source: 'preview_render', width: 160, height: 90, engine: 'CYCLES' },
    })
    expect(shot.mimeType).toBe('image/png')
    const picture = decodePng(shot.image ?? Buffer.alloc(0))
    expect([picture.width, picture.height]).toStrictEqual([160, 90])
    expect(picture.mean).toBeGreaterThan(20)
    expect(picture.colours).toBeGreaterThan(100)
    // The bytes are in the image block alone.
    expect(shot.text.length).toBeLessThan(2000)

    await llm.run(
      'for name in ("Camera", "Light"): bpy.data.objects[name].hide_render = True\n' +
        'bpy.context.scene.camera = None\n' +
        'for o in [o for o in bpy.data.objects if o.type == "LIGHT"]: bpy.data.objects.remove(o)\n' +
        'bpy.context.scene.world = None',
    )
    const bare = await llm.call('get_viewport_screenshot', { max_size: 64 })
    expect(decodePng(bare.image ?? Buffer.alloc(0)).mean).toBeGreaterThan(10)
    expect(bare.outcome.result).toMatchObject({ note: expect.stringContaining('no camera') as string })
    const left =
      'sorted(o.name for o in bpy.data.objects), bpy.context.scene.camera, len(bpy.data.lights) < 2'
    expect(await llm.run(left)).toBe("(['Camera', 'Cube'], None, True)")
    await llm.run('bpy.ops.wm.read_homefile(use_factory_startup=False)')
  })

  it('renders with progress, and leaves the settings of the scene as they were', async () => {
    const settings =
      'r = bpy.context.scene.render\n' +
      '(r.engine, r.resolution_x, r.resolution_y, r.resolution_percentage, r.filepath, r.image_settings.file_format,' +
      ' r.image_settings.color_mode, bpy.context.scene.frame_current, bpy.context.scene.cycles.samples,' +
      ' bpy.context.scene.cycles.use_denoising)'
    await llm.run('bpy.context.scene.render.image_settings.file_format = "OPEN_EXR"')
    const before = await llm.run(settings)
    const heard: { progress: number; message?: string }[] = []
    const { outcome, image } = await llm.call(
      'render_image',
      { frame: 7, width: 320, height: 200, samples: 400, engine: 'cycles' },
      {
        onprogress: ({ progress, message }) =>
          heard.push({ progress, ...(message !== undefined && { message }) }),
      },
    )
    expect(outcome.error).toBe('')
    expect(outcome.result).toStrictEqual({
      width: 320,
      height: 200,
      note: expect.any(String) as string,
      source: 'render',
      frame: 7,
      engine: 'CYCLES',
      samples: 400,
      seconds: expect.any(Number) as number,
      image: { mime_type: 'image/png', bytes: image?.length },
    })
    const picture = decodePng(image ?? Buffer.alloc(0))
    expect([picture.width, picture.height]).toStrictEqual([320, 200])
    // The lit cube in the middle is brighter than the grey world in the corner.
    expect(picture.at(160, 90)[0]).not.toBe(picture.at(2, 2)[0])
    expect(picture.colours).toBeGreaterThan(100)
    expect(heard.length).toBeGreaterThan(1)
    expect(heard.some(({ message }) => /% of the samples/.test(message ?? ''))).toBe(true)
    expect(await llm.run(settings)).toBe(before)
  })

  it('renders no larger than a model looks at, unless it is asked for more', async () => {
    const large = { samples: 1, engine: 'CYCLES' }
    const { outcome, image } = await llm.call('render_image', large)
    expect(outcome.result).toMatchObject({
      width: 1568,
      height: 882,
      note: expect.stringContaining(
        'Rendered at 1568 x 882 instead of 1920 x 1080: max_size gives more, up to 4096.',
      ) as string,
    })
    const picture = decodePng(image ?? Buffer.alloc(0))
    expect([picture.width, picture.height]).toStrictEqual([1568, 882])
    const more = await llm.call('render_image', { ...large, max_size: 1920 })
    expect(more.outcome.result).toMatchObject({ width: 1920, height: 1080 })
    const less = await llm.call('render_image', { ...large, width: 400, height: 100, max_size: 40 })
    expect(less.outcome.result).toMatchObject({ width: 40, height: 10 })
  })

  it('takes a message of any size whole', async () => {
    const [blender] = await llm.blenders()
    expect(blender?.capabilities).toContain('large_messages')
    expect(await llm.run(`# ${'x'.repeat(1_500_000)}\n6 * 7`)).toBe('42')
  })

  it('scales a picture that is too large for an answer, and says so', async () => {
    await llm.run(
      'm = bpy.data.materials["Material"]; n = m.node_tree.nodes; t = n.new("ShaderNodeTexWhiteNoise")\n' +
        'e = n.new("ShaderNodeEmission"); w = n.new("ShaderNodeTexCoord"); l = m.node_tree.links\n' +
        'l.new(w.outputs["Window"], t.inputs[0]); l.new(t.outputs["Color"], e.inputs["Color"])\n' +
        'l.new(e.outputs[0], n["Material Output"].inputs["Surface"]); bpy.data.objects["Cube"].scale = (9, 9, 9)\n' +
        'bpy.data.cameras["Camera"].clip_end = 100; bpy.data.objects["Cube"].location = (-8, 7, -6)',
    )
    const { outcome, image, mimeType } = await llm.call('render_image', {
      width: 1200,
      height: 1200,
      samples: 1,
      engine: 'CYCLES',
    })
    expect(outcome.status).toBe('completed')
    expect(mimeType).toBe('image/jpeg')
    expect(image?.subarray(0, 3).toString('hex')).toBe('ffd8ff')
    expect(image?.length).toBeLessThanOrEqual(678_912)
    expect(outcome.result).toMatchObject({
      note: expect.stringContaining('Too large for an answer') as string,
    })
  })

  it('says honestly that it has no undo', async () => {
    const { outcome, isError } = await llm.call('undo', { steps: 2 })
    expect(outcome).toStrictEqual(
      failed(
        'This Blender has no window, and keeps no undo history without one. Save before a change, and open the file again to go back.',
      ),
    )
    expect(isError).toBe(true)
  })

  it('saves and opens files, and overwrites nothing unasked', async () => {
    const path = rig.path('shot.blend')
    expect((await llm.call('save_file')).outcome).toStrictEqual(
      failed('This file was never saved. Give the path to save it to.'),
    )
    await llm.run('bpy.data.objects["Cube"].name = "Hero"')
    const saved = await llm.call('save_file', { path: rig.path('shot') })
    expect(saved.outcome.result).toStrictEqual({
      path,
      bytes: expect.any(Number) as number,
      overwritten: false,
      blend_file: path,
    })
    await until(async () => (await llm.blenders())[0]?.blend_file === path, 'the new file name')
    for (const args of [{ path }, {}]) {
      expect((await llm.call('save_file', args)).outcome).toStrictEqual(
        failed(`${path} exists. Pass overwrite: true to replace it, or choose another path.`),
      )
    }
    expect((await llm.call('save_file', { overwrite: true })).outcome.result).toMatchObject({
      overwritten: true,
    })
    await llm.run('bpy.ops.wm.read_homefile(use_factory_startup=False)')
    const opened = await llm.call('open_file', { path })
    expect(opened.outcome.result).toStrictEqual({ blend_file: path, scene: 'Scene', object_count: 3 })
    expect(await llm.run('"Hero" in bpy.data.objects')).toBe('True')
  })

  it('saves over nobody else’s save, and over no file that another Blender has open, unless asked to', async () => {
    const path = rig.path('shared.blend')
    expect((await llm.call('save_file', { path })).outcome.status).toBe('completed')
    appendFileSync(path, 'x')
    const ask =
      'Saving over it may lose that work. Ask the artist, save under another path, or pass overwrite_changed: true as well.'
    const changed = `${path} has changed on disk since this Blender opened or saved it: somebody else saved it. ${ask}`
    expect((await llm.call('save_file', { overwrite: true })).outcome).toStrictEqual(failed(changed))
    // A copy that is saved elsewhere does not make it known.
    await llm.call('save_file', { path: rig.path('copy'), copy: true })
    expect((await llm.call('save_file', { path, overwrite: true })).outcome).toStrictEqual(failed(changed))
    const over = { overwrite: true, overwrite_changed: true }
    expect((await llm.call('save_file', over)).outcome.status).toBe('completed')
    expect((await llm.call('save_file', { overwrite: true })).outcome.status).toBe('completed')
    const other = await rig.blender({ label: 'other', server, args: [path] })
    const target = blender.uuid
    const elsewhere = `${path} is open in another Blender, too: other. ${ask}`
    expect((await llm.call('save_file', { target, overwrite: true })).outcome).toStrictEqual(
      failed(elsewhere),
    )
    expect((await llm.call('save_file', { target, ...over })).outcome.status).toBe('completed')
    await other.process.kill()
    await until(async () => (await llm.blenders()).length === 1, 'a single Blender')
  })

  const wrong: [command: string, args: () => object, error: () => string][] = [
    [
      'open_file',
      () => ({ path: rig.path('missing.blend') }),
      () => `There is no file at ${rig.path('missing.blend')}.`,
    ],
    ['open_file', () => ({ path: rig.folder }), () => `${rig.folder} is not a file.`],
    [
      'open_file',
      () => ({ path: 'shot.blend' }),
      () => 'shot.blend is a relative path. Give an absolute path.',
    ],
    [
      'save_file',
      () => ({ path: rig.path('no/such/a.blend') }),
      () => `There is no folder ${rig.path('no/such')}. Create it first.`,
    ],
    [
      'get_object_info',
      () => ({ name: 'hero' }),
      () => "There is no object 'hero' in the scene. Did you mean Hero?",
    ],
    [
      'browse_data',
      () => ({ collection: 'meshs' }),
      () => "bpy.data has no collection 'meshs'. Did you mean meshes, masks, images?",
    ],
    [
      'browse_data',
      () => ({ collection: 'meshes', item_name: 'Nope' }),
      () => "There is no 'Nope' in meshes. There are: Cube.",
    ],
    [
      'render_image',
      () => ({ engine: 'NOPE' }),
      () =>
        `This Blender has no render engine 'NOPE'. It has ('${rig.eevee}', 'BLENDER_WORKBENCH', 'CYCLES').`,
    ],
  ]
  it.each(wrong)('%s says clearly what is wrong (%#)', async (command, args, error) => {
    expect((await llm.call(command, args())).outcome).toStrictEqual(failed(error()))
  })

  it('opens no file that is none, and stays as it was', async () => {
    const path = rig.path('text.blend')
    writeFileSync(path, 'not a blend file')
    const { outcome } = await llm.call('open_file', { path })
    expect(outcome.status).toBe('failed')
    expect(outcome.error).toContain(`${path} could not be opened: `)
    expect(await llm.run('"Hero" in bpy.data.objects')).toBe('True')
  })
})

describe('bad scripts', () => {
  it('a syntax error', async () => {
    const { outcome } = await llm.call('execute_code', { code: 'x = (' })
    expect(outcome.status).toBe('failed')
    expect(outcome.error).toContain('SyntaxError')
  })

  it('one that raises', async () => {
    const { outcome } = await llm.call('execute_code', { code: 'print("before")\n1/0' })
    expect(outcome).toMatchObject({ status: 'failed', result: { stdout: 'before\n' } })
    expect(outcome.error).toMatch(/^Traceback[^]*line 2[^]*ZeroDivisionError: division by zero$/)
  })

  it('one that prints 100 MB', async () => {
    const { outcome } = await llm.call('execute_code', {
      code: 'for _ in range(100): print("x" * 1_000_000)',
    })
    expect(outcome.status).toBe('completed')
    expect((outcome.result as { stdout: string }).stdout).toMatch(
      /^x{1000}[^]*\[\.\.\. \d+ characters cut\]$/,
    )
  })

  it.each(['import sys; sys.exit()', 'quit()', 'exit(0)', 'raise SystemExit'])(
    '%s ends the script alone',
    async (code) => {
      expect((await llm.call('execute_code', { code })).outcome).toMatchObject({
        status: 'completed',
        result: { value: null },
      })
    },
  )

  it('sys.exit with a code is a failure', async () => {
    const { outcome } = await llm.call('execute_code', { code: 'import sys; sys.exit(3)' })
    expect(outcome).toMatchObject({ status: 'failed', error: 'The script ended with exit code 3.' })
  })

  it('one that loops for longer than the timeout can be traced, and its answer is kept', async () => {
    const gate = rig.path('gate-timeout')
    const code = `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.02)\n"late"`
    const { outcome } = await llm.call('execute_code', { code, timeout_seconds: 1.5 })
    expect(outcome).toStrictEqual({
      status: 'timeout',
      job_id: text,
      target_uuid: blender.uuid,
      result: '',
      error: `No result within 1.5 s. The job has started and goes on. Call blender_get_job with job_id "${outcome.job_id}" for its result. Do not send it again.`,
      duration_ms: milliseconds,
    })
    // What comes behind it waits its turn, and can be withdrawn.
    const behind = await llm.call('execute_code', {
      code: `open(${JSON.stringify(rig.path('behind'))}, "w")`,
      timeout_seconds: 0.5,
    })
    expect(behind.outcome).toMatchObject({
      status: 'timeout',
      error: expect.stringContaining('had not started') as string,
    })
    writeFileSync(gate, '')
    const late = await llm.call('get_job', { job_id: outcome.job_id, wait_seconds: 40 })
    expect(late.outcome).toMatchObject({ status: 'completed', result: { value: "'late'" } })
    expect((await llm.call('ping')).outcome.status).toBe('completed')
    expect(existsSync(rig.path('behind'))).toBe(false)
    expect(await llm.job(behind.outcome.job_id)).toMatchObject({ status: 'cancelled' })
  })

  it('one that is cancelled by its caller before it starts never runs', async () => {
    const gate = rig.path('gate-cancel')
    const first = llm.call('execute_code', {
      code: `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.02)`,
    })
    const control = new AbortController()
    const code = `open(${JSON.stringify(rig.path('cancelled'))}, "w")`
    const second = llm.start('execute_code', { code }, control.signal)
    const jobId = await second.jobId
    control.abort('not needed')
    await expect(second.ended).rejects.toThrow('not needed')
    await until(async () => (await llm.job(jobId)).status === 'cancelled', 'the cancellation')
    writeFileSync(gate, '')
    expect((await first).outcome.status).toBe('completed')
    expect((await llm.call('ping')).outcome.status).toBe('completed')
    expect(existsSync(rig.path('cancelled'))).toBe(false)
  })
})

describe('being taken off the bus', () => {
  it('another client takes it off: its caller hears at once, the Blender is told and ends by itself', async () => {
    const gate = rig.path('gate-off')
    const other = await rig.llm(server, 'other')
    const running = llm.start('execute_code', {
      code: `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.02)`,
    })
    const jobId = await running.jobId
    await until(async () => (await llm.job(jobId)).status === 'running', 'the job to run')
    await other.client.callTool({
      name: 'blender_unregister_client',
      arguments: { client_uuid: blender.uuid },
    })
    expect((await running.ended).outcome).toMatchObject({
      status: 'cancelled',
      error: 'Unregistered by server:local.',
    })
    writeFileSync(gate, '')
    expect(await blender.process.ended()).toStrictEqual({ code: 0, signal: null })
    expect(blender.process.output()).toContain(
      'You were unregistered by server:local: Another client asked for it.',
    )
    expect(await llm.blenders()).toStrictEqual([])
  })
})
