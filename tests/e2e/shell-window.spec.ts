/** What the desktop shell adds around the panel. Where the real Electron is installed, it runs there as well. */
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBrowserShell } from './fixtures/browser-shell.ts'
import { electronBinary, forkStandIn, startStandIn } from './fixtures/desktop-shell.ts'
import { expect, test } from './fixtures/panel-test.ts'
import { cleanEnv, endpointPath, followProcess } from './fixtures/server-process.ts'

test.skip(({ shell }) => shell !== 'desktop', 'The browser has no window of its own.')

/** What a window's page may do, beside its preload. */
const lockedDown = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  devTools: true,
}

test('the window is locked down', async ({ standIn }) => {
  const { windows, schemes, isSandboxed, mayUseDevice } = await standIn.ask('state', null)
  expect(windows).toHaveLength(1)
  const { preload, ...webPreferences } = windows[0]?.options.webPreferences ?? {}
  expect(preload).toMatch(/[\\/]out[\\/]preload[\\/]preload\.cjs$/)
  expect(webPreferences).toEqual(lockedDown)
  expect({ ...windows[0]?.options, webPreferences: null }).toEqual({
    title: 'Busbar',
    width: 1280,
    height: 800,
    minWidth: 900,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: '#181818',
    webPreferences: null,
  })
  expect(windows[0]?.url).toBe('busbar://panel/')
  expect({ schemes, isSandboxed, mayUseDevice }).toEqual({
    schemes: [
      {
        scheme: 'busbar',
        privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
      },
    ],
    isSandboxed: true,
    mayUseDevice: false,
  })
})

test('the window shows itself once its page is there', async ({ standIn, panel }) => {
  await panel.waitForLoadState()
  await expect.poll(async () => (await standIn.ask('state', null)).windows[0]?.calls).toEqual(['show'])
})

test('a page can not leave', async ({ panel, server }) => {
  const address = panel.url()
  await panel.evaluate(() => {
    location.href = 'https://example.com/'
  })
  await expect.poll(server.log).toContain('"url":"https://example.com/","msg":"navigation refused"')
  await panel.evaluate(() => {
    location.href = './assets/other.html'
  })
  await expect
    .poll(server.log)
    .toContain('"url":"busbar://panel/assets/other.html","msg":"navigation refused"')
  expect(panel.url()).toBe(address)
  await expect(panel.getByRole('region', { name: 'Persistent clients' })).toBeVisible()
})

test('a redirect and a webview are refused', async ({ standIn, panel }) => {
  await panel.waitForLoadState()
  expect(await standIn.ask('redirect', { window: 0, url: 'https://example.com/' })).toBe(false)
  expect(await standIn.ask('attachWebview', { window: 0 })).toBe(false)
})

test('a page opens no window', async ({ panel, server }) => {
  expect(await panel.evaluate(() => window.open('https://example.com/'))).toBeNull()
  await expect.poll(server.log).toContain('"url":"https://example.com/","msg":"new window refused"')
  await panel.evaluate(() => void window.open('file:///etc/passwd'))
  await panel.evaluate(() => void window.open('https://docs.blender.org.example.com/'))
  await expect
    .poll(server.log)
    .toContain('"url":"https://docs.blender.org.example.com/","msg":"new window refused"')
  await expect.poll(() => panel.context().pages().length).toBe(1)
})

test('a link to the documentation opens outside', async ({ standIn, panel }) => {
  await panel.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://docs.blender.org/manual/'
    link.target = '_blank'
    document.body.append(link)
    link.click()
  })
  await expect
    .poll(async () => (await standIn.ask('state', null)).openedOutside)
    .toEqual(['https://docs.blender.org/manual/'])
  await expect.poll(() => panel.context().pages().length).toBe(1)
})

test('permissions are denied, but for writing to the clipboard', async ({ standIn, panel }) => {
  const states = await panel.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'midi', 'clipboard-read', 'clipboard-write'] as const
    const states: Record<string, PermissionState> = {}
    for (const name of names) {
      const { state } = await navigator.permissions.query({ name: name as PermissionName })
      states[name] = state
    }
    return states
  })
  expect(states).toEqual({
    geolocation: 'denied',
    notifications: 'denied',
    midi: 'denied',
    'clipboard-read': 'denied',
    'clipboard-write': 'granted',
  })
  await panel.evaluate(() => navigator.clipboard.writeText('copied'))

  const url = 'busbar://panel/'
  for (const permission of [
    'media',
    'display-capture',
    'usb',
    'openExternal',
    'fullscreen',
    'unknown',
  ] as const) {
    expect(await standIn.ask('askPermission', { permission, url })).toEqual({ check: false, request: false })
  }
  const permission = 'clipboard-sanitized-write'
  expect(await standIn.ask('askPermission', { permission, url })).toEqual({ check: true, request: true })
  expect(await standIn.ask('askPermission', { permission, url: 'https://example.com/' })).toEqual({
    check: false,
    request: false,
  })
})

