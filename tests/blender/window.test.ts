import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Llm, ToolCall } from './rig/llm.ts'
import { decodePng, type Picture } from './rig/png.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

let rig: Rig
let server: Server
let blender: Blender
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  server = await rig.serve()
  blender = await rig.blender({ label: 'artist', server, window: true })
  llm = await rig.llm(server)
})
afterAll(() => rig.close())

const pictureOf = (shot: ToolCall): Picture => decodePng(shot.image ?? Buffer.alloc(0))

/** How many pixels of two pictures of one size differ clearly. */
const difference = (one: Picture, other: Picture): number => {
  let different = 0
  for (let y = 0; y < one.height; y += 1) {
    for (let x = 0; x < one.width; x += 1) {
      const [a, b] = [one.at(x, y), other.at(x, y)]
      if (a.some((value, channel) => Math.abs(value - (b[channel] ?? 0)) > 24)) different += 1
    }
  }
  return different
}

describe('a Blender with a window', () => {
  it('answers every reading command', async () => {
    expect((await llm.blenders())[0]).toMatchObject({
      label: 'artist',
      capabilities: expect.arrayContaining(['viewport']) as string[],
    })
    expect((await llm.call('ping')).outcome).toMatchObject({ status: 'completed', result: { pong: true } })
    expect((await llm.call('get_scene_info')).outcome.result).toMatchObject({
      name: 'Scene',
      object_count: 3,
    })
    expect((await llm.call('list_objects', { type: 'MESH' })).outcome.result).toMatchObject({ total: 1 })
    expect((await llm.call('get_object_info', { name: 'Cube' })).outcome.result).toMatchObject({
      visible: true,
      bounds: { min: [-1, -1, -1], max: [1, 1, 1] },
    })
    expect((await llm.call('browse_data', { collection: 'screens' })).outcome.status).toBe('completed')
  })

  it('shows its 3D view, in the shape of the view and as it is now', async () => {
    const before = await llm.call('get_viewport_screenshot', { max_size: 400 })
    expect(before.outcome.result).toMatchObject({ source: 'viewport', note: '', width: 400 })
    const empty = pictureOf(before)
    expect(Math.max(empty.width, empty.height)).toBe(400)
    expect(empty.mean).toBeGreaterThan(20)
    expect(empty.colours).toBeGreaterThan(50)
    // Blender 5.2 smooths lines of the grid a little otherwise each time.
    expect(
      difference(empty, pictureOf(await llm.call('get_viewport_screenshot', { max_size: 400 }))),
    ).toBeLessThan(50)
    await llm.run('bpy.ops.mesh.primitive_uv_sphere_add(radius=3)')
    const full = pictureOf(await llm.call('get_viewport_screenshot', { max_size: 400 }))
    expect(difference(empty, full)).toBeGreaterThan(1000)
  })

  it('undoes what a job did, step by step, and says when there is nothing left', async () => {
    const count = async () => llm.run('len(bpy.data.objects)')
    const before = Number(
      (await llm.call('list_objects')).outcome.result instanceof Object ? await count() : 0,
    )
    await llm.run('for _ in range(3): bpy.ops.mesh.primitive_cube_add()')
    await llm.run('bpy.ops.object.empty_add()')
    expect((await llm.call('list_objects')).outcome.result).toMatchObject({ total: before + 4 })
    expect((await llm.call('undo')).outcome.result).toMatchObject({ asked: 1, undone: 1, more: true })
    expect((await llm.call('list_objects')).outcome.result).toMatchObject({ total: before + 3 })
    expect((await llm.call('undo')).outcome.result).toMatchObject({ undone: 1 })
    expect((await llm.call('list_objects')).outcome.result).toMatchObject({ total: before })
    const rest = await llm.call('undo', { steps: 50 })
    expect(rest.outcome).toMatchObject({ error: '', result: { asked: 50, more: false } })
    expect((await llm.call('undo')).outcome).toMatchObject({
      status: 'failed',
      error: 'There is nothing to undo.',
    })
    expect((await llm.call('list_objects')).outcome.result).toMatchObject({ total: 3 })
  })

  it('renders while the connection goes on', async () => {
    const heard: string[] = []
    const render = llm.call(
      'render_image',
      { width: 480, height: 300, samples: 600, engine: 'CYCLES' },
      { onprogress: ({ message }) => heard.push(message ?? '') },
    )
    await until(() => heard.some((message) => message.startsWith('Rendering for')), 'progress of the render')
    // Its session answers pings and its heartbeat goes on: to the server it is live.
    expect(await llm.blenders()).toHaveLength(1)
    const { outcome, image } = await render
    expect(outcome).toMatchObject({
      status: 'completed',
      result: { width: 480, height: 300, source: 'render' },
    })
    const picture = decodePng(image ?? Buffer.alloc(0))
    expect(picture.mean).toBeGreaterThan(20)
    expect(picture.colours).toBeGreaterThan(100)
    expect(await llm.run('bpy.context.scene.render.engine, bpy.context.scene.render.resolution_x')).toBe(
      `('${rig.eevee}', 1920)`,
    )
  })

  it('keeps unsaved changes from being lost unasked', async () => {
    const path = rig.path('artist.blend')
    expect((await llm.call('save_file', { path })).outcome).toMatchObject({ status: 'completed', error: '' })
    await llm.run('bpy.ops.mesh.primitive_cone_add()')
    expect((await llm.call('open_file', { path })).outcome).toMatchObject({
      status: 'failed',
      error: `${path} has changes that are not saved. Save them first, or pass discard_changes: true to lose them.`,
    })
    expect((await llm.call('open_file', { path, discard_changes: true })).outcome).toMatchObject({
      status: 'completed',
      result: { blend_file: path, object_count: 3 },
    })
    expect((await llm.call('get_viewport_screenshot')).outcome).toMatchObject({
      result: { source: 'viewport' },
    })
    await until(async () => (await llm.blenders())[0]?.blend_file === path, 'the file name on the bus')
  })
})

describe('two Blenders with windows, one over the other', () => {
  it('shows each its own view, also the one that is covered', async () => {
    const cover = await rig.blender({ label: 'cover', server, window: true })
    await llm.run('for o in list(bpy.data.objects): bpy.data.objects.remove(o)', { target: cover.uuid })
    const [covered, bare] = await Promise.all(
      [blender, cover].map(async ({ uuid }) =>
        llm.call('get_viewport_screenshot', { target: uuid, max_size: 300 }),
      ),
    )
    expect(covered?.outcome).toMatchObject({ target_uuid: blender.uuid, result: { source: 'viewport' } })
    expect(bare?.outcome).toMatchObject({ target_uuid: cover.uuid, result: { source: 'viewport' } })
    if (covered === undefined || bare === undefined) return
    expect(pictureOf(covered).mean).toBeGreaterThan(20)
    expect(difference(pictureOf(covered), pictureOf(bare))).toBeGreaterThan(200)
  })
})
