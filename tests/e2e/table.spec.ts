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

  await panel.getByRole('button', { name: 'View', exact: true }).click()
  await panel.getByRole('dialog', { name: 'View' }).getByLabel('Group by').selectOption('group')
  await panel.keyboard.press('Escape')
  await grid.getByRole('row', { name: /^Beta/ }).focus()
  await panel.keyboard.press('ArrowDown')
  await expect(grid.getByRole('row', { name: /^Gamma/ })).toBeFocused()
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
