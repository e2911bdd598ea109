import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePng } from '../blender/rig/png.ts'
import type { Blender } from '../blender/rig/rig.ts'
import { allPrograms } from './programs/all-programs.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
let left: Blender
let right: Blender
beforeAll(async () => {
  rig = await createProgramsRig()
  left = await rig.blender('Left')
  right = await rig.blender('Right')
})
afterAll(() => rig.close())

const text = expect.any(String) as string
const milliseconds = expect.any(Number) as number

describe.each(allPrograms)('$name', (program) => {
  it('is told to choose between two Blenders, works in the one it chose, and sees what happened', async () => {
    const run = await rig.start(program)

    const unsure = await run.call('blender_execute_code', { code: '1' })
    expect(unsure.outcome).toStrictEqual({
      status: 'ambiguous_target',
      job_id: text,
      target_uuid: '',
      result: '',
      error:
        'Several Blenders are live. Name one as target: ' +
        `${left.uuid} (Left, unsaved), ${right.uuid} (Right, unsaved).`,
      duration_ms: milliseconds,
    })

    const chosen = await run.call('blender_use_target', { target: right.uuid })
    expect(chosen.outcome).toMatchObject({ status: 'ok' })

    const done = await run.call('blender_execute_code', { code: 'print("Grüße")\nimport os\nos.getpid()' })
    expect(done.outcome).toStrictEqual({
      status: 'completed',
      job_id: text,
      target_uuid: right.uuid,
      result: { stdout: 'Grüße\n', stderr: '', value: String(right.pid) },
      error: '',
      duration_ms: milliseconds,
    })

    const wrong = await run.call('blender_execute_code', { code: '1/0', target: left.uuid })
    expect(wrong.outcome).toStrictEqual({
      status: 'failed',
      job_id: text,
      target_uuid: left.uuid,
      result: { stdout: '', stderr: '', value: null },
      error: expect.stringMatching(/^Traceback [^]*\nZeroDivisionError: division by zero$/) as string,
      duration_ms: milliseconds,
    })

    const seen = await run.call('blender_get_viewport_screenshot', { max_size: 64 })
    expect(seen.outcome).toMatchObject({ status: 'completed', target_uuid: right.uuid })
    expect(seen.pictures.map(({ mimeType }) => mimeType)).toStrictEqual(['image/png'])
    const { width, height, colours } = decodePng(seen.pictures[0]?.data ?? Buffer.alloc(0))
    expect({ width, height }).toStrictEqual({ width: 64, height: 36 })
    expect(colours).toBeGreaterThan(50)

    await run.end()
  })
})
