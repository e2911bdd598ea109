import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Approval } from '../../src/shared/approvals.ts'
import { within } from '../blender/rig/process.ts'
import type { Blender } from '../blender/rig/rig.ts'
import { sampled } from './programs/all-programs.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

const anyText = expect.any(String) as string
const milliseconds = expect.any(Number) as number

/** A rig in which a person is asked for every change, and answers within `seconds` or not at all. */
async function askingRig(seconds: number): Promise<ProgramsRig> {
  const rig = await createProgramsRig({ BUSBAR_APPROVAL_SECONDS: String(seconds) })
  await rig.panel.approvals.policy.set({ default: 'ask', rules: [] })
  return rig
}

describe('a person who answers', () => {
  let rig: ProgramsRig
  let blender: Blender
  beforeAll(async () => {
    rig = await askingRig(120)
    blender = await rig.blender('Atelier')
  })
  afterAll(() => rig.close())

  async function nextRequest(): Promise<Approval> {
    const watchId = 'approvals'
    const events = await rig.panel.approvals.watch({ watchId })
    const first = async (): Promise<Approval> => {
      for await (const { pending } of events) {
        if (pending[0] !== undefined) return pending[0]
        await rig.panel.feed.ack({ watchId })
      }
      throw new Error('The panel heard of no request.')
    }
    return within(first(), 'a request for approval')
  }

  it.each(sampled)('allows $name one call and denies the next, and it reads why', async (program) => {
    const run = await rig.start(program)
    const allowed = run.call('blender_execute_code', { code: '6 * 7' })
    const request = await nextRequest()
    expect(request).toMatchObject({
      program: expect.stringMatching(`^${program.name} \\d`) as string,
      code: '6 * 7',
    })
    await rig.panel.approvals.answer({ id: request.id, answer: 'once' })
    expect((await allowed).outcome).toStrictEqual({
      status: 'completed',
      job_id: anyText,
      target_uuid: blender.uuid,
      result: { stdout: '', stderr: '', value: '42' },
      error: '',
      duration_ms: milliseconds,
    })

    const refused = run.call('blender_execute_code', { code: 'bpy.ops.wm.quit_blender()' })
    const { id } = await nextRequest()
    await rig.panel.approvals.answer({ id, answer: 'deny', reason: 'Leave it open' })
    expect((await refused).outcome).toStrictEqual({
      status: 'failed',
      job_id: anyText,
      target_uuid: blender.uuid,
      result: '',
      error:
        'The operator denied it: Leave it open. Nothing was run. ' +
        'Do not send it again unchanged; ask the person what they want instead.',
      duration_ms: milliseconds,
    })
    await run.end()
  })
})

describe('a person who does not answer', () => {
  let rig: ProgramsRig
  let blender: Blender
  beforeAll(async () => {
    rig = await askingRig(1)
    blender = await rig.blender('Atelier')
  })
  afterAll(() => rig.close())

  it.each(sampled)('is why the call of $name fails', async (program) => {
    const run = await rig.start(program)
    const { outcome } = await run.call('blender_execute_code', { code: '6 * 7' })
    expect(outcome).toStrictEqual({
      status: 'failed',
      job_id: anyText,
      target_uuid: blender.uuid,
      result: '',
      error: 'approval_timeout',
      message: anyText,
      duration_ms: milliseconds,
    })
    await run.end()
  })
})
