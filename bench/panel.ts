/**
 * `npm run bench -- panel`: the panel in Chromium with 5,000 clients. In the tables and on the wall it is scrolled for a
 * minute while nothing changes and for a minute while 500 records change each second, and typed into; then it is left
 * open for ten minutes. The quiet minutes are what the busy ones stand beside. `-- panel --seconds 10 --minutes 2` makes it
 * shorter.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Page } from 'playwright'
import { buildIfStale } from '../scripts/build-if-stale.ts'
import { chromiumPath } from '../scripts/programs.ts'
import { startBrowserShell } from '../tests/e2e/fixtures/browser-shell.ts'
import { cleanEnv } from '../tests/e2e/fixtures/server-process.ts'
import { openFarm, type Farm } from './panel/changes.ts'
import { installMeter } from './panel/frames.ts'
import { reportHeap } from './panel/heap.ts'
import { reportScrolling } from './panel/scrolling.ts'

const clients = 5000
const changesPerSecond = 500
/** Room for all of them, and none that becomes stale while nothing changes: that would be a change. */
const settings = {
  BUSBAR_MAX_CLIENTS: '6000',
  // One user gets half of these.
  BUSBAR_MAX_SESSIONS: '12000',
  BUSBAR_MAX_SESSIONS_PER_TOKEN: '6000',
  BUSBAR_STALE_SECONDS: '3600',
}

/** Prints its report, as tables in Markdown. */
export async function measurePanel(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '60' }, minutes: { type: 'string', default: '10' } },
  })
  const seconds = Number(values.seconds)
  const minutes = Number(values.minutes)
  const executablePath = chromiumPath()
  if (executablePath === null) throw new Error('No Chromium found: install it, or set CHROMIUM_PATH.')
  buildIfStale(join(import.meta.dirname, '..'))

  const dataDir = await mkdtemp(join(tmpdir(), 'busbar-bench-'))
  const { panelUrl, server } = await startBrowserShell(dataDir, { ...cleanEnv(), ...settings })
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  let farm: Farm | null = null
  try {
    const authorization = `Bearer ${server.token}`
    farm = await openFarm({ port: Number(new URL(server.url).port), authorization }, clients)
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await installMeter(page)
    await page.goto(panelUrl)
    const pace = { seconds, changesPerSecond }
    console.log(`${String(clients)} clients`)
    await show(page, 'Table')
    await reportScrolling(page, farm, { title: 'Tables', grid: 'Persistent clients', ...pace })
    await show(page, 'Wall')
    await reportScrolling(page, farm, { title: 'Wall', grid: 'Blenders', ...pace })
    await show(page, 'Table')
    await reportHeap(page, farm, { minutes, changesPerSecond })
  } finally {
    farm?.close()
    await browser.close()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function show(page: Page, name: 'Table' | 'Wall'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
  await page.getByRole('row', { name: /^Node 0/ }).waitFor()
}
