/** Pictures of a 3D view whose Rendered shading shows in Blender's own window only: never black without a word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPanel, type PanelApi } from '../fixtures/panel-client.ts'
import type { Llm } from './rig/llm.ts'
import { decodePng } from './rig/png.ts'
import { createRig, type Blender, type Rig } from './rig/rig.ts'

let rig: Rig
let blender: Blender
let llm: Llm
let panel: { api: PanelApi; close(): void }
beforeAll(async () => {
  rig = await createRig()
  const server = await rig.serve({ panel: true })
  blender = await rig.blender({ label: 'artist', server, window: true })
  llm = await rig.llm(server)
  panel = await openPanel(server.port, server.panelKey ?? '')
  await llm.run(countsEngines)
})
afterAll(async () => {
  panel.close()
  await rig.close()
})

/** An engine of an add-on, which counts how often Blender begins to render a view with it. */
const countsEngines = `
begun = bpy.app.driver_namespace["begun"] = []
class Engine(bpy.types.RenderEngine):
    bl_idname, bl_label = "COUNTING", "Counting"
    def render(self, depsgraph): pass
    def view_update(self, context, depsgraph):
        if not hasattr(self, "counted"): begun.append(True)
        self.counted = True
    def view_draw(self, context, depsgraph): pass
bpy.utils.register_class(Engine)`

const space =
  'window = bpy.context.window_manager.windows[0]\n' +
  'space = next(area for area in window.screen.areas if area.type == "VIEW_3D").spaces.active\n'
/** Rendered shading with nothing over it. */
const rendered = (engine: string): string =>
  `${space}space.overlay.show_overlays = False\nwindow.scene.render.engine = "${engine}"\nspace.shading.type = "RENDERED"`
const settings =
  '[(space.shading.type, space.overlay.show_overlays, space.show_object_viewport_mesh) for screen in bpy.data.screens' +
  ' for area in screen.areas if area.type == "VIEW_3D" for space in [area.spaces.active]]'
/** Draws the window as often as it takes for its engine to begin. */
const drawn = 'bpy.ops.wm.redraw_timer(type="DRAW_WIN", iterations=2)'

const look = () =>
  panel.api.pictures.take({
    client: { userId: 'local', uuid: blender.uuid },
    maxSize: 200,
    maxAgeSeconds: 0,
    render: false,
  })

describe('a 3D view in Rendered shading', () => {
  it.each(['CYCLES', 'COUNTING'])('of %s is drawn in Solid, and the answer says so', async (engine) => {
    await llm.run(rendered(engine))
    await llm.call('save_file', { path: rig.path(`${engine}.blend`) })
    const before = await llm.run(settings)
    const shot = await llm.call('get_viewport_screenshot', { max_size: 200 })
    const note =
      `Drawn in Solid shading, without lights and materials: in Rendered shading ${engine} shows in Blender's own ` +
      'window only. blender_render_image shows how it renders.'
    expect(shot.outcome).toMatchObject({
      status: 'completed',
      result: { source: 'viewport', note, width: 200 },
    })
    expect(decodePng(shot.image ?? Buffer.alloc(0)).mean).toBeGreaterThan(20)
    expect(await look()).toMatchObject({ outcome: 'taken', picture: { source: 'viewport', note } })
    expect(await llm.run(settings)).toBe(before)
    expect(await llm.run('bpy.data.is_dirty')).toBe('False')
  })

  it('goes on with the render that it shows', async () => {
    await llm.run(rendered('COUNTING'))
    await llm.run(drawn)
    const begun = 'len(bpy.app.driver_namespace["begun"])'
    const before = await llm.run(begun)
    await llm.call('get_viewport_screenshot', { max_size: 200 })
    await look()
    await llm.run(drawn)
    expect({ began: before !== '0', begun: await llm.run(begun) }).toStrictEqual({
      began: true,
      begun: before,
    })
  })

  it('that no other view could stand for is drawn for a program, and left alone by a look', async () => {
    await llm.run(`${rendered('CYCLES')}\nspace.use_local_collections = True`)
    const before = await llm.run(settings)
    expect(await look()).toStrictEqual({
      outcome: 'needs_render',
      message: "This Blender shows CYCLES in Rendered shading, which can't be drawn outside its window.",
    })
    const shot = await llm.call('get_viewport_screenshot', { max_size: 200 })
    expect(decodePng(shot.image ?? Buffer.alloc(0)).mean).toBeGreaterThan(20)
    expect(await llm.run(settings)).toBe(before)
    await llm.run(`${space}space.use_local_collections = False`)
  })
})

describe('a picture that is black', () => {
  it('says that it is', async () => {
    await llm.run(
      `${space}space.overlay.show_overlays = False\nspace.shading.type = "SOLID"\n` +
        'space.shading.background_type, space.shading.background_color = "VIEWPORT", (0, 0, 0)\n' +
        'for item in list(bpy.data.objects): bpy.data.objects.remove(item)',
    )
    const { outcome } = await llm.call('get_viewport_screenshot', { max_size: 64 })
    expect(outcome.result).toMatchObject({ source: 'viewport', note: 'All of this picture is black.' })
  })
})
