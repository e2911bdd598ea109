import type { Page } from '@playwright/test'
import { writeText } from './fixtures/editor-text.ts'
import { expect, test, type PanelFixtures } from './fixtures/panel-test.ts'

/** The panel's page as an older version left it open: it says so in its head, and after a reload it is the new one. */
async function openOldPage({ panel, problems }: Pick<PanelFixtures, 'panel' | 'problems'>): Promise<Page> {
  const page = await panel.context().newPage()
  await problems.watch(page)
  // The key is in the storage of the other tab alone.
  const key = await panel.evaluate(() => sessionStorage.getItem('busbar.panel-key'))
  await page.addInitScript(() => {
    if (sessionStorage.getItem('was here') !== null) return
    sessionStorage.setItem('was here', 'yes')
    const observer = new MutationObserver(() => {
      document.querySelector('meta[name="busbar-version"]')?.setAttribute('content', '0.0.1')
    })
    observer.observe(document, { childList: true, subtree: true })
  })
  await page.goto(`${new URL(panel.url()).origin}/#key=${key ?? ''}`)
  await expect(page.getByText('Busbar was updated')).toBeVisible()
  return page
}

/** Another tab is put before it, as far as the page can tell, or is taken away again. */
const turn = (page: Page, to: 'hidden' | 'visible') =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, to)
const hide = (page: Page) => turn(page, 'hidden')
const hideForAMoment = async (page: Page) => {
  await hide(page)
  await turn(page, 'visible')
}

test('an old page says that Busbar was updated, and its button loads the new one', async ({
  panel,
  problems,
}) => {
  await expect(panel.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  await expect(panel.getByText('Busbar was updated')).toHaveCount(0)
  const page = await openOldPage({ panel, problems })
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect(page.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  await expect(page.getByText('Busbar was updated')).toHaveCount(0)
})

test('an old page that nobody sees reloads by itself', async ({ panel, problems }) => {
  const page = await openOldPage({ panel, problems })
  const reloaded = page.waitForEvent('load')
  await hide(page)
  await reloaded
  await expect(page.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  await expect(page.getByText('Busbar was updated')).toHaveCount(0)
})

test('an old page waits while something is written or asked', async ({ panel, problems, connectClient }) => {
  await connectClient({
    name: 'a',
    register: { client_uuid: 'a-1', client_type: 'blender', is_persistent: true },
  })
  const page = await openOldPage({ panel, problems })
  const search = page.getByRole('searchbox', { name: 'Search clients' })
  await search.fill('a-1')
  await hideForAMoment(page)
  await search.fill('')
  await page.getByRole('row', { name: /^a-1/ }).click()
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await inspector.getByRole('tab', { name: 'Send' }).click()
  const code = inspector.getByRole('textbox', { name: 'Python' })
  await writeText(code, 'print("half a thought")')
  await hideForAMoment(page)
  await expect(code).toContainText('half a thought')
  await writeText(code, 'import bpy\n\nbpy.context.scene.name')
  await page.getByRole('row', { name: /^a-1/ }).focus()
  await page.keyboard.press('Delete')
  const dialog = page.getByRole('dialog', { name: 'Unregister client' })
  await expect(dialog).toBeVisible()
  await hideForAMoment(page)
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toHaveCount(0)
  const reloaded = page.waitForEvent('load')
  await hide(page)
  await reloaded
  await expect(page.getByText('Busbar was updated')).toHaveCount(0)
})
