/**
 * `npm run bench -- panel`: the panel in Chromium with 5,000 clients, scrolled for a minute while nothing changes and
 * for a minute while 500 records change each second, typed into, and left open for ten minutes. The quiet minute is
 * what the busy one stands beside. `-- panel --seconds 10 --minutes 2` makes it shorter.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Page } from 'playwright'
import { buildIfStale } from '../scripts/build-if-stale.ts'
import { chromiumPath } from '../scripts/programs.ts'
import { startBrowserShell } from '../tests/e2e/fixtures/browser-shell.ts'
import { cleanEnv } from '../tests/e2e/fixtures/server-process.ts'
import { openFarm, type Farm } from './panel/changes.ts'
import {
  heapInUse,
  installMeter,
  processorTime,
  scrollFor,
  takeFrames,
  typeInto,
  type Frames,
} from './panel/frames.ts'
import { quantile } from './row.ts'

const clients = 5000
const changesPerSecond = 500
const typed = 'type:blender shot'
/** The heap is first looked at when the panel has come to rest after its start. */
const firstLookMinutes = 1

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
  const { panelUrl, server } = await startBrowserShell(dataDir, { ...cleanEnv(), BUSBAR_MAX_CLIENTS: '6000' })
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
    await page.getByRole('row', { name: /^Node 0/ }).waitFor()
    await reportFrames(page, farm, seconds)
    await reportHeap(page, farm, minutes)
  } finally {
    farm?.close()
    await browser.close()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function reportFrames(page: Page, farm: Farm, seconds: number): Promise<void> {
  const measured = async (): Promise<{ frames: Frames; usedMs: number; keys: number[] }> => {
    await takeFrames(page)
    const before = await processorTime(page)
    await scrollFor(page, 'Persistent clients', seconds)
    const usedMs = ((await processorTime(page)) - before) * 1000
    const frames = await takeFrames(page)
    return { frames, usedMs, keys: await typeInto(page, 'Search clients', typed) }
  }
  const quiet = await measured()
  farm.start(changesPerSecond)
  const busy = await measured()
  const rate = await farm.stop()

  console.log(`${String(clients)} clients, ${String(seconds)} s of scrolling, ${rate.toFixed(0)} changes/s\n`)
  console.log('| measurement | no changes | changes | ratio |')
  console.log('|---|---:|---:|---:|')
  for (const share of [0.5, 0.95, 0.99]) {
    const [before, after] = [quantile(quiet.frames.between, share), quantile(busy.frames.between, share)]
    console.log(row(`p${String(share * 100)} between frames`, before, after))
  }
  console.log(
    row('longest between frames', Math.max(...quiet.frames.between), Math.max(...busy.frames.between)),
  )
  console.log(row('median from key to screen', quantile(quiet.keys, 0.5), quantile(busy.keys, 0.5)))
  console.log(row('longest from key to screen', Math.max(...quiet.keys), Math.max(...busy.keys)))
  console.log(row('processor time of the main thread', quiet.usedMs, busy.usedMs))
  const over = ({ longTasks }: Frames, limitMs: number): string =>
    String(longTasks.filter((ms) => ms > limitMs).length)
  for (const limitMs of [50, 100]) {
    const [before, after] = [over(quiet.frames, limitMs), over(busy.frames, limitMs)]
    console.log(`| tasks over ${String(limitMs)} ms | ${before} | ${after} | |`)
  }
}

async function reportHeap(page: Page, farm: Farm, minutes: number): Promise<void> {
  farm.start(changesPerSecond)
  const at = new Map<number, number>()
  for (let minute = 1; minute <= minutes; minute += 1) {
    await delay(60_000)
    if (minute === firstLookMinutes || minute === minutes) at.set(minute, await heapInUse(page))
  }
  const rate = await farm.stop()
  const [first, last] = [at.get(firstLookMinutes), at.get(minutes)]
  if (first === undefined || last === undefined) return
  console.log(`\n| heap of the page, ${rate.toFixed(0)} changes/s | MB | ratio |`)
  console.log('|---|---:|---:|')
  console.log(`| after ${String(firstLookMinutes)} min | ${(first / 1e6).toFixed(1)} | |`)
  console.log(`| after ${String(minutes)} min | ${(last / 1e6).toFixed(1)} | ${(last / first).toFixed(2)} |`)
}

function row(name: string, before: number, after: number): string {
  return `| ${name} | ${before.toFixed(1)} ms | ${after.toFixed(1)} ms | ${(after / before).toFixed(2)} |`
}
