/**
 * `npm run screenshots`: takes the pictures of docs/images from the real program with real clients. With `-- FOLDER`
 * they go there instead, together with more sizes and states for looking over.
 */
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright'
import { startBrowserShell } from '../tests/e2e/fixtures/browser-shell.ts'
import { populate, populateMany } from './screenshots/populate.ts'
import { buildIfStale } from './build-if-stale.ts'
import { chromiumPath } from './programs.ts'

const root = join(import.meta.dirname, '..')
const asked = process.argv[2]
const folder = asked ?? join(root, 'docs/images')
const schemes = ['dark', 'light'] as const
const sizes = { wide: { width: 1280, height: 800 }, small: { width: 900, height: 600 } } as const

const executablePath = chromiumPath()
if (executablePath === null) throw new Error('No Chromium found: install it, or set CHROMIUM_PATH.')
buildIfStale(root)
await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})

await withServer(async (address) => {
  await shoot(browser, address, 'empty', async () => Promise.resolve())
  if (asked !== undefined) {
    await shoot(browser, address, 'empty-jobs', async (page) => {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Jobs/ }).click()
    })
  }
})
await withServer(async (address, server) => {
  const clients = await populate(server)
  await shoot(browser, address, 'clients', async (page) => {
    await page.getByRole('row', { name: /^Atelier 1/ }).click()
  })
  await shoot(browser, address, 'unregister', async (page) => {
    await page.getByRole('row', { name: /^Farm 03/ }).click()
    await page.keyboard.press('Delete')
    await page.getByRole('textbox', { name: 'Reason' }).fill('The node is taken out for repair')
  })
  await shoot(browser, address, 'jobs', async (page) => {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^Jobs/ }).click()
    await page.getByRole('row', { name: /^execute_code, failed/ }).click()
  })
  await shoot(browser, address, 'connect', async (page) => {
    await page.getByRole('navigation', { name: 'Views' }).getByText('Connect').click()
  })
  if (asked !== undefined) {
    await populateMany(clients, 500)
    await shoot(browser, address, 'many', async (page) => {
      await page.getByRole('row', { name: /^Atelier 1/ }).click()
    })
    await shoot(browser, address, 'columns', async (page) => {
      await page.getByRole('button', { name: 'View', exact: true }).click()
      const view = page.getByRole('dialog', { name: 'View' })
      for (const name of ['Type', 'State', 'Queue', 'Sent', 'Received', 'Host']) {
        await view.getByRole('checkbox', { name, exact: true }).check()
      }
      await view.getByRole('combobox', { name: 'Group by' }).selectOption('group')
    })
    // Last, and once: the server is gone after it.
    const page = await openPanel(browser, address, sizes.wide, 'dark')
    await server.stop()
    await page.getByText('Connection lost').first().waitFor()
    await page.screenshot({ path: join(folder, 'lost-wide-dark.png') })
  }
})
await browser.close()

type Server = Awaited<ReturnType<typeof startBrowserShell>>['server']

async function withServer(run: (panelUrl: string, server: Server) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'busbar-shots-'))
  const { panelUrl, server } = await startBrowserShell(dataDir, process.env)
  try {
    await run(panelUrl, server)
  } finally {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** One picture a scheme, and when looking over one a size as well. */
async function shoot(
  from: Browser,
  address: string,
  name: string,
  prepare: (page: Page) => Promise<void>,
): Promise<void> {
  for (const colorScheme of schemes) {
    for (const [size, viewport] of Object.entries(sizes)) {
      if (asked === undefined && size !== 'wide') continue
      const page = await openPanel(from, address, viewport, colorScheme)
      await prepare(page)
      // Fonts and the first measurements have arrived when nothing moves any more.
      await page.waitForTimeout(700)
      const file = asked === undefined ? `${name}-${colorScheme}.png` : `${name}-${size}-${colorScheme}.png`
      await page.screenshot({ path: join(folder, file) })
      await page.close()
    }
  }
}

async function openPanel(
  from: Browser,
  address: string,
  viewport: { width: number; height: number },
  colorScheme: 'dark' | 'light',
): Promise<Page> {
  const page = await from.newPage({ viewport, colorScheme })
  await page.goto(address)
  await page.getByRole('region', { name: 'Persistent clients' }).waitFor()
  return page
}
