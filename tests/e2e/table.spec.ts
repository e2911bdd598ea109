import { expect, test } from './fixtures/panel-test.ts'
import type { ConnectedClient } from './fixtures/connect-client.ts'

async function registerFarm(farm: ConnectedClient): Promise<void> {
  for (const [label, group_id, more] of [
    ['Alpha', 'farm', { hostname: 'rack-1', pid: 11 }],
    ['Beta', 'desk', { hostname: 'rack-2', pid: 22 }],
    ['Gamma', 'farm', { hostname: 'rack-2', pid: 33 }],
  ] as const) {
    await farm.call('blender_register_client', {
      client_uuid: `b-${label}`,
      client_type: 'blender',
      is_persistent: true,
      label,
      group_id,
      ...more,
    })
  }
}

test('columns, groups and saved views are chosen, and remembered', async ({
  panel,
  connectClient,
  shell,
}) => {
  const farm = await connectClient({ name: 'farm' })
  await registerFarm(farm)
  const grid = panel.getByRole('grid', { name: 'Persistent clients' })
  await expect(grid.getByRole('row', { name: /, b-/ })).toHaveCount(3)

  await panel.getByRole('button', { name: 'View', exact: true }).click()
  const view = panel.getByRole('dialog', { name: 'View' })
  await view.getByRole('checkbox', { name: 'Process' }).check()
  await view.getByRole('checkbox', { name: 'Received' }).check()
  await view.getByRole('checkbox', { name: 'Last seen' }).uncheck()
  await expect(grid.getByRole('columnheader')).toHaveText([
    /Client/,
    'File',
    'Group',
    'Job',
    'Received',
    'Process',
  ])
  await expect(grid.getByRole('row', { name: 'Totals' })).toContainText('0')
  await expect(grid.getByRole('row', { name: /^Beta/ })).toContainText('22')

  await view.getByRole('combobox', { name: 'Group by' }).selectOption('host')
  await expect(grid.getByRole('row', { name: 'rack-2 2' })).toBeVisible()
  await view.getByRole('textbox', { name: 'Name' }).fill('By host')
  await view.getByRole('button', { name: 'Save view' }).click()
  await view.getByRole('button', { name: 'As at first' }).click()
  await expect(grid.getByRole('columnheader')).toHaveCount(5)
  await view.getByRole('button', { name: 'By host', exact: true }).click()
  await expect(grid.getByRole('columnheader')).toHaveCount(6)
  await panel.keyboard.press('Escape')
  await expect(view).toBeHidden()

  if (shell === 'browser') {
    await panel.reload()
    await expect(grid.getByRole('row', { name: 'rack-2 2' })).toBeVisible()
    await expect(grid.getByRole('columnheader')).toHaveCount(6)
  }
})

