import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobsEvent } from '../../src/shared/jobs.ts'
import type { Blender } from '../blender/rig/rig.ts'
import { sampled } from './programs/all-programs.ts'
import { endlessLoop } from './rig/at-work.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
let blender: Blender
beforeAll(async () => {
  rig = await createProgramsRig()
  blender = await rig.blender('Atelier')
})
afterAll(() => rig.close())

/** The job that runs now, as the panel has it. */
async function runningJob(watchId: string): Promise<string> {
  const events: AsyncGenerator<JobsEvent> = await rig.panel.jobs.watch({ watchId })
  const first = (await events.next()).value as JobsEvent
  await events.return(undefined)
  const running = first.type === 'snapshot' ? first.jobs.filter(({ endedAt }) => endedAt === null) : []
  expect(running).toHaveLength(1)
  return running[0]?.jobId ?? ''
}

it.each(sampled)('$name reads that a person cancelled its loop, and works on', async (program) => {
  const run = await rig.start(program)
  const loop = endlessLoop(rig)
  const call = run.call('blender_execute_code', { code: loop.code })
  await loop.running()
  const jobId = await runningJob(`jobs of ${program.name}`)
  expect(await rig.panel.jobs.cancel({ userId: 'local', jobId })).toStrictEqual({ outcome: 'asked' })
  expect((await call).outcome).toMatchObject({ status: 'cancelled', target_uuid: blender.uuid })
  expect((await run.call('blender_execute_code', { code: '1 + 1' })).outcome).toMatchObject({
    status: 'completed',
    result: { value: '2' },
  })
  await run.end()
})
