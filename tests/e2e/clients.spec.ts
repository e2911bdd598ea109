import { expect, test } from './fixtures/panel-test.ts'

const persistentRegion = 'Persistent clients'

test('an empty panel says how to plug something in', async ({ panel, server }) => {
  const persistent = panel.getByRole('region', { name: persistentRegion })
  const ephemeral = panel.getByRole('region', { name: 'Ephemeral clients' })
  await expect(persistent.getByText('bpy.ops.busbar.serve()')).toBeVisible()
  await expect(ephemeral.getByText(server.url).first()).toBeVisible()
})

test('a client is in the region of its bucket, with its label, and leaves it', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectClient({
    name: 'blender',
    register: {
      client_uuid: 'blender-7f3a',
      client_type: 'blender',
      is_persistent: true,
      label: 'Atelier 1',
    },
  })
  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-61ac', client_type: 'llm' } })
  const persistent = panel
    .getByRole('region', { name: persistentRegion })
    .getByRole('row', { name: 'Atelier 1' })
  const ephemeral = panel
    .getByRole('region', { name: 'Ephemeral clients' })
    .getByRole('row', { name: 'llm-61ac' })
  await expect(persistent).toHaveAccessibleName('Atelier 1, blender-7f3a, live')
  await expect(ephemeral).toHaveAccessibleName('llm-61ac, live')

  await llm.leave()
  await expect(ephemeral).toHaveCount(0)
  await blender.vanish()
  await expect(persistent).toHaveAccessibleName('Atelier 1, blender-7f3a, disconnected')
})

test('search finds by label, file and group, and Escape clears it', async ({ panel, connectClient }) => {
  const client = await connectClient({ name: 'program' })
  const register = (client_uuid: string, more: object): Promise<unknown> =>
    client.call('blender_register_client', {
      client_uuid,
      client_type: 'blender',
      is_persistent: true,
      ...more,
    })
  await register('b-1', { label: 'Atelier 1', blend_file: '/projects/shot_040.blend', group_id: 'farm' })
  await register('b-2', { label: 'Laptop', blend_file: 'C:\\work\\logo.blend' })
  const rows = panel.getByRole('region', { name: persistentRegion }).getByRole('row', { name: /, b-\d, / })
  await expect(rows).toHaveCount(2)

  await panel.keyboard.press('/')
  const search = panel.getByRole('searchbox', { name: 'Search clients' })
  await expect(search).toBeFocused()
  for (const [text, label] of [
    ['shot_040', 'Atelier 1'],
    ['farm', 'Atelier 1'],
    ['laptop', 'Laptop'],
    ['logo', 'Laptop'],
  ] as const) {
    await search.fill(text)
    await expect(rows).toHaveCount(1)
    await expect(rows).toHaveAccessibleName(new RegExp(`^${label}, `))
  }
  await panel.keyboard.press('Escape')
  await expect(search).toHaveValue('')
  await expect(rows).toHaveCount(2)
})

test('columns sort both ways and say so', async ({ panel, connectClient }) => {
  const client = await connectClient({ name: 'farm' })
  for (const label of ['Beta', 'Alpha', 'Gamma']) {
    const client_uuid = `b-${label}`
    await client.call('blender_register_client', {
      client_uuid,
      client_type: 'blender',
      is_persistent: true,
      label,
    })
  }
  const grid = panel.getByRole('region', { name: persistentRegion }).getByRole('grid')
  const names = () =>
    grid
      .getByRole('row', { name: /, b-/ })
      .evaluateAll((rows) =>
        rows
          .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
          .map((row) => row.ariaLabel?.split(',')[0]),
      )
  await expect.poll(names).toEqual(['Alpha', 'Beta', 'Gamma'])
  const header = grid.getByRole('columnheader', { name: 'Client' })
  await expect(header).toHaveAttribute('aria-sort', 'ascending')
  await header.getByRole('button').click()
  await expect(header).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(names).toEqual(['Gamma', 'Beta', 'Alpha'])
})

