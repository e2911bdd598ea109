import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures/panel-test.ts'

test('jobs are listed with what came of them; cancel, run again and copy', async ({
  panel,
  connectClient,
}) => {
  const heard: { payload: Record<string, unknown> }[] = []
  const blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => heard.push(data as { payload: Record<string, unknown> }),
  })
  const llm = await connectClient({
    name: 'llm',
    register: { client_uuid: 'llm-1', client_type: 'llm', label: 'Claude' },
  })
  await panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Jobs/ }).click()
  const view = panel.getByRole('main', { name: 'Jobs' })
  await expect(view).toContainText('Nothing has been asked for yet')

  const dispatch = (job_id: string, code: string): Promise<unknown> =>
    llm.call('blender_send_message', {
      payload: { message_type: 'command_dispatch', job_id, command: 'execute_code', params: { code } },
      target_uuid: 'b-1',
    })
  await dispatch('job-1', 'bpy.ops.render.render()')
  const link = panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Jobs/ })
  await expect(link).toContainText('1')
  const row = view.getByRole('row', { name: /^execute_code/ })
  await expect(row).toHaveAccessibleName('execute_code, waiting, Atelier 1')
  await blender.call('blender_job_update', { job_id: 'job-1', status: 'running', progress: 0.25 })
  await expect(row).toHaveAccessibleName('execute_code, running, Atelier 1')
  await expect(row.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25')
  await expect(view.getByRole('group', { name: '1 job on 1 client in the last 5 min' })).toBeVisible()

  await row.click()
  const pane = panel.getByRole('complementary', { name: 'Job' })
  await expect(pane.getByRole('region', { name: 'Code' })).toHaveText('bpy.ops.render.render()')
  await pane.getByRole('button', { name: 'Cancel job' }).click()
  await expect(panel.getByText('It ends when its Blender says so.').first()).toBeVisible()
  await expect.poll(() => heard.map(({ payload }) => payload['message_type'])).toContain('job_cancel')
  await expect(row).toHaveAccessibleName('execute_code, cancelling…, Atelier 1')

  const error = 'Traceback (most recent call last):\n  File "<job>", line 1\nRuntimeError: no camera'
  await blender.call('blender_job_update', { job_id: 'job-1', status: 'failed', error })
  await expect(row).toHaveAccessibleName('execute_code, failed, Atelier 1')
  await expect(row).toContainText('RuntimeError: no camera')
  await expect(pane.getByRole('region', { name: 'Error' })).toHaveText(error)
  await expect(pane.getByRole('button', { name: 'Cancel job' })).toHaveCount(0)

  await pane.getByRole('button', { name: 'Run again' }).click()
  const rows = view.getByRole('row', { name: /^execute_code/ })
  await expect(rows).toHaveCount(2)
  await expect(rows.first()).toHaveAccessibleName('execute_code, waiting, Atelier 1')
  const dispatched = () => heard.filter(({ payload }) => payload['message_type'] === 'command_dispatch')
  await expect.poll(() => dispatched().length).toBe(2)
  const again = dispatched()[1]?.payload
  expect(again?.['params']).toEqual({ code: 'bpy.ops.render.render()' })
  await blender.call('blender_job_update', {
    job_id: again?.['job_id'],
    status: 'completed',
    result: '{"frames": 1}',
  })
  await rows.first().click()
  await expect(pane.getByRole('region', { name: 'Result' })).toContainText('"frames": 1')

  // Filters, then the keyboard, then the way to the Blender.
  await view
    .getByRole('group', { name: 'Show jobs by state' })
    .getByRole('button', { name: /^failed/i })
    .click()
  await expect(rows).toHaveCount(1)
  await view.getByRole('group', { name: 'Show jobs by state' }).getByRole('button', { name: /^All/ }).click()
  await view.getByRole('searchbox', { name: 'Filter jobs' }).fill('no camera')
  await expect(rows).toHaveCount(1)
  await view.getByRole('searchbox', { name: 'Filter jobs' }).press('Escape')
  await expect(rows).toHaveCount(2)
  // Once out of the box, once to close the job.
  await panel.keyboard.press('Escape')
  await panel.keyboard.press('Escape')
  await expect(pane).toHaveCount(0)
  await rows.first().focus()
  await panel.keyboard.press('ArrowDown')
  await expect(rows.nth(1)).toBeFocused()
  await panel.keyboard.press('Enter')
  await expect(pane).toContainText('no camera')
  await pane.getByRole('link', { name: 'Atelier 1' }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector).toContainText('b-1')
  await inspector.getByRole('tab', { name: 'Jobs' }).click()
  const jobs = inspector.getByRole('list', { name: 'Jobs of this client, newest first' })
  await expect(jobs.getByRole('listitem')).toHaveCount(2)
  await jobs.getByRole('link', { name: /failed/ }).click()
  await expect(pane).toContainText('no camera')
})

