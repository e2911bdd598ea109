/** What the page holds after minutes of changes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright'
import type { Farm } from './changes.ts'

/** Readings of which the least counts: between a collection and its reading the next changes come in. */
const readings = 10
const betweenReadingsMs = 150

/** Leaves the page open for so many minutes and prints its heap after each, the first being what the others stand beside. */
export async function reportHeap(
  page: Page,
  farm: Farm,
  { minutes, changesPerSecond }: { minutes: number; changesPerSecond: number },
): Promise<void> {
  farm.start(changesPerSecond)
  const startedAtMs = performance.now()
  const heaps: number[] = []
  for (let minute = 1; minute <= minutes; minute += 1) {
    await delay(startedAtMs + minute * 60_000 - performance.now())
    heaps.push(await heapInUse(page))
  }
  const rate = await farm.stop()
  const [first = Number.NaN] = heaps
  console.log(`\n| heap of the page, ${rate.toFixed(0)} changes/s | MB | ratio |`)
  console.log('|---|---:|---:|')
  for (const [index, bytes] of heaps.entries()) {
    console.log(
      `| after ${String(index + 1)} min | ${(bytes / 1e6).toFixed(1)} | ${(bytes / first).toFixed(2)} |`,
    )
  }
}

/** Bytes of the page's heap in use after a garbage collection. */
async function heapInUse(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  let least = Infinity
  for (let reading = 0; reading < readings; reading += 1) {
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    least = Math.min(least, usedSize)
    await delay(betweenReadingsMs)
  }
  await session.detach()
  return least
}
