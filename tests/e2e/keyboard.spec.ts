import { clientOnPage } from './fixtures/panel-words.ts'
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
  await expect(panel.getByRole('tab', { name: 'Record' })).toHaveAttribute('aria-selected', 'false')
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

test('the main tasks without a pointer: block and undo, cancel a job, answer a request, change the theme', async ({
  panel,
  connectClient,
}) => {
  test.slow()
  const heard: { payload: Record<string, unknown> }[] = []
  await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
    onMessage: (data) => heard.push(data as (typeof heard)[number]),
  })
  await connectClient({
    name: 'blender',
    register: { client_uuid: 'b-2', client_type: 'blender', is_persistent: true, label: 'Farm 02' },
  })
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const press = (key: string) => panel.keyboard.press(key)
  const command = async (words: string) => {
    await press('ControlOrMeta+k')
    await expect(panel.getByRole('dialog', { name: 'Commands' })).toBeVisible()
    await panel.keyboard.type(words)
    await press('Enter')
    await expect(panel.getByRole('dialog', { name: 'Commands' })).toHaveCount(0)
  }
  const farm = clientOnPage(panel, 'Farm 02')
  await expect(farm).toBeVisible()

  // Find a client, open it, read its record.
  await press('/')
  await panel.keyboard.type('farm')
  await press('Enter')
  await expect(farm).toBeFocused()
  await press('Enter')
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector.getByRole('tab', { name: 'Record' })).toBeFocused()
  await expect(inspector).toContainText('"uuid": "b-2"')
  await press('Escape')
  await expect(farm).toBeFocused()

  // Unregister it with a block, and lift that by the toast.
  await press('Delete')
  await panel.keyboard.type('taken out for repair')
  await press('Tab')
  await press('ArrowDown')
  await press('Shift+Tab')
  await press('Enter')
  await expect(panel.getByRole('dialog', { name: 'Unregister client' })).toHaveCount(0)
  const lift = panel.getByRole('button', { name: 'Lift the block of b-2' })
  await expect(lift).toBeVisible()
  await command('lift block b-2')
  await expect(lift).toHaveCount(0)
  // The toast that tells of it can take that back, from anywhere.
  await press('F8')
  await press('Tab')
  await expect(
    panel
      .getByRole('button', { name: 'Lift block', exact: true })
      .or(panel.getByRole('button', { name: 'Undo' }))
      .first(),
  ).toBeVisible()

  // Follow a job, and cancel it.
  await command('show all clients')
  await llm.call('blender_send_message', {
    payload: { message_type: 'command_dispatch', job_id: 'j', command: 'render_image', params: {} },
    target_uuid: 'b-1',
  })
  await command('go to jobs')
  const row = panel.getByRole('main', { name: 'Jobs' }).getByRole('row', { name: /^render_image/ })
  await expect(row).toBeVisible()
  await command('show waiting jobs only')
  for (
    let tabs = 0;
    tabs < 40 && !(await row.evaluate((node) => node === document.activeElement));
    tabs += 1
  ) {
    await press('Tab')
  }
  await expect(row).toBeFocused()
  await press('Enter')
  await expect(panel.getByRole('complementary', { name: 'Job' })).toContainText('Parameters')
  await press('Delete')
  await expect.poll(() => heard.map(({ payload }) => payload['message_type'])).toContain('job_cancel')

  // Answer a request.
  const asking = await connectClient({
    scopes: ['bus', 'llm'],
    name: 'LM Studio',
    register: { client_uuid: 'llm-2', client_type: 'llm', label: 'Qwen' },
  })
  const asked = asking.call('blender_execute_code', { code: 'print(1)', target: 'b-1' })
  await command('go to approvals')
  const card = panel.getByRole('article', { name: /^Qwen wants/ })
  await expect(card).toBeVisible()
  for (
    let tabs = 0;
    tabs < 40 && !(await card.evaluate((node) => node === document.activeElement));
    tabs += 1
  ) {
    await press('Tab')
  }
  await expect(card).toBeFocused()
  await press('d')
  await expect(card.getByRole('textbox', { name: 'Reason' })).toBeFocused()
  await panel.keyboard.type('not now')
  await press('Enter')
  expect(await asked).toMatchObject({ status: 'failed' })

  await command('use the light theme')
  await expect(panel.locator('html')).toHaveAttribute('data-theme', 'light')
})
