import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Blender } from '../blender/rig/rig.ts'
import { sampled } from './programs/all-programs.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
let right: Blender
beforeAll(async () => {
  rig = await createProgramsRig()
  await rig.blender('Left')
  right = await rig.blender('Right')
})
afterAll(() => rig.close())

it.each(sampled)('$name works in the Blender that it chose before it was started again', async (program) => {
  const home = `home of ${program.name}`
  const first = await rig.start(program, { home })
  await first.call('blender_use_target', { target: right.uuid })
  await first.end()
  const second = await rig.start(program, { home })
  const { outcome } = await second.call('blender_execute_code', { code: 'import os\nos.getpid()' })
  expect(outcome).toMatchObject({
    status: 'completed',
    target_uuid: right.uuid,
    result: { value: String(right.pid) },
  })
  await second.end()
})
