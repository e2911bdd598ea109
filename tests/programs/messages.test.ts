import { afterAll, beforeAll, expect, it } from 'vitest'
import { sampled } from './programs/all-programs.ts'
import { programRow } from './rig/at-work.ts'
import { createProgramsRig, type ProgramsRig } from './rig/programs-rig.ts'

let rig: ProgramsRig
beforeAll(async () => {
  rig = await createProgramsRig()
  await rig.blender('Atelier')
})
afterAll(() => rig.close())

it.each(sampled)(
  '$name, idle while a person writes to it, gets the message when it asks',
  async (program) => {
    const run = await rig.start(program)
    await run.call('blender_get_scene_info')
    const { record } = await programRow(rig, program)
    const payload = { message_type: 'note', text: 'Please save before you go on.' }
    const client = { userId: 'local', uuid: record.uuid }
    expect(await rig.panel.messages.send({ client, payload, priority: 'info' })).toMatchObject({
      outcome: 'sent',
    })
    const { outcome } = await run.call('blender_receive_messages', { client_uuid: record.uuid })
    expect(outcome).toMatchObject({
      status: 'ok',
      messages: [{ from_uuid: 'server:local', payload, via_stream: true }],
      remaining: 0,
    })
    await run.end()
  },
)
