/** A Blender that somebody works in, with real events of mouse and keys (Blender's own --enable-event-simulate). */
import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Llm } from './rig/llm.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

let rig: Rig
let server: Server
let blender: Blender
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  server = await rig.serve()
  blender = await rig.blender({
    label: 'artist',
    server,
    window: true,
    args: [
      ...['--enable-event-simulate', '--python-expr'],
      // The first press would only close it.
      'import bpy; bpy.context.preferences.view.show_splash = False',
    ],
  })
  llm = await rig.llm(server)
})
afterAll(() => rig.close())

/** Waits for a file that Blender writes. */
const appears = (name: string) => until(() => existsSync(rig.path(name)), name, blender.process.output)

/** Starts a stroke over the 3D view from a timer; it is held until the file `<name>-release` is there. */
const stroke = (name: string): string => `
import os
def stroke(path=${JSON.stringify(rig.path(name))}):
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    x, y = region.x + region.width // 2, region.y + region.height // 2
    yield window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
    yield window.event_simulate(type="LEFTMOUSE", value="PRESS", x=x, y=y)
    for step in range(1, 9):
        yield window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x + 5 * step, y=y)
    open(path, "w").close()
    while not os.path.exists(path + "-release"):
        x += 1 if x < region.x + region.width * 3 // 4 else -40
        yield window.event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
    yield window.event_simulate(type="LEFTMOUSE", value="RELEASE", x=x, y=y)
    open(path + "-over", "w").close()
    yield
steps = stroke()
def tick():
    try:
        next(steps)
        return 0.05
    except StopIteration:
        return None
bpy.app.timers.register(tick, first_interval=0.5)
bpy.context.view_layer.objects.active.name`

const tellsTools = async () =>
  (await llm.run('"modal_operators" in bpy.types.Window.bl_rna.properties')) === 'True'

describe('while the artist draws a stroke', () => {
  it('a script neither ends Blender nor comes in between, and what only reads goes on', async () => {
    await llm.run('bpy.ops.mesh.primitive_uv_sphere_add(radius=3)\nbpy.ops.object.mode_set(mode="SCULPT")')
    const shape = 'sum(v.co.length for v in bpy.context.object.data.vertices)'
    const before = Number(await llm.run(shape))
    await llm.run(stroke('stroke'))
    await appears('stroke')
    const [reading, short, job] = [
      llm.call('get_scene_info'),
      llm.call('execute_code', { code: '1 + 1', timeout_seconds: 2 }),
      llm.call('execute_code', { code: '1 + 1' }),
    ]
    expect((await reading).outcome.status).toBe('completed')
    const { outcome } = await short
    if (outcome.status === 'timeout') {
      expect(outcome.error).toContain("(Waits for the artist's stroke to end) and was withdrawn")
      expect((await llm.job(outcome.job_id)).status).toBe('cancelled')
    } else expect(outcome.result).toStrictEqual({ stdout: '', stderr: '', value: '2' })
    writeFileSync(rig.path('stroke-release'), '')
    expect((await job).outcome).toMatchObject({ status: 'completed', result: { value: '2' } })
    await appears('stroke-over')
    // Where Blender tells which tools are in use, nothing that changes something started before the end.
    if (await tellsTools()) expect(outcome.status).toBe('timeout')
    await until(async () => Number(await llm.run(shape)) !== before, 'the stroke')
    expect((await llm.call('ping')).outcome.status).toBe('completed')
    await llm.run('bpy.ops.object.mode_set(mode="OBJECT")')
  })
})

/** All that a render might change, as one text. */
const state = `
import hashlib, os, tempfile
def values(owner):
    return [(p.identifier, repr(getattr(owner, p.identifier)) if not getattr(p, "is_array", False) else list(getattr(owner, p.identifier)))
            for p in owner.bl_rna.properties if p.type not in ("POINTER", "COLLECTION")]
def slots():
    image = bpy.data.images["Render Result"]
    seen, active = [], image.render_slots.active_index
    for index in range(2):
        image.render_slots.active_index = index
        path = os.path.join(tempfile.mkdtemp(), "slot")
        try:
            image.save_render(path)
            seen.append(hashlib.sha256(open(path, "rb").read()).hexdigest())
        except RuntimeError:
            seen.append(None)
    image.render_slots.active_index = active
    return seen, active
def state():
    scene, layer = bpy.context.scene, bpy.context.view_layer
    names = [(c.identifier, list(getattr(bpy.data, c.identifier).keys())) for c in bpy.data.bl_rna.properties if c.type == "COLLECTION"]
    return repr((names, values(scene), values(scene.render), values(scene.render.image_settings), values(scene.cycles),
        scene.camera.name, [o.name for o in layer.objects.selected], layer.objects.active.name,
        bpy.data.is_dirty, bpy.ops.ed.undo.poll(), bpy.ops.ed.redo.poll(), list(bpy.data.objects["Cube"].location)))
`