test('the preload leaves nothing on the window', async ({ panel, server }) => {
  test.skip(electronBinary() !== null, 'Electron opens no other page to compare with.')
  const plain = await panel.context().newPage()
  // A page of this machine has the same features as a secure one, and no preload that could add to them.
  await plain.goto(new URL('/healthz', server.url).href)
  const usual = await plain.evaluate(() => Object.getOwnPropertyNames(window))
  await plain.close()
  const found = await panel.evaluate(() => Object.getOwnPropertyNames(window))
  // What is left is the page's own: its validator keeps two globals.
  expect(found.filter((name) => !usual.includes(name))).toEqual([
    '__zod_globalConfig',
    '__zod_globalRegistry',
  ])
})

test('a page gets one port, and a new one for its old one', async ({ standIn, panel }) => {
  const ports = async () => (await standIn.ask('state', null)).windows[0]?.ports
  const connected = panel.getByRole('status').filter({ hasText: /^Connected$/ })
  await expect(connected).toBeVisible()
  expect(await ports()).toEqual({ open: 1, handedOut: 1 })

  await panel.reload()
  await expect(connected).toBeVisible()
  await expect.poll(ports).toEqual({ open: 1, handedOut: 2 })

  // Asked again without a reload, as after a loss. A message of another shape is none of its business.
  await panel.evaluate(() => {
    window.postMessage({ type: 'something else' }, location.origin)
    window.postMessage({ type: 'busbar:panel-ready' }, location.origin)
  })
  await expect.poll(ports).toEqual({ open: 1, handedOut: 3 })
  await expect(connected).toBeVisible()
})

test('only the panel itself gets a port', async ({ standIn, panel, server }) => {
  await expect(panel.getByRole('status').filter({ hasText: /^Connected$/ })).toBeVisible()
  const foreign = [
    { url: 'https://example.com/', origin: 'https://example.com' },
    // Another frame that shows the panel is not the window's own.
    { url: 'busbar://panel/', origin: 'busbar://panel' },
    null,
  ]
  for (const frame of foreign) await standIn.ask('sendIpcAs', { channel: 'busbar:panel-port', frame })
  await expect.poll(() => server.log().match(/"msg":"port refused: not the panel"/g)).toHaveLength(3)
  expect((await standIn.ask('state', null)).windows[0]?.ports).toEqual({ open: 1, handedOut: 1 })
  await expect(panel.getByRole('status').filter({ hasText: /^Connected$/ })).toBeVisible()
})

test('a second start shows the first one’s window', async ({ standIn, panel, server }) => {
  await panel.waitForLoadState()
  await expect.poll(async () => (await standIn.ask('state', null)).windows[0]?.calls).toEqual(['show'])
  await standIn.ask('minimise', { window: 0 })
  const second = forkStandIn(server.dataDir, cleanEnv())
  const [code] = (await once(second, 'exit')) as [number | null]
  expect(code).toBe(0)
  await expect
    .poll(async () => (await standIn.ask('state', null)).windows[0]?.calls)
    .toEqual(['show', 'restore', 'show', 'focus'])
})

test('what a crash left of Electron’s lock stops no start, though its process id is somebody’s', async ({
  standIn,
  server,
}, testInfo) => {
  await standIn.ask('state', null)
  const dataDir = testInfo.outputPath('crashed')
  mkdirSync(join(dataDir, 'desktop'), { recursive: true })
  // The stand-in's own form of a lock whose process id somebody else has by now.
  writeFileSync(join(dataDir, 'desktop/stand-in-lock'), String(process.pid))
  const started = await startStandIn(dataDir, cleanEnv())
  try {
    expect(started.server.dataDir).toBe(dataDir)
    expect(started.server.url).not.toBe(server.url)
  } finally {
    await started.dispose()
  }
})

