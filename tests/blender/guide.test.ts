import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Llm } from './rig/llm.ts'
import { createRig, type Rig, type Server } from './rig/rig.ts'

const root = join(import.meta.dirname, '../..')
const readDoc = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8')

/** Fenced blocks of a page in one language, in order. */
const blocks = (page: string, language: string): string[] =>
  [...readDoc(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, code]) => code ?? '',
  )

/** `~` on a page is a folder of the test's own. */
const atHome = (rig: Rig, code: string): string => code.replaceAll('~/', `${rig.folder}/`)

let rig: Rig
let server: Server
let llm: Llm
beforeAll(async () => {
  rig = await createRig()
  server = await rig.serve()
  await rig.blender({ label: 'guide', server })
  llm = await rig.llm(server, 'guide')
})
afterAll(() => rig.close())

describe('the examples of docs/llm-guide.md', () => {
  it.each(blocks('llm-guide.md', 'js').map((code) => [code]))('runs as a program: %.60j', async (code) => {
    // Beside node_modules, so that the program finds the SDK as a project of its reader would.
    const file = join(root, `.guide-example-${String(process.pid)}.mjs`)
    writeFileSync(file, code)
    try {
      const { stdout } = await promisify(execFile)('node', [file], {
        env: { ...process.env, BUSBAR_URL: server.url, BUSBAR_TOKEN: server.token },
      })
      expect(stdout).toMatch(/^completed '\d+\.\d+\.\d+/)
    } finally {
      rmSync(file)
    }
  })

  it('are complete: one program, one script, and a call for every kind of work', () => {
    expect(blocks('llm-guide.md', 'js')).toHaveLength(1)
    expect(blocks('llm-guide.md', 'python')).toHaveLength(1)
    const names = blocks('llm-guide.md', 'json').map((block) => (JSON.parse(block) as { name: string }).name)
    expect([...new Set(names)]).toStrictEqual([
      'blender_get_scene_info',
      'blender_list_objects',
      'blender_execute_code',
      'blender_get_object_info',
      'blender_browse_data',
      'blender_get_viewport_screenshot',
      'blender_render_image',
      'blender_save_file',
      'blender_open_file',
      'blender_use_target',
    ])
  })

  it('are calls that work, one after another', async () => {
    const values: unknown[] = []
    for (const block of blocks('llm-guide.md', 'json')) {
      const call = JSON.parse(atHome(rig, block)) as { name: string; arguments: object }
      const { outcome, isError } = await llm.call(call.name.replace('blender_', ''), call.arguments)
      expect({ call, status: outcome.status, isError }).toStrictEqual({
        call,
        status: call.name === 'blender_use_target' ? 'ok' : 'completed',
        isError: false,
      })
      if (call.name === 'blender_execute_code') values.push((outcome.result as { value: string }).value)
    }
    expect(values.slice(1)).toStrictEqual(['1.0', '1.0'])
  })
})

describe.each(['llm-guide.md', 'blender.md'])('the scripts of docs/%s', (page) => {
  it.each(blocks(page, 'python').map((code) => [code]))('%.60j runs', async (code) => {
    const { outcome } = await llm.call('execute_code', { code })
    expect(outcome).toMatchObject({ status: 'completed', error: '' })
  })
})