describe('a render for a program', () => {
  it('leaves everything as it was, whatever format the scene is set to, also one for stereo', async () => {
    await llm.run(
      'scene = bpy.context.scene\nscene.render.engine = "CYCLES"\nscene.cycles.samples = 1\n' +
        'scene.cycles.use_denoising = False\nscene.render.resolution_x = scene.render.resolution_y = 16\n' +
        'bpy.ops.render.render()\nimage = bpy.data.images["Render Result"]\nimage.render_slots.active_index = 1\n' +
        'bpy.data.objects["Cube"].location.x = 1\nbpy.ops.render.render()\nimage.render_slots.active_index = 0',
    )
    // The header of some formats holds the time, so the pictures in the slots are compared in one that has none.
    const png =
      'settings = bpy.context.scene.render.image_settings\n' +
      'if hasattr(settings, "media_type"): settings.media_type = "IMAGE"\n' +
      'settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGB", "8"\n'
    const slots = await llm.run(`${png}${state}\nslots()`)
    expect(slots).toMatch(/^\(\['[0-9a-f]{64}', '[0-9a-f]{64}'\], 0\)$/)
    const formats = JSON.parse(
      String(
        await llm.run(
          `import json
settings = bpy.context.scene.render.image_settings
found = []
for media in ([e.identifier for e in settings.bl_rna.properties["media_type"].enum_items] if hasattr(settings, "media_type") else [""]):
    if media: settings.media_type = media
    for kind in [e.identifier for e in settings.bl_rna.properties["file_format"].enum_items]:
        try: settings.file_format = kind
        except TypeError: continue
        for depth in ("8", "10", "12", "16", "32"):
            try: settings.color_depth = depth
            except TypeError: continue
            found.append([media, kind, depth])
print(json.dumps(found))
json.dumps(found)`,
        ),
      ).slice(1, -1),
    ) as [string, string, string][]
    expect(formats).toContainEqual(expect.arrayContaining(['OPEN_EXR', '32']))
    const hash = `${state}\nstate_hash = lambda: hashlib.sha256(state().encode()).hexdigest()\n`
    const set = ([media, kind, depth]: [string, string, string]) =>
      'settings = bpy.context.scene.render.image_settings\n' +
      (media === '' ? '' : `settings.media_type = ${JSON.stringify(media)}\n`) +
      `settings.file_format, settings.color_depth = ${JSON.stringify(kind)}, ${JSON.stringify(depth)}\n`
    let before = ''
    for (const [index, format] of [...formats, null].entries()) {
      // One script a format, for speed: how the last render left things, and how they are before the next.
      const next = format === null ? '' : set(format)
      const answer = await llm.run(`${hash}after = state_hash()\n${next}after + " " + state_hash()`)
      const [after, now = ''] = String(answer).slice(1, -1).split(' ')
      if (index > 0) expect(after, String(formats[index - 1])).toBe(before)
      before = now
      if (format === null) break
      const { outcome } = await llm.call('render_image', { samples: 1, width: 8, height: 8, frame: 3 })
      expect(outcome, String(format)).toMatchObject({ status: 'completed', result: { frame: 3, width: 8 } })
    }
    expect(await llm.run(`${png}${state}\nslots()`)).toBe(slots)
    await llm.run('bpy.context.scene.render.use_multiview = True')
    const stereo = await llm.call('render_image', { samples: 1, width: 16, height: 8 })
    expect(stereo.outcome).toMatchObject({ status: 'completed', result: { width: 16, height: 8 } })
  })
})

describe('while the artist renders', () => {
  it('a second render and a script wait, and the artist’s is finished', async () => {
    await llm.run(
      'scene = bpy.context.scene\nscene.render.use_multiview = False\nscene.cycles.samples = 2048\n' +
        'scene.render.resolution_x = scene.render.resolution_y = 256\n' +
        `bpy.app.handlers.render_complete.append(lambda *_: open(${JSON.stringify(rig.path('rendered'))}, "w").close())\n` +
        'bpy.app.timers.register(lambda: bpy.ops.render.render("INVOKE_DEFAULT") and None, first_interval=0.3)',
    )
    await until(async () => {
      const { outcome } = await llm.call('execute_code', { code: '1 + 1', timeout_seconds: 1 })
      return outcome.error.includes("(Waits for the artist's render to end) and was withdrawn")
    }, 'a script that waits for the render')
    expect((await llm.call('get_scene_info')).outcome.status).toBe('completed')
    const { outcome } = await llm.call('render_image', { samples: 1, width: 8, height: 8 })
    expect(outcome.status).toBe('completed')
    expect(existsSync(rig.path('rendered'))).toBe(true)
  })
})
