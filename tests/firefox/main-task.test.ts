/**
 * The panel's main task in Firefox, over WebDriver BiDi: what Debian packages as `firefox-esr` can be driven by nothing
 * that Playwright speaks. The panel suite tries everything else, in Chromium.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, type Browser } from 'puppeteer-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { firefoxPath } from '../../scripts/programs.ts'
import { startBrowserShell, type BrowserShell } from '../e2e/fixtures/browser-shell.ts'
import { connectClient } from '../e2e/fixtures/connect-client.ts'
import { cleanEnv } from '../e2e/fixtures/server-process.ts'

let dataDir: string
let shell: BrowserShell
let browser: Browser
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'busbar-firefox-'))
  shell = await startBrowserShell(dataDir, cleanEnv())
  browser = await launch({ browser: 'firefox', executablePath: firefoxPath() ?? '', headless: true })
})
afterEach(async () => {
  await browser.close()
  expect(await shell.server.stop()).toEqual({ code: 0, signal: null })
  await rm(dataDir, { recursive: true, force: true })
})

it('a person sees a client, looks into its record and unregisters it', async () => {
  const page = await browser.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.setDefaultTimeout(60_000)
  await page.setViewport({ width: 1280, height: 800 })
  await page.goto(shell.panelUrl)
  await page.waitForSelector('::-p-text(Persistent clients)')
  expect(new URL(page.url()).hash).not.toContain('key=')

  const blender = await connectClient(shell.server, {
    name: 'atelier',
    register: { client_uuid: 'b-1', client_type: 'blender', is_persistent: true, label: 'Atelier 1' },
  })
  const row = await page.waitForSelector('[role="row"][aria-label^="Atelier 1, b-1, live"]')
  await row?.click()
  await page.waitForSelector('aside[aria-label="Inspector"] [role="tab"][aria-selected="true"]')
  const record = await page.waitForSelector('aside [aria-label="Wire JSON of the record"]')
  const json = (await record?.evaluate((element) => element.textContent)) ?? ''
  expect(JSON.parse(json)).toMatchObject({ uuid: 'b-1', client_type: 'blender', label: 'Atelier 1' })

  await page.locator('aside[aria-label="Inspector"] ::-p-text(Unregister…)').click()
  await page.waitForSelector('dialog[open] input[type="text"]')
  await page.keyboard.type('The node is taken out for repair')
  await page.locator('dialog[open] button[type="submit"]').click()
  await page.waitForFunction(() => document.querySelector('dialog[open]') === null)
  await page.waitForFunction(() => document.querySelector('[role="row"][aria-label^="Atelier 1"]') === null)
  await expect(blender.call('blender_list_available_clients')).rejects.toThrow(
    'a person at the Busbar panel unregistered this client (The node is taken out for repair)',
  )
  expect(problems).toEqual([])
  await blender.vanish()
})
