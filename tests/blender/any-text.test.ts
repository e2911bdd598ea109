import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Llm } from './rig/llm.ts'
import { until } from './rig/process.ts'
import { createRig, type Blender, type Rig, type Server } from './rig/rig.ts'

/** A name in Latin-1, as old files and other programs write it: no UTF-8. */
const latin1 = Buffer.from('caf\xe9', 'latin1')
const shown = 'caf\ufffd'
const folderName = 'new\nline\ttab'

let rig: Rig
let server: Server
let blender: Blender
let llm: Llm
let folder: string
beforeAll(async () => {
  rig = await createRig()
  folder = rig.path(folderName)
  mkdirSync(folder)
  server = await rig.serve()
  const file = join(folder, 'names.blend')
  const maker = await rig.blender({
    label: 'maker',
    server,
    args: ['--factory-startup', '--addons', rig.addon],
  })
  llm = await rig.llm(server)
  await llm.run(
    `bpy.data.objects["Cube"].name = bpy.data.materials["Material"].name = bpy.context.scene.name = "cafX"
bpy.data.objects["cafX"].modifiers.new("cafX", "SUBSURF")
bpy.data.objects["cafX"].location.x = float("nan")
bpy.ops.wm.save_as_mainfile(filepath=${JSON.stringify(file)}, compress=False)`,
  )
  await maker.process.kill()
  const bytes = readFileSync(file).toString('latin1').replaceAll('cafX', latin1.toString('latin1'))
  // A path that is no UTF-8 either.
  writeFileSync(
    Buffer.concat([Buffer.from(join(folder, '/')), latin1, Buffer.from('.blend')]),
    bytes,
    'latin1',
  )
  writeFileSync(file, bytes, 'latin1')
  blender = await rig.blender({ label: '', server, args: ['--addons', rig.addon, file] })
})
afterAll(() => rig.close())

const record = async () => (await llm.blenders()).find(({ uuid }) => uuid === blender.uuid)
const result = async (command: string, args: object = {}) => {
  const { outcome } = await llm.call(command, { target: blender.uuid, ...args })
  return outcome.status === 'completed' ? outcome.result : outcome
}

describe('a Blender with names and paths that are no text', () => {
  it('is on the bus, with a path of newline and tab', async () => {
    expect(await record()).toMatchObject({
      label: 'names.blend',
      blend_file: join(rig.folder, 'new\\nline\\ttab', 'names.blend'),
    })
  })

  it('describes its scene, with a note where a number is none', async () => {
    expect(await result('get_scene_info')).toMatchObject({
      name: shown,
      objects: [
        { name: shown, type: 'MESH', location: ['NaN', 0, 0] },
        { name: 'Light', type: 'LIGHT' },
        { name: 'Camera', type: 'CAMERA' },
      ],
      materials: [shown, 'Dots Stroke'],
      blend_file: join(folder, 'names.blend'),
      notes: ['objects[0].location[0] is NaN, which JSON has no number for: it is given as a text.'],
    })
  })

  it('lists and describes an object by the name that it shows', async () => {
    expect(await result('list_objects', { name_contains: 'caf' })).toMatchObject({
      objects: [{ name: shown }],
      total: 1,
    })
    expect(await result('get_object_info', { name: shown })).toMatchObject({
      name: shown,
      materials: [shown],
      modifiers: [{ name: shown, type: 'SUBSURF' }],
    })
    expect(await result('get_object_info', { name: 'cafe' })).toMatchObject({
      status: 'failed',
      error: `There is no object 'cafe' in the scene. Did you mean ${shown}?`,
    })
  })

  it('shows its data, and an item by the name that it shows', async () => {
    expect(await result('browse_data', { collection: 'materials' })).toMatchObject({
      items: [{ name: shown, type: 'Material' }, { name: 'Dots Stroke' }],
    })
    expect(
      await result('browse_data', { collection: 'objects', item_name: shown, page_size: 500 }),
    ).toMatchObject({
      item: { name: shown },
      properties: {
        name_full: shown,
        active_material: { type: 'Material', name: shown },
        location: ['NaN', 0, 0],
      },
    })
  })

  it('prints and returns what is no text', async () => {
    const code = `import os
names = sorted(os.listdir(${JSON.stringify(folder)}))
print(names[0], "\\ud83d")
names[0]`
    expect(await result('execute_code', { code })).toStrictEqual({
      stdout: `${shown}.blend \ufffd\n`,
      stderr: '',
      value: String.raw`'caf\udce9.blend'`,
    })
  })

  it('completes a job whose description and code are cut inside a character', async () => {
    const sent = await llm.client.callTool({
      name: 'blender_send_message',
      arguments: {
        target_uuid: blender.uuid,
        payload: {
          message_type: 'job_dispatch',
          job_id: 'cut',
          script: 'print("\ud83d")',
          description: 'cut off \ud83d',
        },
      },
    })
    expect(sent.structuredContent).toMatchObject({ status: 'ok', deliveries: { [blender.uuid]: 'sent' } })
    await until(
      async () => (await llm.job('cut')).status === 'completed' || undefined,
      'the job',
      blender.process.output,
    )
    expect(await llm.job('cut')).toMatchObject({
      status: 'completed',
      result: '{"stdout":"\ufffd\\n","stderr":"","value":null}',
    })
  })

  it('opens a file whose path is no text, and is on the bus with it', async () => {
    await llm.run(
      `bpy.ops.wm.open_mainfile(filepath=__import__("os").fsdecode(b"%s/caf\\xe9.blend" % ${JSON.stringify(folder)}.encode()))`,
      {
        target: blender.uuid,
      },
    )
    await until(
      async () => (await record())?.label === `${shown}.blend` || undefined,
      'the new record',
      blender.process.output,
    )
    expect(await record()).toMatchObject({
      blend_file: join(rig.folder, 'new\\nline\\ttab', `${shown}.blend`),
    })
    expect(await result('ping')).toMatchObject({ pong: true, blend_file: join(folder, `${shown}.blend`) })
  })
})