test('where `busbar serve` runs, a start shows the panel of that server in a window of its own', async ({
  standIn,
}, testInfo) => {
  await standIn.ask('state', null)
  const dataDir = testInfo.outputPath('served')
  mkdirSync(dataDir)
  const served = await startBrowserShell(dataDir, cleanEnv())
  const address = new URL('/', served.panelUrl).href
  const started = await startStandIn(dataDir, cleanEnv(), address)
  try {
    const state = await started.standIn?.ask('state', null)
    const windows = state?.windows ?? []
    expect(windows.map(({ url, ports }) => ({ url, ports }))).toEqual([
      { url: served.panelUrl, ports: { open: 0, handedOut: 0 } },
    ])
    expect(windows[0]?.options.webPreferences).toEqual(lockedDown)
    await expect(started.panel.getByRole('status').filter({ hasText: /^Connected$/ })).toBeVisible()
    // The panel's server is the one that was there, and its end is not this program's.
    expect(started.server.pid).toBe(served.server.pid)
    await started.panel.reload()
    await expect(started.panel.getByRole('status').filter({ hasText: /^Connected$/ })).toBeVisible()
    await started.dispose()
    expect(existsSync(endpointPath(dataDir))).toBe(true)
  } finally {
    await started.dispose()
    expect(await served.server.stop()).toEqual({ code: 0, signal: null })
  }
})

test('a data directory that is an option goes before that of the environment', async ({
  standIn,
  panel,
  server,
}, testInfo) => {
  await panel.waitForLoadState()
  await standIn.ask('state', null)
  const other = testInfo.outputPath('other')
  const second = forkStandIn(other, cleanEnv(), ['--no-sandbox', '--data-dir', server.dataDir])
  // The first one has it: this one shows its window and ends.
  const [code] = (await once(second, 'exit')) as [number | null]
  expect(code).toBe(0)
  expect(existsSync(other)).toBe(false)
})

test('closing the window ends the program and takes its discovery file along', async ({
  standIn,
  server,
}) => {
  test.skip(process.platform === 'darwin', 'A program on macOS lives on without windows.')
  expect(existsSync(endpointPath(server.dataDir))).toBe(true)
  await standIn.ask('closeWindow', { window: 0 })
  await expect.poll(() => existsSync(endpointPath(server.dataDir))).toBe(false)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

test('quitting says goodbye to the clients', async ({ standIn, server, connectClient }) => {
  const { client } = await connectClient({
    name: 'llm',
    register: { client_uuid: 'llm-1', client_type: 'llm' },
  })
  await standIn.ask('quit', null)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(existsSync(endpointPath(server.dataDir))).toBe(false)
  await expect(client.ping()).rejects.toThrow()
})

test('a crashed panel is loaded once more, then a person decides', async ({
  standIn,
  panel,
  server,
  problems,
}) => {
  problems.expect(/the page crashed/)
  const ports = async () => (await standIn.ask('state', null)).windows[0]?.ports
  await expect(panel.getByRole('status').filter({ hasText: /^Connected$/ })).toBeVisible()

  await standIn.ask('crash', { window: 0 })
  await expect.poll(ports).toEqual({ open: 1, handedOut: 2 })

  await standIn.ask('answerDialog', { button: 0 })
  await standIn.ask('crash', { window: 0 })
  await expect.poll(ports).toEqual({ open: 1, handedOut: 3 })

  await standIn.ask('answerDialog', { button: 1 })
  await standIn.ask('crash', { window: 0 })
  await expect.poll(() => existsSync(endpointPath(server.dataDir))).toBe(false)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

test('a start that fails says why and ends', async ({ standIn, server }, testInfo) => {
  expect(await standIn.ask('state', null)).toMatchObject({ errorBoxes: [] })
  const start = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const second = followProcess(forkStandIn(testInfo.outputPath('data'), { ...cleanEnv(), ...env }, args))
    return { ended: await second.ended(), errors: second.errors() }
  }
  const failed = (why: string) => ({
    ended: { code: 1, signal: null },
    errors: expect.stringContaining(`Busbar could not start\n${why}\n`),
  })
  expect(await start({ BUSBAR_PORT: '70000' })).toEqual(
    failed('BUSBAR_PORT must be a port from 0 to 65535, not "70000".'),
  )
  expect(await start({}, '--port', 'http')).toEqual(
    failed("error: option '--port <number>' argument 'http' is invalid. A port is a number from 0 to 65535."),
  )
  expect(existsSync(endpointPath(server.dataDir))).toBe(true)
})
