/**
 * Stands in for the `electron` module where Electron's binary can't be had: the part of it that the desktop shell
 * uses, over a real Chromium page for each window. An import of anything else fails to link, a property of anything
 * else throws. See register.ts for how a bundle gets it.
 */
import type { Dialog, NativeTheme, Shell, WebFrameMain } from 'electron'
import { chromiumPath } from '../../../scripts/programs.ts'
import { launchBrowser, type Browser } from './cdp.ts'
import type { StandInHello, StandInReply, StandInRequest } from './control.ts'
import { createAppStandIn } from './electron-app.ts'
import { createSessionStandIn, type Permission } from './electron-session.ts'
import { createWindowsStandIn } from './electron-windows.ts'
import { createEvent, strict } from './strict.ts'

let browser: Browser | null = null
const openedOutside: string[] = []
const errorBoxes: { title: string; content: string }[] = []
const dialogAnswers: number[] = []

const appStandIn = createAppStandIn({
  async prepare(userData) {
    const chromium = chromiumPath()
    if (chromium === null)
      throw new Error('The stand-in for Electron needs Chromium: install it, or set CHROMIUM_PATH.')
    browser = await launchBrowser(chromium, userData)
    process.send?.({ endpoint: browser.endpoint } satisfies StandInHello)
  },
  closeAllWindows: () => windows.closeAll(),
  async dispose() {
    await browser?.kill()
  },
})

const sessionStandIn = createSessionStandIn(() => appStandIn.state.isReady)

const windows = createWindowsStandIn({
  browser() {
    if (browser === null) throw new Error('Cannot create BrowserWindow before app is ready')
    return browser
  },
  isGranted: (permission, url) => sessionStandIn.check(permission as Permission, url),
  answer: (request) => sessionStandIn.answer(request),
  onContents: (contents) =>
    appStandIn.events.emit('web-contents-created', createEvent('web-contents-created', {}), contents),
  onAllClosed: () => appStandIn.allWindowsClosed(),
})

const dialogPart: Pick<Dialog, 'showErrorBox' | 'showMessageBox'> = {
  showErrorBox(title, content) {
    errorBoxes.push({ title, content })
    process.stderr.write(`${title}\n${content}\n`)
  },
  showMessageBox() {
    const response = dialogAnswers.shift()
    if (response === undefined) throw new Error('Nobody answers this dialog: use answerDialog first.')
    return Promise.resolve({ response, checkboxChecked: false })
  },
}
const shellPart: Pick<Shell, 'openExternal'> = {
  openExternal(url) {
    openedOutside.push(url)
    return Promise.resolve()
  },
}
const nativeThemePart: Pick<NativeTheme, 'shouldUseDarkColors'> = { shouldUseDarkColors: true }

export const { app } = appStandIn
export const { BrowserWindow, ipcMain } = windows
export { MessageChannelMain } from './message-ports.ts'
export const { protocol } = sessionStandIn
export const session = strict<typeof Electron.session>('session', { defaultSession: sessionStandIn.session })
export const dialog = strict<Dialog>('dialog', dialogPart)
export const shell = strict<Shell>('shell', shellPart)
export const nativeTheme = strict<NativeTheme>('nativeTheme', nativeThemePart)

function windowAt(index: number) {
  const window = windows.all[index]
  if (window === undefined) throw new Error(`There is no window ${String(index)}.`)
  return window
}

async function run(request: StandInRequest): Promise<unknown> {
  switch (request.name) {
    case 'state':
      return {
        schemes: sessionStandIn.schemes,
        isSandboxed: appStandIn.state.isSandboxed,
        mayUseDevice: sessionStandIn.mayUseDevice(),
        openedOutside,
        errorBoxes,
        windows: windows.all.map(({ options, url, calls, isDestroyed, ports }) => ({
          options,
          url,
          calls,
          isDestroyed,
          ports,
        })),
      }
    case 'quit':
      app.quit()
      return null
    case 'closeWindow':
      windowAt(request.input.window).close()
      return null
    case 'minimise':
      windowAt(request.input.window).minimise()
      return null
    case 'crash':
      windowAt(request.input.window).crash()
      return null
    case 'sendIpcAs': {
      const { channel, frame } = request.input
      windows.deliver(frame === null ? null : strict<WebFrameMain>('WebFrameMain', frame), channel, [])
      return null
    }
    case 'askPermission': {
      const { permission, url } = request.input
      return {
        check: sessionStandIn.check(permission, url),
        request: await sessionStandIn.request(permission, url),
      }
    }
    case 'redirect': {
      const event = createEvent('will-redirect', { url: request.input.url, isMainFrame: true })
      windowAt(request.input.window).contents.emit('will-redirect', event)
      return !event.defaultPrevented
    }
    case 'attachWebview': {
      const event = createEvent('will-attach-webview', {})
      windowAt(request.input.window).contents.emit('will-attach-webview', event, {}, {})
      return !event.defaultPrevented
    }
    case 'answerDialog':
      dialogAnswers.push(request.input.button)
      return null
  }
}

process.on('message', (request: StandInRequest) => {
  run(request).then(
    (output) => process.send?.({ id: request.id, output } satisfies StandInReply),
    (error: unknown) => process.send?.({ id: request.id, error: String(error) } satisfies StandInReply),
  )
})
// The channel to the tests keeps nothing alive; a test that is gone takes its stand-in with it.
process.on('disconnect', () => app.exit(1))
