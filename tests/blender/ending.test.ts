import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPanel } from '../fixtures/panel-client.ts'
import { until } from './rig/process.ts'
import { createRig, type Rig } from './rig/rig.ts'

/** Catches whatever is raised in it. Each interrupt is raised outside of the `try` that caught the last one: 20 are too few. */
const swallowsAll = `
import time

def swallow(depth):
    while True:
        try:
            if depth == 0:
                time.sleep(0.05)
            else:
                swallow(depth - 1)
        except BaseException:
            pass

report_progress(0.5, "begun")
swallow(60)
`

let rig: Rig
beforeAll(async () => {
  rig = await createRig()
})
afterAll(() => rig.close())

it('a Blender whose script does not stop is ended by a person, and its job with it', async () => {
  const server = await rig.serve({ panel: true })
  const panel = await openPanel(server.port, server.panelKey ?? '')
  const llm = await rig.llm(server)
  const args = ['--factory-startup', '--addons', 'busbar']
  const blender = await rig.blender({ label: 'Atelier 1', server, args })
  const told: string[] = []
  const outcome = llm.call(
    'execute_code',
    { code: swallowsAll, target: blender.uuid },
    { onprogress: ({ message = '' }) => told.push(message) },
  )
  await until(() => told.includes('begun'), 'the beginning of the script', blender.process.output)
  const jobId = told.map((text) => /^Job (\S+)$/.exec(text)?.[1]).find((id) => id !== undefined) ?? ''
  const job = { userId: 'local', jobId }
  expect(await panel.api.jobs.endable(job)).toBeNull()
  expect(await panel.api.jobs.endBlender(job)).toStrictEqual({
    outcome: 'refused',
    message: 'Cancel the job first: its Blender is ended only where that did not stop it.',
  })

  await panel.api.jobs.cancel(job)
  const endable = await until(() => panel.api.jobs.endable(job), 'the word that it does not stop')
  expect(endable).toStrictEqual({ name: 'Atelier 1', pid: blender.pid, file: '', otherJobs: 0 })
  expect(await panel.api.jobs.endBlender(job)).toStrictEqual({
    outcome: 'ended',
    forced: expect.any(Boolean) as boolean,
  })
  const { signal } = await blender.process.ended()
  expect(['SIGTERM', 'SIGKILL']).toContain(signal)
  expect((await outcome).outcome).toMatchObject({
    status: 'cancelled',
    job_id: jobId,
    error: 'A person at the Busbar panel ended this Blender.',
  })
  const { entries } = await until(async () => {
    const page = await panel.api.activity.list({ kinds: ['blender_ended'] })
    return page.entries.length > 0 && page
  }, 'its line in the activity log')
  expect(entries).toMatchObject([
    {
      userId: 'local',
      client: blender.uuid,
      by: 'operator',
      text: expect.stringMatching(/^Process \d+/) as string,
    },
  ])
  panel.close()
})
