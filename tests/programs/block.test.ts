import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Blender } from '../blender/rig/rig.ts'
import { sampled } from './programs/all-programs.ts'
import { endlessLoop, programRow } from './rig/at-work.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
let blender: Blender
beforeAll(async () => {
  rig = await createProgramsRig()
  blender = await rig.blender('Atelier')
})
afterAll(() => rig.close())

const why = expect.stringContaining('Enough for today') as string
const blocked = { status: 'blocked', error: why }
const look = { code: '1 + 1' }

it.each(sampled)(
  '$name, blocked while its loop runs, reads why, also after a restart, until the block ends',
  async (program) => {
    const home = `home of ${program.name}`
    const run = await rig.start(program, { home })
    const loop = endlessLoop(rig)
    const call = run.call('blender_execute_code', { code: loop.code })
    await loop.running()
    const row = await programRow(rig, program)
    const block = await rig.panel.blocks.add({
      kind: 'program',
      subject: row.program?.name ?? '',
      reason: 'Enough for today',
      blockSeconds: 3600,
    })
    expect((await call).outcome).toMatchObject({ status: 'cancelled', error: why })
    expect((await run.call('blender_execute_code', look)).outcome).toMatchObject(blocked)
    await run.end()

    const again = await rig.start(program, { home })
    expect((await again.call('blender_execute_code', look)).outcome).toMatchObject(blocked)
    expect((await again.call('blender_list_available_clients')).outcome).toMatchObject({
      status: 'error',
      error: 'blocked',
      message: why,
    })
    await rig.panel.blocks.lift({ id: block.id })
    expect((await again.call('blender_execute_code', look)).outcome).toMatchObject({
      status: 'completed',
      target_uuid: blender.uuid,
    })
    const { record } = await programRow(rig, program)
    expect(record.uuid).toBe(row.record.uuid)
    await again.end()
  },
)
