/** What scrolling and typing cost in a list of clients, without changes and with them. */
import type { Page } from 'playwright'
import { quantile } from '../row.ts'
import type { Farm } from './changes.ts'
import { processorTime, scrollFor, takeFrames, typeInto, type Frames } from './frames.ts'

const typed = 'type:blender shot'

interface ScrollingOptions {
  title: string
  /** Name of the grid that is scrolled. */
  grid: string
  seconds: number
  changesPerSecond: number
}

interface Measured {
  frames: Frames
  /** Processor time of the main thread while it was scrolled. */
  usedMs: number
  /** From each key to the screen, in milliseconds. */
  keys: number[]
}

/** Measures both and prints them as a table. */
export async function reportScrolling(page: Page, farm: Farm, options: ScrollingOptions): Promise<void> {
  const { title, seconds, changesPerSecond } = options
  const quiet = await measure(page, options)
  farm.start(changesPerSecond)
  const busy = await measure(page, options)
  const rate = await farm.stop()

  console.log(`\n${title}, ${String(seconds)} s of scrolling, ${rate.toFixed(0)} changes/s\n`)
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

async function measure(page: Page, { grid, seconds }: ScrollingOptions): Promise<Measured> {
  await takeFrames(page)
  const usedMs = await processorTime(page, () => scrollFor(page, grid, seconds))
  const frames = await takeFrames(page)
  return { frames, usedMs, keys: await typeInto(page, 'Search clients', typed) }
}

function row(name: string, before: number, after: number): string {
  return `| ${name} | ${before.toFixed(1)} ms | ${after.toFixed(1)} ms | ${(after / before).toFixed(2)} |`
}
