import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'

const row = (panel: Page, name: string) => panel.getByRole('row', { name: new RegExp(`^${name}`) })
const inspectorOf = (panel: Page) => panel.getByRole('complementary', { name: 'Inspector', exact: true })
const pinned = (panel: Page, name: string) => panel.getByRole('complementary', { name: `Pinned: ${name}` })

test('clients are pinned side by side while the inspector goes on, and marked when they leave', async ({
  panel,
  connectClient,
}) => {
  const connect = (uuid: string, label: string) =>
    connectClient({
      name: 'program',
      register: { client_uuid: uuid, client_type: 'llm', label, group_id: `of-${uuid}` },
    })
  await connect('a', 'Alpha')
  const beta = await connect('b', 'Beta')
  await connect('c', 'Gamma')
  await row(panel, 'Alpha').click()
  const pin = inspectorOf(panel).getByRole('button', { name: 'Pin this client' })
  await pin.click()
  await expect(pin).toHaveAttribute('aria-pressed', 'true')
  await row(panel, 'Beta').click()
  await expect(inspectorOf(panel)).toContainText('of-b')
  await expect(pinned(panel, 'Alpha')).toContainText('of-a')
  await panel.keyboard.press('p')
  await row(panel, 'Gamma').click()

  // Each has its own tab, until they go together.
  const tab = (of: ReturnType<Page['getByRole']>, name: string) => of.getByRole('tab', { name })
  await tab(pinned(panel, 'Alpha'), 'Session').click()
  await expect(tab(pinned(panel, 'Beta'), 'Record')).toHaveAttribute('aria-selected', 'true')
  await panel.getByRole('button', { name: 'Same tab' }).click()
  await tab(inspectorOf(panel), 'Jobs').click()
  for (const name of ['Alpha', 'Beta']) {
    await expect(tab(pinned(panel, name), 'Jobs')).toHaveAttribute('aria-selected', 'true')
  }

  // Lines stand beside each other: heads, tabs and contents begin at the same height.
  const tops = await panel
    .getByRole('tabpanel')
    .evaluateAll((panels) => panels.map((each) => Math.round(each.getBoundingClientRect().top)))
  expect(new Set(tops).size).toBe(1)
  expect(tops).toHaveLength(3)

  // Tabs that do not fit fade out at the side where there are more of them.
  const fades = () =>
    pinned(panel, 'Alpha')
      .getByRole('tablist')
      .evaluate((list) =>
        ['--fade-start', '--fade-end'].map((name) => getComputedStyle(list).getPropertyValue(name)),
      )
  await tab(pinned(panel, 'Alpha'), 'Record').click()
  await expect.poll(fades).toEqual(['0px', '28px'])
  await tab(pinned(panel, 'Alpha'), 'Policy').click()
  await expect.poll(fades).toEqual(['28px', '0px'])
  await tab(pinned(panel, 'Alpha'), 'Jobs').click()

  await beta.leave()
  await expect(pinned(panel, 'Beta').getByRole('status').first()).toContainText('This client has left.')
  await pinned(panel, 'Beta').getByRole('button', { name: 'Close pinned inspector' }).click()
  await expect(pinned(panel, 'Beta')).toHaveCount(0)
  await expect(tab(pinned(panel, 'Alpha'), 'Jobs')).toBeFocused()

  // After a reload it is there again, the selection's is not.
  await panel.reload()
  await expect(tab(pinned(panel, 'Alpha'), 'Jobs')).toHaveAttribute('aria-selected', 'true')
  await expect(inspectorOf(panel)).toHaveCount(0)
})

test('four can be pinned, by keys alone, and Escape closes none of them', async ({
  panel,
  connectClient,
}) => {
  const farm = await connectClient({ name: 'farm' })
  for (const label of ['A1', 'A2', 'A3', 'A4', 'A5']) {
    await farm.call('blender_register_client', {
      client_uuid: `uuid-${label}`,
      client_type: 'blender',
      is_persistent: true,
      label,
    })
  }
  await row(panel, 'A1').focus()
  await panel.keyboard.press('Enter')
  await panel.keyboard.press('p')
  await expect(pinned(panel, 'A1')).toBeVisible()
  await panel.keyboard.press('Escape')
  await expect(row(panel, 'A1')).toBeFocused()
  for (const label of ['A2', 'A3', 'A4']) {
    await panel.keyboard.press('ArrowDown')
    await panel.keyboard.press('p')
    await expect(pinned(panel, label)).toBeAttached()
  }
  await panel.keyboard.press('ArrowDown')
  await panel.keyboard.press('p')
  await expect(
    panel.getByText('No more than 4 clients can be pinned at once: unpin one first.', { exact: true }),
  ).toBeVisible()
  await expect(pinned(panel, 'A5')).toHaveCount(0)
  // From a pinned one Escape goes back to the list, and closes nothing.
  await pinned(panel, 'A2').getByRole('tab', { name: 'Record' }).focus()
  await panel.keyboard.press('Escape')
  await expect(row(panel, 'A5')).toBeFocused()
  await expect(panel.getByRole('complementary', { name: /^Pinned: / })).toHaveCount(4)
  await pinned(panel, 'A2').getByRole('tab', { name: 'Record' }).focus()
  await panel.keyboard.press('p')
  await expect(pinned(panel, 'A2')).toHaveCount(0)
  await expect(panel.getByRole('complementary', { name: /^Pinned: / })).toHaveCount(3)
})
