import { defineConfig } from '@playwright/test'
import { chromiumPath } from './scripts/programs.ts'
import type { PanelOptions } from './tests/e2e/fixtures/panel-test.ts'

const executablePath = chromiumPath()

/**
 * What only the page draws, whatever brings it the data: once is enough. What a shell does, and the main task from end to
 * end, is tried in both.
 */
const drawnAlike = [
  'accessibility',
  'activity',
  'clients',
  'everyday',
  'extremes',
  'input-methods',
  'inspector-accessibility',
  'jobs',
  'keyboard',
  'narrow',
  'palette',
  'pins',
  'policy',
  'send',
  'settings',
  'storage',
  'table',
  'translated',
  'update',
  'viewport',
  'wall',
]

export default defineConfig<PanelOptions>({
  testDir: 'tests/e2e',
  outputDir: 'out/e2e',
  globalSetup: './tests/e2e/fixtures/build.ts',
  forbidOnly: process.env.CI === 'true',
  // Every test has a server and a page of its own; more at once than this slows each of them down.
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      // As on most people's screens; Playwright hides them, and with them what they push aside.
      ignoreDefaultArgs: ['--hide-scrollbars'],
    },
  },
  projects: [
    { name: 'browser', use: { shell: 'browser' } },
    {
      name: 'desktop',
      use: { shell: 'desktop' },
      testIgnore: drawnAlike.map((name) => `**/${name}.spec.ts`),
    },
  ],
})
