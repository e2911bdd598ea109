import { expect, test } from './fixtures/panel-test.ts'

test('a program in a loop is named, and paused in one click', async ({ panel, connectClient }) => {
  const program = await connectClient({ name: 'claude-code' })
  const fail = () => program.call('blender_get_job', { job_id: 'none' })
  const banner = panel
    .getByRole('status')
    .filter({ hasText: 'Claude Code has sent the same call of blender_get_job' })
  for (let times = 0; times < 5; times += 1) await fail()
  await expect(banner).toContainText('5 times, and it failed each time')
  await banner.getByRole('button', { name: 'Dismiss the notice about Claude Code' }).click()
  await expect(banner).toHaveCount(0)
  await fail()
  await expect(banner).toContainText('6 times')
  await banner.getByRole('button', { name: 'Pause Claude Code' }).click()
  await expect(banner).toHaveCount(0)
  const paused = panel.getByRole('status').filter({ hasText: 'Claude Code is paused since' })
  await expect(paused).toContainText('by the operator')
  expect(await fail()).toMatchObject({ error: 'paused' })
  await paused.getByRole('button', { name: 'Resume' }).click()
  await expect(paused).toHaveCount(0)
  expect(await fail()).toMatchObject({ error: 'unknown_job' })
  await program.leave()
})
