import { expect, test } from './fixtures/panel-test.ts'
import type { ConnectedClient } from './fixtures/connect-client.ts'

async function registerMany(farm: ConnectedClient, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await farm.call('blender_register_client', {
      client_uuid: `node-${String(n).padStart(2, '0')}`,
      client_type: 'blender',
      is_persistent: true,
      group_id: 'rack',
    })
  }
}

test('the palette finds actions, clients and jobs, with the keyboard alone', async ({
  panel,
  connectClient,
}) => {
  await registerMany(await connectClient({ name: 'farm' }), 3)
  await expect(panel.getByRole('row', { name: /^node-02/ })).toBeVisible()
  await panel.keyboard.press('ControlOrMeta+k')
  const palette = panel.getByRole('dialog', { name: 'Commands' })
  await expect(palette.getByRole('combobox')).toBeFocused()
  await panel.keyboard.type('compact')
  await expect(palette.getByRole('option')).toHaveText([/^Use compact rows/])
  await panel.keyboard.press('Enter')
  await expect(palette).toHaveCount(0)
  await expect(panel.getByRole('row', { name: /^node-02/ })).toHaveCSS('height', '27px')

  await panel.getByRole('button', { name: 'Commands' }).click()
  await panel.keyboard.type('go to jobs')
  await panel.keyboard.press('Enter')
  await expect(panel.getByRole('main', { name: 'Jobs' })).toBeVisible()
  await panel.keyboard.press('ControlOrMeta+k')
  await panel.keyboard.type('node-01')
  await expect(palette.getByRole('option')).toHaveText([/^node-01/, /^Send to it: node-01…/])
  await panel.keyboard.press('ArrowDown')
  await panel.keyboard.press('ArrowUp')
  await panel.keyboard.press('Enter')
  await expect(panel.getByRole('complementary', { name: 'Inspector' })).toContainText('node-01')
  await expect(panel.getByRole('row', { name: /^node-01/ })).toHaveAttribute('aria-selected', 'true')

  await panel.keyboard.press('ControlOrMeta+k')
  await panel.keyboard.type('text size 130')
  await panel.keyboard.press('Enter')
  await panel.getByRole('row', { name: /^node-00/ }).click()
  await panel.keyboard.press('End')
  await expect(panel.getByRole('row', { name: /^node-02/ })).toBeFocused()
  await expect(panel.getByRole('row', { name: /^node-02/ })).toBeInViewport()
})

