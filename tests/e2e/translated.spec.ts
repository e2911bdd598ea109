import type { Page } from '@playwright/test'
import { expect, test } from './fixtures/panel-test.ts'

/** Does to the page what a browser's translation does: it puts each text into elements of its own, which React does not know. */
function translate(page: Page): Promise<number> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const texts: Text[] = []
    while (walker.nextNode()) {
      const text = walker.currentNode as Text
      if (text.data.trim() === '' || text.parentElement?.closest('[translate="no"], script, style')) continue
      texts.push(text)
    }
    for (const text of texts) {
      const outer = document.createElement('span')
      const inner = document.createElement('span')
      inner.textContent = text.data
      outer.append(inner)
      text.replaceWith(outer)
    }
    return texts.length
  })
}

test('a page that the browser translates goes on telling the truth', async ({ panel, connectClient }) => {
  const a = await connectClient({
    name: 'a',
    register: { client_uuid: 'a-1', client_type: 'blender', is_persistent: true },
  })
  const states = panel.getByRole('group', { name: 'Show clients by state' })
  await expect(states).toContainText(/All 1/)
  await panel.getByRole('row', { name: /^a-1/ }).click()
  const inspector = panel.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector).toContainText('a-1')
  expect(await translate(panel)).toBeGreaterThan(10)

  const b = await connectClient({
    name: 'b',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true },
  })
  await expect(panel.getByRole('row', { name: /^b-1, live/ })).toBeVisible()
  await expect(states).toContainText(/All 2/)
  await expect(states).toContainText(/live 2/i)
  await expect(panel.getByRole('contentinfo')).toContainText('2 Blenders, 2 live')
  await expect(panel.getByRole('link', { name: /^Clients/ })).toContainText('2')
  await expect(panel.getByRole('region', { name: 'Persistent clients' })).toContainText('2')

  await panel.getByRole('row', { name: /^b-1/ }).click()
  await expect(inspector).toContainText('b-1')
  await b.leave()
  await expect(panel.getByRole('row', { name: /^b-1, live/ })).toHaveCount(0)
  await expect(states).toContainText(/live 1/i)

  // Every page is translated as it comes, and left again.
  for (const view of ['wall', 'jobs', 'activity', 'approvals', 'connect', 'settings', 'clients']) {
    await panel.evaluate((to) => (location.hash = to), `#/${view}`)
    await expect(panel.getByRole('main').first()).toBeVisible()
    await translate(panel)
  }
  await panel.getByRole('row', { name: /^a-1/ }).click()
  await panel.keyboard.press('Delete')
  const dialog = panel.getByRole('dialog')
  await expect(dialog).toBeVisible()
  await translate(panel)
  await dialog.getByRole('button', { name: 'Unregister' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(panel.getByRole('row', { name: /^a-1/ })).toHaveCount(0)
  await expect(panel.getByRole('contentinfo')).toContainText('1 Blender, 0 live')
  await a.leave()
})
