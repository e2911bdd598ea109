import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { chromiumPath } from '../../scripts/programs.ts'
import { readEndpoint } from './fixtures/server-process.ts'
import { expect, test } from './fixtures/panel-test.ts'

/** Chooses a theme and a row height, and sees both at work. */
async function chooseLook(page: Page): Promise<void> {
  await expect(page.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
  await page.getByRole('button', { name: 'Light theme' }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Compact' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact')
}

/** The address with the key, as the server tells it. */
async function panelAddress(dataDir: string): Promise<string> {
  const endpoint = await readEndpoint(dataDir, {
    exit: () => null,
    output: () => '',
    errors: () => '',
    ended: () => Promise.reject(new Error('Nobody waits for its end.')),
  })
  return endpoint.panel_url ?? ''
}

test('where site data is blocked, the panel opens and what is chosen holds while it is open', async ({
  server,
  problems,
}) => {
  const profile = await mkdtemp(join(tmpdir(), 'busbar-blocked-'))
  await mkdir(join(profile, 'Default'))
  // What "Don't allow sites to save data on your device" writes.
  await writeFile(
    join(profile, 'Default/Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
  )
  const context = await chromium.launchPersistentContext(profile, { executablePath: chromiumPath() ?? '' })
  const page = await context.newPage()
  await problems.watch(page)
  await page.goto(await panelAddress(server.dataDir))
  const names = ['localStorage', 'sessionStorage'] as const
  for (const name of names) {
    const thrown = await page.evaluate((which) => {
      try {
        return String(window[which].length)
      } catch (error) {
        return (error as Error).name
      }
    }, name)
    expect(thrown, name).toBe('SecurityError')
  }
  expect(new URL(page.url()).hash).not.toContain('key=')
  await chooseLook(page)
  await context.close()
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

test('where storage is full, the panel opens and what is chosen holds while it is open', async ({
  server,
  context,
  problems,
}) => {
  const page = await context.newPage()
  await problems.watch(page)
  await page.addInitScript(() => {
    for (const storage of [localStorage, sessionStorage]) {
      let size = 1024 * 1024
      for (let name = 0; size > 0; name += 1) {
        try {
          storage.setItem(String(name), 'x'.repeat(size))
        } catch {
          size = Math.floor(size / 2)
        }
      }
    }
  })
  await page.goto(await panelAddress(server.dataDir))
  const full = await page.evaluate(() =>
    [localStorage, sessionStorage].map((storage) => {
      try {
        storage.setItem('one more', 'x'.repeat(40))
        return 'room left'
      } catch (error) {
        return (error as Error).name
      }
    }),
  )
  expect(full).toEqual(['QuotaExceededError', 'QuotaExceededError'])
  expect(new URL(page.url()).hash).not.toContain('key=')
  await chooseLook(page)
})

test('two tabs show what the other keeps, and lose nothing of it', async ({ panel, server, problems }) => {
  const other = await panel.context().newPage()
  await problems.watch(other)
  await other.goto(await panelAddress(server.dataDir))
  for (const page of [panel, other]) {
    await page.getByRole('link', { name: 'Settings' }).click()
    await expect(page.getByRole('button', { name: 'Compact' })).toBeVisible()
  }
  await panel.getByRole('button', { name: 'Compact' }).click()
  await expect(other.locator('html')).toHaveAttribute('data-density', 'compact')
  await other.getByRole('button', { name: '130 %' }).click()
  await expect(panel.locator('html')).toHaveAttribute('data-text-size', '130')
  await panel.reload()
  await expect(panel.locator('html')).toHaveAttribute('data-density', 'compact')
  await expect(panel.locator('html')).toHaveAttribute('data-text-size', '130')
})
