import { expect, test } from './fixtures/panel-test.ts'

test('everything is stopped from the palette, a banner says so, and Resume lets programs go on', async ({
  panel,
  connectClient,
}) => {
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  await panel.keyboard.press('ControlOrMeta+k')
  const palette = panel.getByRole('dialog', { name: 'Commands' })
  await palette.getByRole('combobox').fill('Stop everything')
  await palette.getByRole('option').filter({ hasText: 'Stop everything' }).click()
  const banner = panel.getByText(/^All programs are paused since \d\d:\d\d:\d\d by the operator\.$/)
  await expect(banner).toBeVisible()
  const refused = await llm.call('blender_list_available_clients', {})
  expect(JSON.stringify(refused)).toContain('paused by the operator')
  await panel.getByRole('button', { name: 'Resume' }).click()
  await expect(banner).toHaveCount(0)
  expect(JSON.stringify(await llm.call('blender_list_available_clients', {}))).not.toContain('paused')
})
