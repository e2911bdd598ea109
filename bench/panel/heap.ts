/** What the page holds after minutes of changes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright'
import type { Farm } from './changes.ts'
import { heapInUse } from './frames.ts'

/** The heap is first looked at when the panel has come to rest after its start. */
const firstLookMinutes = 1

/** Leaves the page open for so many minutes and prints its heap as a table. */
export async function reportHeap(
  page: Page,
  farm: Farm,
  { minutes, changesPerSecond }: { minutes: number; changesPerSecond: number },
): Promise<void> {
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
