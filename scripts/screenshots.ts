/**
 * `npm run screenshots`: takes the pictures of docs/images from the real program, with real Blenders and programs. With
 * `-- FOLDER` they go there instead, together with more sizes and states for looking over.
 */
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { chromium, type Locator, type Page } from 'playwright'
import { startBrowserShell } from '../tests/e2e/fixtures/browser-shell.ts'
import { cleanEnv, type PanelServer } from '../tests/e2e/fixtures/server-process.ts'
import { buildIfStale } from './build-if-stale.ts'
import { chromiumPath, findOnPath } from './programs.ts'
import { populateMany } from './screenshots/populate-many.ts'
import { openStudio } from './screenshots/studio.ts'

const root = join(import.meta.dirname, '..')
const asked = process.argv[2]
const folder = asked ?? join(root, 'docs/images')
const schemes = ['dark', 'light'] as const
const sizes = { wide: { width: 1280, height: 800 }, small: { width: 900, height: 600 } } as const

const executablePath = chromiumPath()
if (executablePath === null) throw new Error('No Chromium found: install it, or set CHROMIUM_PATH.')
const blender = findOnPath('blender')
if (blender === null || findOnPath('xvfb-run') === null) {
  throw new Error('The pictures show real Blenders: install blender and xvfb-run.')
}
buildIfStale(root)
spawnSync('npm', ['run', '--silent', 'addon:build'], { cwd: root, stdio: 'inherit' })
await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})

await withServer(async (address) => {
  await shoot(address, 'empty', '')
  if (asked !== undefined) {
    for (const view of ['wall', 'jobs', 'activity', 'approvals'])
      await shoot(address, `empty-${view}`, `/${view}`)
  }
})
await withServer(async (address, server, data) => {
  const studio = await openStudio(server, blender, join(data, 'studio'))
  try {
    await shoot(address, 'unregister', '', async (page) => {
      await page.getByRole('row', { name: /^Farm 03/ }).click()
      await page.keyboard.press('Delete')
      await page.getByRole('textbox', { name: 'Reason' }).fill('The node is taken out for repair')
    })
    const page = await openPanel(address, '/wall', sizes.wide, 'dark')
    for (const name of ['Atelier 1', 'Atelier 2', 'Farm 03']) {
      await page.getByRole('img', { name: `What ${name} shows` }).waitFor({ timeout: 120_000 })
    }
    await page.close()

    await studio.beginWork()
    await shoot(address, 'clients', '', select('Atelier 1'))
    await shoot(address, 'wall', '/wall')
    for (const tab of ['Viewport', 'Activity', 'Jobs', 'Session', 'Send', 'Policy']) {
      await shoot(address, `inspector-${tab.toLowerCase()}`, '', async (page) => {
        await select('Atelier 1')(page)
        await inspector(page).getByRole('tab', { name: tab }).click()
      })
    }
    await shoot(address, 'pinned', '', async (page) => {
      await select('Atelier 1')(page)
      await inspector(page).getByRole('button', { name: 'Pin this client' }).click()
      await select('Claude Code')(page)
    })
    await shoot(address, 'jobs', '/jobs', async (page) => {
      await page.getByRole('row', { name: /^execute_code, failed/ }).click()
    })
    await shoot(address, 'activity', '/activity')
    await shoot(address, 'approvals', '/approvals')
    await shoot(address, 'connect', '/connect')
    await shoot(address, 'settings', '/settings')
    await shoot(address, 'palette', '', async (page) => {
      await page.keyboard.press('Control+K')
      await page.keyboard.type('unregister')
    })
    if (asked !== undefined) await shootMore(address, server, studio.script)
  } finally {
    await studio.close()
  }
})
await browser.close()

/** States that are for looking over only. */
async function shootMore(
  address: string,
  server: PanelServer,
  script: Parameters<typeof populateMany>[0],
): Promise<void> {
  await shoot(address, 'shortcuts', '', (page) => page.keyboard.press('?'))
  await populateMany(script, 500)
  await shoot(address, 'many', '', select('Atelier 1'))
  await shoot(address, 'many-wall', '/wall')
  await shoot(address, 'many-activity', '/activity')
  await shoot(address, 'columns', '', async (page) => {
    await page.getByRole('button', { name: 'View', exact: true }).click()
    const view = page.getByRole('dialog', { name: 'View' })
    for (const name of ['Type', 'State', 'Queue', 'Sent', 'Received', 'Host']) {
      await view.getByRole('checkbox', { name, exact: true }).check()
    }
    await view.getByRole('combobox', { name: 'Group by' }).selectOption('group')
  })
  // Last, and once: the server is gone after it.
  const page = await openPanel(address, '', sizes.wide, 'dark')
  await server.stop()
  await page.getByText('Connection lost').first().waitFor()
  await page.screenshot({ path: join(folder, 'lost-wide-dark.png') })
}

function select(name: string): (page: Page) => Promise<void> {
  return (page) => page.getByRole('row', { name: new RegExp(`^${name}`) }).click()
}

function inspector(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Inspector' })
}

async function withServer(
  run: (panelUrl: string, server: PanelServer, folder: string) => Promise<void>,
): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'busbar-shots-'))
  const dataDir = join(data, 'data')
  await mkdir(dataDir)
  const { panelUrl, server } = await startBrowserShell(dataDir, {
    ...cleanEnv(),
    // What waits for an answer waits until its picture is taken.
    BUSBAR_APPROVAL_SECONDS: '3600',
  })
  try {
    await run(panelUrl, server, data)
  } finally {
    await server.stop()
    await rm(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** One picture a scheme, and when looking over one a size as well. `place` is what follows `#` in the panel's address. */
async function shoot(
  address: string,
  name: string,
  place: string,
  prepare: (page: Page) => Promise<void> = async () => Promise.resolve(),
): Promise<void> {
  for (const colorScheme of schemes) {
    for (const [size, viewport] of Object.entries(sizes)) {
      if (asked === undefined && size !== 'wide') continue
      const page = await openPanel(address, place, viewport, colorScheme)
      try {
        await prepare(page)
        // Fonts and the first measurements have arrived when nothing moves any more.
        await page.waitForTimeout(700)
        const file = asked === undefined ? `${name}-${colorScheme}.png` : `${name}-${size}-${colorScheme}.png`
        await page.screenshot({ path: join(folder, file) })
      } finally {
        await page.close()
      }
    }
  }
}

async function openPanel(
  address: string,
  place: string,
  viewport: { width: number; height: number },
  colorScheme: 'dark' | 'light',
): Promise<Page> {
  const page = await browser.newPage({ viewport, colorScheme })
  await page.goto(address)
  await page.getByRole('region', { name: 'Persistent clients' }).waitFor()
  if (place !== '') await page.evaluate((fragment) => (location.hash = `#${fragment}`), place)
  return page
}
