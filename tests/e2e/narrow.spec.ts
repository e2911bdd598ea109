import { expect, test } from './fixtures/panel-test.ts'

test('no list scrolls sideways for nothing', async ({ panel, connectClient }) => {
  await connectClient({
    name: 'a',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true },
  })
  await expect(panel.getByRole('row', { name: /^b-1/ })).toBeVisible()
  const spare = () =>
    panel
      .getByRole('grid')
      .evaluateAll((grids) => grids.map((grid) => [grid.ariaLabel, grid.scrollWidth - grid.clientWidth]))
  expect(await spare()).toEqual([
    ['Persistent clients', 0],
    ['Ephemeral clients', 0],
  ])
  // The line that sets the width of the last column is in reach all the same.
  const header = panel.locator('[data-header]').last()
  await header.locator('[title^="Drag to set the width"]').dblclick()
  await panel.evaluate(() => (location.hash = '#/jobs'))
  await expect(panel.getByRole('grid', { name: 'Jobs' })).toBeVisible()
  expect(await spare()).toEqual([['Jobs', 0]])
})