test('the question mark shows the shortcuts, Escape closes them', async ({ panel }) => {
  await expect(panel.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  await panel.keyboard.press('?')
  const sheet = panel.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(sheet).toContainText('Search clients')
  await panel.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
})

test('a client has a menu of its own, by the right button and by the keyboard', async ({
  panel,
  connectClient,
}) => {
  await registerMany(await connectClient({ name: 'farm' }), 2)
  const row = panel.getByRole('row', { name: /^node-01/ })
  await row
    .getByRole('gridcell')
    .first()
    .click({ button: 'right', position: { x: 30, y: 10 } })
  const menu = panel.getByRole('menu')
  await expect(menu.getByRole('menuitem')).toHaveText([
    'Inspect',
    'Send to it…',
    'Pin',
    /^Copy client: node-01/,
    'Copy uuid',
    'Copy record',
    'Copy link',
    'Show only type blender',
    'Show only group rack',
    'Unregister…',
  ])
  await menu.getByRole('menuitem', { name: 'Show only group rack' }).click()
  await expect(panel.getByRole('searchbox', { name: 'Search clients' })).toHaveValue('group:rack')
  await expect(row).toBeFocused()
  await panel.keyboard.press('Shift+F10')
  await expect(menu.getByRole('menuitem', { name: 'Inspect' })).toBeFocused()
  // Typed ahead: each key comes as soon as the one before is handled, and before any timer.
  const typeAhead = (keys: string[]) =>
    panel.evaluate(async (pressed) => {
      for (const key of pressed) {
        const press = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
        document.activeElement?.dispatchEvent(press)
        await Promise.resolve()
      }
    }, keys)
  await typeAhead(['Escape', 'ArrowUp'])
  await expect(panel.getByRole('row', { name: /^node-00/ })).toBeFocused()
  await row.focus()
  await panel.keyboard.press('Shift+F10')
  await expect(menu.getByRole('menuitem', { name: 'Inspect' })).toBeFocused()
  await typeAhead(['End', 'Enter'])
  await expect(panel.getByRole('dialog', { name: 'Unregister client' })).toContainText('node-01')
})

test('a fact of a client is copied alone or with its name, by the right button and by the keyboard', async ({
  panel,
  connectClient,
}) => {
  await registerMany(await connectClient({ name: 'farm' }), 1)
  await panel.getByRole('row', { name: /^node-00/ }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  const group = inspector.getByRole('group', { name: 'Group rack' })
  const search = panel.getByRole('searchbox', { name: 'Search clients' })
  const expectCopied = async (text: string) => {
    await search.focus()
    await panel.keyboard.press('ControlOrMeta+A')
    await panel.keyboard.press('ControlOrMeta+V')
    await expect(search).toHaveValue(text)
  }
  await group.click({ button: 'right' })
  await expect(panel.getByRole('menuitem')).toHaveText(['Copy value', 'Copy name and value'])
  await panel.getByRole('menuitem', { name: 'Copy value' }).click()
  await expect(panel.getByText('Copied the group.').first()).toBeVisible()
  await expectCopied('rack')

  // One step of Tab leads to the first fact, the arrow keys to the others, and Shift Tab out again.
  await inspector.getByRole('tabpanel').focus()
  await panel.keyboard.press('Tab')
  await expect(inspector.getByRole('group', { name: 'State live' })).toBeFocused()
  for (let down = 0; down < 5; down += 1) await panel.keyboard.press('ArrowDown')
  await expect(group).toBeFocused()
  await panel.keyboard.press('Shift+F10')
  await expect(panel.getByRole('menuitem', { name: 'Copy value' })).toBeFocused()
  await panel.keyboard.press('End')
  await panel.keyboard.press('Enter')
  await expect(panel.getByText('Copied the name and value.').first()).toBeVisible()
  await expect(group).toBeFocused()
  await panel.keyboard.press('Home')
  await panel.keyboard.press('Shift+Tab')
  await expect(inspector.getByRole('tabpanel')).toBeFocused()
  await expectCopied('Group: rack')
})

test('all of a filter are unregistered step by step, and others stay', async ({ panel, connectClient }) => {
  const farm = await connectClient({ name: 'farm' })
  await registerMany(farm, 12)
  await connectClient({ name: 'llm', register: { client_uuid: 'llm-1', client_type: 'llm' } })
  const search = panel.getByRole('searchbox', { name: 'Search clients' })
  await search.fill('group:rack')
  await expect(panel.getByRole('grid', { name: 'Ephemeral clients' }).getByRole('row')).toHaveCount(1)
  await panel.keyboard.press('ControlOrMeta+k')
  await panel.keyboard.type('unregister all clients shown')
  await expect(panel.getByRole('option')).toHaveText([/^Unregister all clients shown \(12\)…/])
  await panel.keyboard.press('Enter')
  const dialog = panel.getByRole('dialog', { name: 'Unregister client' })
  await expect(dialog).toContainText('12 clients')
  await expect(dialog.getByRole('checkbox')).toBeChecked()
  await dialog.getByRole('button', { name: 'Unregister', exact: true }).click()
  await expect(panel.getByText('Unregistered 12 clients.').first()).toBeVisible()
  await search.fill('')
  await expect(panel.getByRole('row', { name: /^llm-1/ })).toBeVisible()
  await expect(panel.getByRole('row', { name: /^node-/ })).toHaveCount(0)
})
