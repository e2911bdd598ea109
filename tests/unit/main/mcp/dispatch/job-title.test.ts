import { describe, expect, it } from 'vitest'
import { jobTitle } from '../../../../../src/main/mcp/dispatch/job-title.ts'

const openFile = '/shots/shot_010.blend'

describe('the title of a command', () => {
  it.each([
    ['save_file', { path: '/shots/shot_040.blend', overwrite: true }, 'Save over shot_040.blend'],
    ['save_file', { path: 'C:\\shots\\shot_040.blend' }, 'Save as shot_040.blend'],
    ['save_file', { path: '/a.blend', copy: true }, 'Save a copy as a.blend'],
    ['save_file', { path: '/a.blend', copy: true, overwrite: true }, 'Save a copy over a.blend'],
    ['save_file', { overwrite: true }, 'Save over shot_010.blend'],
    ['save_file', {}, 'Save shot_010.blend'],
    ['open_file', { path: '/shots/shot_040.blend' }, 'Open shot_040.blend'],
    [
      'open_file',
      { path: '/shot_040.blend', discard_changes: true },
      'Open shot_040.blend and lose unsaved changes',
    ],
    ['render_image', { frame: 12 }, 'Render frame 12'],
    ['render_image', {}, 'Render the current frame'],
    ['undo', { steps: 2 }, 'Undo 2 steps'],
    ['undo', {}, 'Undo 1 step'],
    ['get_object_info', { name: 'Cube' }, 'Look at Cube'],
    ['get_scene_info', {}, 'Look at the scene'],
    ['browse_data', {}, 'Look through all data'],
    ['browse_data', { collection: 'materials' }, 'Look through materials'],
    ['browse_data', { collection: 'materials', item_name: 'Steel' }, 'Look at Steel of materials'],
    ['list_objects', { type: 'MESH' }, 'List objects'],
    ['get_viewport_screenshot', {}, 'See the 3D view'],
    ['ping', {}, 'Ping a Blender'],
    ['toString', {}, 'toString'],
  ])('%s %j names what matters', (command, params, title) => {
    expect(jobTitle({ command, params, openFile })).toBe(title)
  })

  it('does without a name where no file is open', () => {
    expect([
      jobTitle({ command: 'save_file', params: {} }),
      jobTitle({ command: 'save_file', params: { overwrite: true, copy: true } }),
    ]).toStrictEqual(['Save the file', 'Save a copy over the open file'])
  })
})

describe('the title of a script', () => {
  const ofCode = (code: string) => jobTitle({ command: 'execute_code', params: { code } })

  it.each([
    ['# Move the cube up\nimport bpy', 'Move the cube up'],
    ['\r\n  bpy.ops.object.delete()\r\nx = 1', 'bpy.ops.object.delete()'],
    ['import bpy\nfrom math import pi\n\n# Turn the lamp\nx = 1', 'Turn the lamp'],
    ['import bpy\nx = 1\n# later', 'import bpy'],
    ['import bpy', 'import bpy'],
    ['#!\n# -----\n#\n## Two lamps ##', 'Two lamps ##'],
    ['\n \n', 'execute_code'],
    ['# a\u0007b\tc', 'a b c'],
  ])('%j is its first comment or line', (code, title) => {
    expect(ofCode(code)).toBe(title)
  })

  it('is what its caller says, on one line; a blank word counts as none', () => {
    const say = (description: string) =>
      jobTitle({ command: 'execute_code', params: { code: 'x = 1' }, description })
    expect([say(' Add three\n lamps\u001b '), say(' \n')]).toStrictEqual(['Add three lamps', 'x = 1'])
  })

  it('has at most 200 characters, and no half one', () => {
    const lamps = '💡'.repeat(200)
    const texts = [
      ofCode(`${'x'.repeat(199)}${lamps}`),
      jobTitle({ command: 'execute_code', params: { code: 'x' }, description: lamps }),
      jobTitle({ command: 'open_file', params: { path: `/${'y'.repeat(1000)}` } }),
    ]
    expect(texts).toStrictEqual(['x'.repeat(199), '💡'.repeat(100), `Open ${'y'.repeat(195)}`])
  })
})
