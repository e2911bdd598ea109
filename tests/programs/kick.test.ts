import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Blender } from '../blender/rig/rig.ts'
import { sampled } from './programs/all-programs.ts'
import { kick, programRow } from './rig/at-work.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
let blender: Blender
beforeAll(async () => {
  rig = await createProgramsRig()
  blender = await rig.blender('Atelier')
})
afterAll(() => rig.close())

/** A program that never opens a new session by itself: it stays out until it is started again. */
const staysOut = new Set(['Gemini CLI'])

const completed = () => ({
  status: 'completed',
  job_id: expect.any(String) as string,
  target_uuid: blender.uuid,
  result: { stdout: '', stderr: '', value: '2' },
  error: '',
  duration_ms: expect.any(Number) as number,
})

it.each(sampled.filter(({ name }) => !staysOut.has(name)))(
  '$name, unregistered between two calls, comes back with the next one as the same client',
  async (program) => {
    const run = await rig.start(program)
    await run.call('blender_execute_code', { code: '1 + 1' })
    const row = await programRow(rig, program)
    expect(await kick(rig, row)).toMatchObject({ outcome: 'unregistered', sessionEnded: true })
    expect((await run.call('blender_execute_code', { code: '1 + 1' })).outcome).toStrictEqual(completed())
    expect((await programRow(rig, program)).record.uuid).toBe(row.record.uuid)
    await run.end()
  },
)

it.each(sampled.filter(({ name }) => staysOut.has(name)))(
  '$name, unregistered between two calls, stays out until it is started again',
  async (program) => {
    const run = await rig.start(program)
    await run.call('blender_execute_code', { code: '1 + 1' })
    const row = await programRow(rig, program)
    await kick(rig, row)
    for (const code of ['2', '3']) {
      const { outcome } = await run.call('blender_execute_code', { code })
      expect(outcome).toMatch(/^Error POSTing to endpoint \(HTTP 404\): /)
    }
    await run.end()

    const again = await rig.start(program)
    expect((await again.call('blender_execute_code', { code: '1 + 1' })).outcome).toStrictEqual(completed())
    expect((await programRow(rig, program)).record.uuid).toBe(row.record.uuid)
    await again.end()
  },
)