test('the inspector shows the facts, the exact record, the session and the activity', async ({
  panel,
  connectClient,
}) => {
  const blender = await connectClient({
    name: 'busbar-blender',
    version: '2.3.4',
    register: {
      client_uuid: 'blender-1',
      client_type: 'blender',
      is_persistent: true,
      capabilities: ['gpu'],
    },
  })
  const row = panel.getByRole('row', { name: /blender-1/ })
  await row.click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector.getByRole('tab', { name: 'Record' })).toHaveAttribute('aria-selected', 'true')
  const { persistent } = (await blender.call('blender_list_available_clients')) as {
    persistent: { connected_at: number }[]
  }
  // The tools' answer bumped last_seen, which the panel hears of a moment later.
  await expect
    .poll(async () => {
      const shown = JSON.parse(await inspector.locator('pre').innerText()) as Record<string, unknown>
      return { ...shown, last_seen: typeof shown.last_seen }
    })
    .toEqual({
      uuid: 'blender-1',
      client_type: 'blender',
      is_persistent: true,
      capabilities: ['gpu'],
      group_id: null,
      connected_at: persistent[0]?.connected_at,
      last_seen: 'number',
    })

  await inspector.getByRole('tab', { name: 'Session' }).click()
  const session = inspector.getByRole('tabpanel', { name: 'Session' })
  await expect(session).toContainText('busbar-blender')
  await expect(session).toContainText('2.3.4')
  await expect(session).toContainText('2025-11-25')
  await expect(session).toContainText('127.0.0.1')

  const llm = await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  await llm.call('blender_send_message', {
    payload: { message_type: 'greeting', text: 'hello' },
    target_uuid: 'blender-1',
  })
  await inspector.getByRole('tab', { name: 'Activity' }).click()
  const activity = inspector.getByRole('tabpanel', { name: 'Activity' })
  await expect(activity).toContainText('greeting')
  await expect(activity).toContainText('llm-1')

  await blender.call('blender_unregister_client', { client_uuid: 'blender-1' })
  await expect(inspector).toContainText('This client has left')
})

test('the copy button copies the record as it stands', async ({ panel, connectClient }) => {
  await connectClient({ name: 'b', register: { client_uuid: 'blender-1', client_type: 'blender' } })
  await panel.getByRole('row', { name: /blender-1/ }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByRole('button', { name: 'Copy JSON' }).click()
  await expect(inspector.getByText('Copied')).toBeVisible()
  // Pasted by keyboard, as a person would: reading the clipboard by script needs a permission that nobody gives.
  const search = panel.getByRole('searchbox', { name: 'Search clients' })
  await search.focus()
  await panel.keyboard.press('ControlOrMeta+V')
  await expect(search).toHaveValue(/^\{/)
  const copied = JSON.parse(await search.inputValue()) as object
  expect(Object.keys(copied)).toEqual([
    'uuid',
    'client_type',
    'is_persistent',
    'capabilities',
    'group_id',
    'connected_at',
    'last_seen',
  ])
})

test('what clients call themselves is shown as text, and does nothing', async ({ panel, connectClient }) => {
  const label = '<img src=x onerror="document.title=\'owned\'"> & <b>bold</b>'
  await connectClient({
    name: '<script>document.title="owned"</script>',
    register: {
      client_uuid: '"><svg onload=alert(1)>',
      client_type: 'blender',
      is_persistent: true,
      label,
      blend_file: '/a/<u>x</u>.blend',
      group_id: '‮evil group',
      capabilities: ['<i>x</i>'],
    },
  })
  const row = panel.getByRole('region', { name: persistentRegion }).getByRole('row', { name: label })
  await expect(row.getByText(label, { exact: true })).toBeVisible()
  await row.click()
  await expect(panel.getByRole('complementary', { name: 'Inspector' }).getByText(label).first()).toBeVisible()
  await expect(panel).toHaveTitle('Busbar')
  await expect(panel.locator(':is([role=grid], aside) :is(img, svg[onload], b, u, script)')).toHaveCount(0)
})

test('several hundred clients are scrolled without drawing them all', async ({ panel, connectClient }) => {
  const client = await connectClient({ name: 'farm' })
  await Promise.all(
    Array.from({ length: 500 }, (_, n) =>
      client.call('blender_register_client', {
        client_uuid: `node-${String(n).padStart(3, '0')}`,
        client_type: 'blender',
        is_persistent: true,
      }),
    ),
  )
  const region = panel.getByRole('region', { name: persistentRegion })
  const grid = region.getByRole('grid')
  await expect(grid).toHaveAttribute('aria-rowcount', '501')
  expect(await grid.getByRole('row').count()).toBeLessThan(80)
  await grid.getByRole('row', { name: /node-000/ }).click()
  await panel.keyboard.press('End')
  await expect(grid.getByRole('row', { name: /node-499/ })).toBeFocused()
  await expect(grid.getByRole('row', { name: /node-499/ })).toBeInViewport()
})
