/** What scripts of programs leave in the artist's undo history and in the mark that a file has changes. */
import { existsSync } from 'node:fs'
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
  blender = await rig.blender({ label: 'artist', server, window: true })
  llm = await rig.llm(server)
})
afterAll(() => rig.close())

/** Does what an artist does, with undo steps of its own, while no script runs. */
async function artist(name: string, code: string): Promise<void> {
  const path = rig.path(name)
  await llm.run(`
def work():
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window):
        ${code}
    open(${JSON.stringify(path)}, "w").close()
bpy.app.timers.register(work, first_interval=0.1)`)
  await until(() => existsSync(path), name, blender.process.output)
}

/** What the artist has: whether the file has changes, can be undone and redone. It changes nothing itself. */
const state = () => llm.run('bpy.data.is_dirty, bpy.ops.ed.undo.poll(), bpy.ops.ed.redo.poll()')

const reading = [
  'len(bpy.data.objects)',
  'counts = {}\nfor each in bpy.data.objects: counts[each.type] = counts.get(each.type, 0) + 1\ncounts',
  'graph = bpy.context.evaluated_depsgraph_get()\n[each.evaluated_get(graph).matrix_world.copy() for each in bpy.context.scene.objects]',
  'class Count:\n    def __init__(self): self.total = len(bpy.data.meshes)\nCount().total',
  'mesh = bpy.data.objects["Cube"].to_mesh()\nsize = len(mesh.vertices)\nbpy.data.objects["Cube"].to_mesh_clear()\nsize',
  'now = bpy.context.scene.frame_current\nbpy.context.scene.frame_set(now + 1)\nbpy.context.scene.frame_set(now)',
  '1 / 0',
]

describe('a script that only reads', () => {
  it('leaves undo, redo and the saved state as they are, thirty-five times', async () => {
    await artist(
      'cubes',
      'for _ in range(3): bpy.ops.mesh.primitive_cube_add("EXEC_DEFAULT", True)\n        bpy.ops.ed.undo()',
    )
    await llm.call('save_file', { path: rig.path('saved.blend') })
    const before = await state()
    expect(before).toBe('(False, True, True)')
    for (let round = 0; round < 5; round += 1) {
      for (const code of reading) await llm.call('execute_code', { code })
      expect(await state()).toBe(before)
    }
    // What the artist did is reached at once, in both directions.
    await artist('redone', 'bpy.ops.ed.redo()')
    expect((await llm.call('list_objects')).outcome.result).toMatchObject({ total: 6 })
    await artist('undone', 'for _ in range(3): bpy.ops.ed.undo()')
    expect((await llm.call('list_objects')).outcome.result).toMatchObject({ total: 3 })
  })
})

const changes = [
  ['a transform', 'bpy.data.objects["Cube"].location.x += 1', 'bpy.data.objects["Cube"].location.x'],
  ['a new data-block that nothing uses', 'bpy.data.materials.new("lonely")', 'len(bpy.data.materials)'],
  ['a custom property', 'bpy.context.scene["left"] = 7', 'bpy.context.scene.get("left")'],
  ['a longer custom property', 'bpy.context.scene["list"] = [1.0, 2.0]', '"list" in bpy.context.scene'],
  ['a text', 'bpy.data.texts.new("notes").write("hello")', 'len(bpy.data.texts)'],
  ['the frame', 'bpy.context.scene.frame_set(20)', 'bpy.context.scene.frame_current'],
  ['a name', 'setattr(bpy.data.objects["Light"], "name", "Sun")', '"Sun" in bpy.data.objects'],
  [
    'data that no scene shows',
    'bpy.data.meshes["Cube"].materials[0].use_fake_user = True',
    'bpy.data.materials["Material"].use_fake_user',
  ],
  ['a change before it fails', 'bpy.ops.object.empty_add()\n1 / 0', 'len(bpy.data.objects)'],
] as const

describe('a script that changes something', () => {
  it.each(changes)('makes one step with the title of the job: %s', async (what, code, read) => {
    await artist(`own step before ${what}`, 'bpy.ops.ed.undo_push(message="own")')
    const before = await llm.run(read)
    await llm.call('execute_code', { code, description: `Changes ${what}` })
    const after = await llm.run(read)
    expect(after).not.toBe(before)
    expect(await state()).toBe('(True, True, False)')
    await llm.run(
      'import ctypes\nbpy.context.window_manager.print_undo_steps()\nctypes.CDLL(None).fflush(None)',
    )
    await until(() => blender.process.output().includes(`Busbar: Changes ${what}`), 'the step')
    expect((await llm.call('undo')).outcome.result).toMatchObject({ undone: 1 })
    expect(await llm.run(read)).toBe(before)
  })
})
