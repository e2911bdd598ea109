import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Blender } from '../blender/rig/rig.ts'
import { sampled } from './programs/all-programs.ts'
import { endlessLoop, kick, programRow } from './rig/at-work.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
let blender: Blender
beforeAll(async () => {
  rig = await createProgramsRig()
  blender = await rig.blender('Atelier')
})
afterAll(() => rig.close())

it.each(sampled)(
  '$name, kicked while its loop runs, reads why, and Blender is free again',
  async (program) => {
    const run = await rig.start(program)
    const loop = endlessLoop(rig)
    const call = run.call('blender_execute_code', { code: loop.code })
    await loop.running()
    await kick(rig, await programRow(rig, program))
    expect((await call).outcome).toMatchObject({
      status: 'cancelled',
      target_uuid: blender.uuid,
      error: expect.stringContaining('Enough for today') as string,
    })
    const person = await rig.blenders.llm(rig.server, 'person')
    expect((await person.call('execute_code', { code: '1 + 1' })).outcome).toMatchObject({
      status: 'completed',
      result: { value: '2' },
    })
    await run.end()
  },
)
