import { expect, test } from './fixtures/panel-test.ts'

test('find, inspect and unregister with the keyboard alone', async ({ panel, connectClient }) => {
  const farm = await connectClient({ name: 'farm' })
  for (const label of ['Alpha', 'Beta', 'Gamma']) {
    await farm.call('blender_register_client', {
      client_uuid: `b-${label}`,
      client_type: 'blender',
      is_persistent: true,
      label,
    })
  }
  await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const persistent = panel.getByRole('region', { name: 'Persistent clients' })
  const row = (name: string) => panel.getByRole('row', { name: new RegExp(`^${name}`) })
  await expect(row('Gamma')).toBeVisible()

  // From the search box into the list, up and down, across both regions.
  await panel.keyboard.press('/')
  await expect(panel.getByRole('searchbox', { name: 'Search clients' })).toBeFocused()
  await panel.keyboard.press('Escape')
  await row('Alpha').focus()
  await panel.keyboard.press('ArrowDown')
  await expect(row('Beta')).toBeFocused()
  await panel.keyboard.press('End')
  await expect(row('llm-1')).toBeFocused()
  await panel.keyboard.press('Home')
  await expect(row('Alpha')).toBeFocused()
  await panel.keyboard.press('Shift+ArrowDown')
  await expect(persistent.getByRole('row', { selected: true })).toHaveCount(2)

  // Enter goes into the inspector, Escape comes back.
  await row('Beta').focus()
  await panel.keyboard.press('Enter')
  await expect(
    panel.getByRole('complementary', { name: 'Inspector' }).getByRole('tab', { name: 'Record' }),
  ).toBeFocused()
  await panel.keyboard.press('ArrowRight')
  await expect(panel.getByRole('tab', { name: 'Jobs' })).toHaveAttribute('aria-selected', 'true')
  await panel.keyboard.press('Escape')
  await expect(panel.getByRole('row', { name: /^(Alpha|Beta)/ }).and(panel.locator(':focus'))).toHaveCount(1)

  // Delete asks, typing gives a reason, Enter does it.
  await row('Alpha').focus()
  await panel.keyboard.press('Space')
  await panel.keyboard.press('Delete')
  const dialog = panel.getByRole('dialog', { name: 'Unregister client' })
  await expect(dialog.getByRole('textbox', { name: 'Reason' })).toBeFocused()
  await panel.keyboard.type('done with it')
  await panel.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(row('Alpha')).toHaveCount(0)
})
