/** The one window and the page in it. It knows nothing of what the panel shows or where its data comes from. */
import {
  BrowserWindow,
  dialog,
  nativeTheme,
  type RenderProcessGoneDetails,
  type WebFrameMain,
} from 'electron'
import { attempt, guarded, inBackground } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'
import { codeOf } from '../base/private-file.ts'
import { isPanelUrl, type WindowPage } from './addresses.ts'

/** The `--ground` of each theme, so that nothing flashes before the page's first paint. */
const darkGround = '#181818'
const lightGround = '#e9e9e9'

export type PanelWindowPorts = {
  page: WindowPage
  /** Developer tools are for a checkout, never for what a person installed. */
  devTools: boolean
  log: Log
  /** The page is gone for good or is about to be replaced: what was opened for it can be closed. */
  onPageGone: () => void
  onClosed: () => void
  /** The person gave up on a panel that keeps crashing. */
  onQuit: () => void
  /** The page could not be loaded. */
  onUnloadable: (error: unknown) => void
}

export type PanelWindow = {
  /** True for the main frame of this window while it shows the panel. */
  owns(frame: WebFrameMain): boolean
  /** Brings the window to the front, out of the taskbar where it was minimised. */
  reveal(): void
  /** Closes the window without asking its page. Idempotent. */
  close(): void
}

/** Opens the window; it shows itself with its first paint. */
export function createPanelWindow(ports: PanelWindowPorts): PanelWindow {
  const { log } = ports
  const window = new BrowserWindow({
    title: 'Busbar',
    width: 1280,
    height: 800,
    minWidth: 900,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? darkGround : lightGround,
    webPreferences: {
      ...(ports.page.preload !== null && { preload: ports.page.preload }),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Electron would fetch its dictionaries from a server on the internet.
      spellcheck: false,
      devTools: ports.devTools,
    },
  })
  window.once(
    'ready-to-show',
    guarded('first paint', () => window.show()),
  )
  window.on('closed', guarded('closed window', ports.onClosed))

  const load = () => {
    window.loadURL(ports.page.url).catch((error: unknown) => {
      // Closed while it loaded.
      if (window.isDestroyed()) return
      // Not the error itself, which names the address with the key.
      log.error({ code: codeOf(error) }, 'panel not loaded')
      ports.onUnloadable(error)
    })
  }

  let mayReload = true
  const onGone = (_event: unknown, { reason, exitCode }: RenderProcessGoneDetails): void => {
    attempt('page that is gone', ports.onPageGone)
    if (reason === 'clean-exit') return
    log.error({ reason, exitCode, reloads: mayReload }, 'the panel crashed')
    if (mayReload) {
      mayReload = false
      load()
    } else {
      inBackground('question after a crash', askAfterCrash())
    }
  }
  window.webContents.on('render-process-gone', guarded('panel that crashed', onGone))

  /** A page that crashes again would crash for ever, so a person decides. */
  async function askAfterCrash() {
    const { response } = await dialog.showMessageBox(window, {
      type: 'error',
      message: 'The panel crashed again.',
      detail: 'Blenders and LLM programs are still connected. Load the panel once more, or quit Busbar?',
      buttons: ['Load panel', 'Quit'],
      defaultId: 0,
      cancelId: 0,
    })
    if (response === 0) load()
    else ports.onQuit()
  }

  load()
  return {
    owns: (frame) =>
      !window.isDestroyed() &&
      frame === window.webContents.mainFrame &&
      isPanelUrl(frame.url) &&
      isPanelUrl(frame.origin),
    reveal() {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    close() {
      if (!window.isDestroyed()) window.destroy()
    },
  }
}