test('a second column sorts within the first, and the keyboard walks over the groups', async ({
  panel,
  connectClient,
}) => {
  await registerFarm(await connectClient({ name: 'farm' }))
  const grid = panel.getByRole('grid', { name: 'Persistent clients' })
  const names = () =>
    grid
      .getByRole('row', { name: /, b-/ })
      .evaluateAll((rows) =>
        rows
          .toSorted((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
          .map((row) => row.ariaLabel?.split(',')[0]),
      )
  const header = (name: string) => grid.getByRole('columnheader', { name }).getByRole('button')
  await header('Group').click()
  await header('Client').click({ modifiers: ['Shift'] })
  await expect.poll(names).toEqual(['Beta', 'Alpha', 'Gamma'])
  await header('Client').click({ modifiers: ['Shift'] })
  await expect.poll(names).toEqual(['Beta', 'Gamma', 'Alpha'])
  await expect(grid.getByRole('columnheader', { name: 'Group' })).toHaveAttribute('aria-sort', 'ascending')
  await expect(header('Client')).toContainText('2')
  await header('Client').click({ modifiers: ['Shift'] })
  await expect(grid.getByRole('columnheader', { name: 'Client' })).toHaveAttribute('aria-sort', 'none')

  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await panel.getByRole('dialog', { name: 'View' }).getByLabel('Group by').selectOption('group')
  await panel.keyboard.press('Escape')
  await grid.getByRole('row', { name: /^Beta/ }).focus()
  await panel.keyboard.press('ArrowDown')
  await expect(grid.getByRole('row', { name: /^Alpha/ })).toBeFocused()
})

test('the search box completes what it knows, and says what it can do', async ({ panel, connectClient }) => {
  await registerFarm(await connectClient({ name: 'farm' }))
  const rows = panel.getByRole('grid', { name: 'Persistent clients' }).getByRole('row', { name: /, b-/ })
  await expect(rows).toHaveCount(3)
  const search = panel.getByRole('searchbox', { name: 'Search clients' })
  await panel.keyboard.press('/')
  await search.pressSequentially('gro')
  await expect(panel.getByRole('option', { name: 'group:' })).toBeVisible()
  await panel.keyboard.press('ArrowDown')
  await panel.keyboard.press('Enter')
  await expect(search).toHaveValue('group:')
  await search.pressSequentially('fa')
  await panel.getByRole('option', { name: 'group:farm' }).click()
  await expect(search).toHaveValue('group:farm ')
  await expect(search).toBeFocused()
  await expect(rows).toHaveCount(2)
  await search.pressSequentially('-host:rack-2')
  await expect(rows).toHaveCount(1)
  await panel.keyboard.press('Escape')
  await expect(search).toHaveValue('')

  await panel.getByRole('button', { name: 'How to search' }).click()
  await expect(panel.getByRole('dialog', { name: 'How to search' })).toContainText('drops:>0')
})

test('columns are moved and made wider by the pointer and by the keyboard, and put back', async ({
  panel,
  connectClient,
}) => {
  await registerFarm(await connectClient({ name: 'farm' }))
  const grid = panel.getByRole('grid', { name: 'Persistent clients' })
  const headers = grid.getByRole('columnheader')
  await expect(headers).toHaveText([/Client/, 'File', 'Group', 'Job', 'Last seen'])
  const header = (name: string) => grid.getByRole('columnheader', { name }).getByRole('button')
  const middle = async (name: string) => {
    const box = await header(name).boundingBox()
    return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
  }

  const [from, to] = [await middle('Job'), await middle('File')]
  await panel.mouse.move(from.x, from.y)
  await panel.mouse.down()
  await panel.mouse.move(to.x + 20, to.y, { steps: 4 })
  await panel.mouse.move(to.x - 10, to.y, { steps: 4 })
  await panel.mouse.up()
  await expect(headers).toHaveText([/Client/, 'Job', 'File', 'Group', 'Last seen'])
  // A drag is not a click: nothing was sorted by it.
  await expect(grid.getByRole('columnheader', { name: 'Job' })).toHaveAttribute('aria-sort', 'none')

  await header('Client').focus()
  await panel.keyboard.press('ArrowRight')
  await expect(header('Job')).toBeFocused()
  await panel.keyboard.press('Alt+ArrowRight')
  await expect(headers).toHaveText([/Client/, 'File', 'Job', 'Group', 'Last seen'])
  await expect(header('Job')).toBeFocused()
  const width = async () => (await grid.getByRole('columnheader', { name: 'Job' }).boundingBox())?.width ?? 0
  const before = await width()
  await panel.keyboard.press('Alt+Shift+ArrowRight')
  await expect.poll(width).toBeGreaterThan(before + 10)
  await panel.keyboard.press('Shift+Enter')
  await expect(grid.getByRole('columnheader', { name: 'Job' })).toHaveAttribute('aria-sort', 'ascending')
  await expect(grid.getByRole('columnheader', { name: 'Client' })).toHaveAttribute('aria-sort', 'ascending')

  await panel.keyboard.press('Shift+F10')
  await panel.getByRole('menuitem', { name: 'Hide Job' }).click()
  await expect(headers).toHaveText([/Client/, 'File', 'Group', 'Last seen'])
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await panel.getByRole('button', { name: 'As at first' }).click()
  await expect(headers).toHaveText([/Client/, 'File', 'Group', 'Job', 'Last seen'])
})

test('a group is selected as a whole, and values are copied from their cells', async ({
  panel,
  connectClient,
}) => {
  await registerFarm(await connectClient({ name: 'farm' }))
  const grid = panel.getByRole('grid', { name: 'Persistent clients' })
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await panel.getByRole('dialog', { name: 'View' }).getByLabel('Group by').selectOption('group')
  await panel.keyboard.press('Escape')
  await grid.getByRole('button', { name: 'farm' }).click()
  await expect(grid.getByRole('row', { selected: true })).toHaveCount(2)
  await grid.getByRole('row', { name: /^Beta/ }).focus()
  await panel.keyboard.press('Control+Shift+A')
  await expect(grid.getByRole('row', { selected: true })).toHaveAccessibleName(/^Beta/)
  await grid.getByRole('row', { name: /^Beta/ }).getByText('desk').click({ button: 'right' })
  await panel.getByRole('menuitem', { name: 'Copy group: desk' }).click()
  await expect(panel.getByText('Copied the group.').first()).toBeVisible()
  await panel.keyboard.press('/')
  await panel.keyboard.press('ControlOrMeta+V')
  await expect(panel.getByRole('searchbox', { name: 'Search clients' })).toHaveValue('desk')
})

test('an address brings a filter, and a saved view is renamed, replaced, forgotten and brought back', async ({
  panel,
  connectClient,
}) => {
  await registerFarm(await connectClient({ name: 'farm' }))
  const rows = panel.getByRole('grid', { name: 'Persistent clients' }).getByRole('row', { name: /, b-/ })
  await expect(rows).toHaveCount(3)
  await panel.evaluate(() => (location.hash = '#/clients?filter=group%3Afarm'))
  await expect(rows).toHaveCount(2)
  await expect(panel.getByRole('searchbox', { name: 'Search clients' })).toHaveValue('group:farm')

  await panel.getByRole('button', { name: 'View', exact: true }).click()
  const view = panel.getByRole('dialog', { name: 'View' })
  await view.getByRole('textbox', { name: 'Name' }).fill('Farm')
  await view.getByRole('button', { name: 'Save view' }).click()
  await view.getByRole('button', { name: 'Rename the view Farm' }).click()
  await view.getByRole('textbox', { name: 'New name of the view Farm' }).fill('Racks')
  await view.getByRole('button', { name: 'Rename', exact: true }).click()
  await view.getByRole('button', { name: 'Forget the view Racks' }).click()
  await expect(view.getByRole('button', { name: 'Racks', exact: true })).toHaveCount(0)
  await panel.keyboard.press('Escape')
  await panel.getByRole('button', { name: 'Undo' }).click()
  await panel.getByRole('searchbox', { name: 'Search clients' }).fill('')
  await expect(rows).toHaveCount(3)
  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await view.getByRole('button', { name: 'Racks', exact: true }).click()
  await expect(rows).toHaveCount(2)
})
