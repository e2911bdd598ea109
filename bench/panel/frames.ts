/** What a page's main thread was kept by: times between frames, long tasks, and how long a key took to show. */
import type { Page } from 'playwright'

/** All in milliseconds. */
export interface Frames {
  between: number[]
  /** Tasks of 50 ms and more, as the browser reports them. */
  longTasks: number[]
}

interface Meter {
  take(): Frames
}

declare global {
  interface Window {
    benchMeter: Meter
  }
}

/** To be called before the page is opened. */
export async function installMeter(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let between: number[] = []
    let longTasks: number[] = []
    let last: number | null = null
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration)
    }).observe({ type: 'longtask' })
    const frame = (now: number): void => {
      if (last !== null) between.push(now - last)
      last = now
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    window.benchMeter = {
      take() {
        const taken = { between, longTasks }
        between = []
        longTasks = []
        return taken
      },
    }
  })
}

/** What was measured since the last call. */
export function takeFrames(page: Page): Promise<Frames> {
  return page.evaluate(() => window.benchMeter.take())
}

/** Turns the wheel over an element for a while, down to the end and up again. */
export async function scrollFor(page: Page, label: string, seconds: number): Promise<void> {
  const box = await page.getByRole('grid', { name: label }).boundingBox()
  if (box === null) throw new Error(`There is no grid "${label}" to scroll.`)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const endAt = performance.now() + seconds * 1000
  for (let turn = 0; performance.now() < endAt; turn += 1) {
    await page.mouse.wheel(0, turn % 200 < 100 ? 400 : -400)
    await page.waitForTimeout(30)
  }
}

/** Types into a box, key by key, and gives the time from each key to the second frame after it, when it is on screen. */
export async function typeInto(page: Page, label: string, text: string): Promise<number[]> {
  const box = page.getByRole('searchbox', { name: label })
  await box.focus()
  const times: number[] = []
  for (const key of text) {
    const shown = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const onKey = (event: KeyboardEvent): void => {
            requestAnimationFrame(() =>
              requestAnimationFrame(() => resolve(performance.now() - event.timeStamp)),
            )
          }
          window.addEventListener('keydown', onKey, { once: true, capture: true })
        }),
    )
    // The listener is there when a round trip has passed.
    await page.evaluate(() => undefined)
    await page.keyboard.press(key)
    times.push(await shown)
    await page.waitForTimeout(100)
  }
  await box.fill('')
  return times
}

/**
 * Milliseconds of processor time that the page's main thread uses while something runs: unlike a task's length, other programs
 * do not add to it. Chromium counts from where it is told to.
 */
export async function processorTime(page: Page, run: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await run()
  const { metrics } = await session.send('Performance.getMetrics')
  await session.detach()
  return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN) * 1000
}
