import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'

/** What a person can't get at: controls and numbers out of the window, and texts that stand out of a box which does not scroll. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const looked = document.querySelectorAll(
      'header :is(input, button, span), nav :is(a, b), [role="toolbar"] :is(button, input), footer span, main h2',
    )
    const found: string[] = []
    for (const element of looked) {
      const { left, right, width } = element.getBoundingClientRect()
      if (width === 0 || getComputedStyle(element).clipPath !== 'none') continue
      const what = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent}`
      if (left < 0 || right > innerWidth + 0.5) found.push(`${what}: out of the window`)
      for (let box = element.parentElement; box !== null && box !== document.body; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box)
        if (overflowX !== 'hidden' && overflowX !== 'clip' && getComputedStyle(box).scrollbarWidth !== 'none')
          continue
        const edges = box.getBoundingClientRect()
        if (left < edges.left - 0.5 || right > edges.right + 0.5)
          found.push(`${what}: cut by ${box.className}`)
      }
    }
    return found
  })
}

for (const width of [480, 320]) {
  test(`at ${width} pixels nothing is cut off`, async ({ panel, connectClient }) => {
    const farm = await connectClient({ name: 'farm' })
    for (const uuid of ['b-1', 'b-2']) {
      await farm.call('blender_register_client', {
        client_uuid: uuid,
        client_type: 'blender',
        is_persistent: true,
        label: `Node ${uuid} of the long rack in the cellar`,
      })
    }
    await expect(panel.getByRole('row', { name: /^Node b-2/ })).toBeVisible()
    await panel.setViewportSize({ width, height: 640 })
    const search = panel.getByRole('searchbox', { name: 'Search clients' })
    expect((await search.boundingBox())?.width).toBeGreaterThan(110)
    for (const view of ['clients', 'wall', 'jobs', 'activity', 'approvals', 'connect', 'settings']) {
      await panel.evaluate((to) => (location.hash = to), `#/${view}`)
      await expect(panel.getByRole('main').first()).toBeVisible()
      expect(await cutOff(panel), view).toEqual([])
    }
  })
}

test('no list scrolls sideways for nothing', async ({ panel, connectClient }) => {
  await connectClient({
    name: 'a',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true },
  })
  await expect(panel.getByRole('row', { name: /^b-1/ })).toBeVisible()
  const scrollbar = await panel.evaluate(() => {
    const box = document.body.appendChild(document.createElement('div'))
    box.style.overflow = 'scroll'
    return box.offsetWidth - box.clientWidth
  })
  expect(scrollbar, 'this browser shows scrollbars').toBeGreaterThan(0)
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
