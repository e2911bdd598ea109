/** The picture of a real Blender in a window, by the built add-on, as a person sees it in the panel. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findOnPath } from '../../scripts/programs.ts'
import { expect, test } from './fixtures/panel-test.ts'
import { blenderPath, startBlender } from './fixtures/real-blender.ts'

const blender = blenderPath()

test('a real Blender shows its viewport on the wall and in the inspector', async ({
  panel,
  server,
  shell,
}) => {
  test.skip(blender === null, 'No blender on the PATH: install it (Debian: apt-get install blender).')
  test.skip(
    findOnPath('xvfb-run') === null,
    'No xvfb-run on the PATH: install it (Debian: apt-get install xvfb).',
  )
  test.skip(shell !== 'browser', 'The browser shell shows it; the desktop differs in the panel alone.')
  test.setTimeout(180_000)
  const folder = await mkdtemp(join(tmpdir(), 'busbar-blender-'))
  const running = await startBlender(blender ?? '', {
    folder,
    dataDir: server.dataDir,
    label: 'Atelier 1',
    window: true,
  })
  try {
    await panel.getByRole('button', { name: 'Wall', exact: true }).click()
    const card = panel.getByRole('row', { name: /^Atelier 1, blender-.*, live/ })
    await expect(card).toBeVisible({ timeout: 60_000 })
    const picture = card.getByRole('img', { name: 'What Atelier 1 shows' })
    await expect(picture).toBeVisible({ timeout: 60_000 })
    await expect(card.getByText(/^viewport, /)).toBeVisible()

    await card.click()
    const inspector = panel.getByRole('complementary', { name: 'Inspector' })
    await inspector.getByRole('tab', { name: 'Viewport' }).click()
    const shown = inspector.getByRole('img', { name: 'What Atelier 1 shows' })
    await expect
      .poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth), { timeout: 60_000 })
      .toBe(960)
    // Read back from the page: a scene has many colours, neither is it black or white.
    const { width, height, colours, mean } = await shown.evaluate((image: HTMLImageElement) => {
      const canvas = document.createElement('canvas')
      canvas.width = image.naturalWidth
      canvas.height = image.naturalHeight
      const context = canvas.getContext('2d')
      if (context === null) throw new Error('This page can draw nothing.')
      context.drawImage(image, 0, 0)
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
      const seen = new Set<number>()
      let sum = 0
      for (let at = 0; at < data.length; at += 4) {
        const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3)
        seen.add((red << 16) | (green << 8) | blue)
        sum += red + green + blue
      }
      return {
        width: canvas.width,
        height: canvas.height,
        colours: seen.size,
        mean: sum / (data.length * 0.75),
      }
    })
    expect(width).toBe(960)
    expect(height).toBeGreaterThan(200)
    expect(height).toBeLessThanOrEqual(960)
    expect(colours).toBeGreaterThan(50)
    expect(mean).toBeGreaterThan(20)
    expect(mean).toBeLessThan(235)
    // It is on no list of jobs.
    await inspector.getByRole('tab', { name: 'Jobs' }).click()
    await expect(inspector.getByText('It was given no job and has asked for none.')).toBeVisible()
  } finally {
    await running.kill()
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
})