test('jobs are sorted, filtered by terms, walked on the timeline, cancelled together, and saved whole', async ({
  panel,
  connectClient,
}) => {
  const heard: { payload: Record<string, unknown> }[] = []
  const blender = await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => heard.push(data as (typeof heard)[number]),
  })
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  for (const command of ['alpha', 'beta', 'gamma']) {
    await llm.call('blender_send_message', {
      payload: { message_type: 'command_dispatch', job_id: command, command, params: {} },
      target_uuid: 'b-1',
    })
  }
  const error = `Traceback (most recent call last):\n${'  line\n'.repeat(30_000)}RuntimeError: no camera`
  await blender.call('blender_job_update', { job_id: 'beta', status: 'failed', error })
  await panel.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Jobs/ }).click()
  const view = panel.getByRole('main', { name: 'Jobs' })
  const names = () =>
    view
      .getByRole('row', { name: /Atelier 1$/ })
      .evaluateAll((rows) =>
        rows
          .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
          .map((row) => row.ariaLabel?.split(',')[0]),
      )
  await expect.poll(names).toEqual(['gamma', 'beta', 'alpha'])
  await view.getByRole('columnheader', { name: 'Job' }).getByRole('button').click()
  await expect.poll(names).toEqual(['alpha', 'beta', 'gamma'])
  const filter = view.getByRole('searchbox', { name: 'Filter jobs' })
  await filter.fill('state:failed to:atelier from:llm-1')
  await expect.poll(names).toEqual(['beta'])
  await filter.fill('')

  const lane = view.getByRole('group', { name: '3 jobs on 1 client in the last 5 min' })
  await lane.getByRole('button', { name: /^alpha/ }).focus()
  await panel.keyboard.press('ArrowRight')
  await expect(lane.getByRole('button', { name: /^beta/ })).toBeFocused()
  await expect(view.getByRole('figure', { name: 'Timeline' })).toContainText('beta, failed')
  await panel.keyboard.press('Enter')
  const pane = panel.getByRole('complementary', { name: 'Job' })
  await expect(pane).toContainText('Copy and Save give all of them')
  const downloading = panel.waitForEvent('download')
  await pane.getByRole('button', { name: 'Save error…' }).click()
  const saved = await (await downloading).path()
  expect(await readFile(saved, 'utf8')).toBe(error)

  await view.getByRole('row', { name: /^alpha/ }).click()
  await view.getByRole('row', { name: /^gamma/ }).click({ modifiers: ['ControlOrMeta'] })
  await view.getByRole('button', { name: 'Cancel 2 jobs' }).click()
  await expect(panel.getByText(/^2 jobs: 2 being cancelled\.|^2 jobs: 2 withdrawn\./).first()).toBeVisible()
  await view.getByRole('row', { name: /^beta/ }).click({ button: 'right' })
  await panel.getByRole('menuitem', { name: 'Copy job id' }).click()
  await expect(panel.getByText('Copied the job id.').first()).toBeVisible()
  await view.getByRole('row', { name: /^beta/ }).click({ button: 'right' })
  await panel.getByRole('menuitem', { name: 'Show target Atelier 1' }).click()
  await expect(panel.getByRole('complementary', { name: 'Inspector' })).toContainText('b-1')
})
