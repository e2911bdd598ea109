/** Entry of the desktop shell: the bus and its MCP endpoint in Electron's main process, the panel in a window. */
import { join } from 'node:path'
import { app as electron, dialog, session } from 'electron'
import { guarded, inBackground } from '../base/guarded.ts'
import { endOnUncaughtFault } from '../base/last-resort.ts'
import type { Log } from '../base/log.ts'
import { ensurePrivateDirectoryNow } from '../base/private-file.ts'
import { createApp } from '../app/app.ts'
import { ServerRunsError } from '../app/one-server.ts'
import { askToShow, runsStill } from '../app/running-server.ts'
import { dataDirectory } from '../config/data-dir.ts'
import { isDataDirTaken } from '../config/data-lock.ts'
import type { Endpoint } from '../config/endpoint-file.ts'
import { createProgramLog } from '../config/program-log.ts'
import { ownPage, servedPage, type WindowPage } from './addresses.ts'
import { denyPermissions, denyNavigation } from './lockdown.ts'
import { createPanelPorts, type PanelPorts } from './panel-ports.ts'
import { declarePanelScheme, servePanelScheme } from './panel-scheme.ts'
import { createPanelWindow, type PanelWindow } from './panel-window.ts'
import { startedWith } from './started-with.ts'
import { withinMs } from './within.ts'

/** Longest time that quitting waits for clients to be told and sockets to close. */
const stopLimitMs = 5_000

/** Folders of the build, seen from the bundle in out/main. */
const rendererRoot = join(import.meta.dirname, '../renderer')
const preload = join(import.meta.dirname, '../preload/preload.cjs')

function startDesktop(log: Log): void {
  // Packaged, the arguments follow the program; else they follow the folder that it is given to run.
  const options = startedWith(process.argv.slice(electron.isPackaged ? 1 : 2), process.env)
  // Electron's lock and its browser's profile follow the data, so that a second data directory is a second Busbar.
  const dataDir = dataDirectory(options.dataDir, process.env)
  const profile = join(dataDir, 'desktop')
  ensurePrivateDirectoryNow(profile)
  electron.setPath('userData', profile)

  // Electron's lock is the messenger between two windows and no more: what a crash leaves of it, it may take for a
  // running program. Whether one runs says the lock of the data directory (decision 16).
  if (!electron.requestSingleInstanceLock() && isDataDirTaken(dataDir)) {
    log.info({}, 'Busbar is running already; its window is shown')
    electron.quit()
    return
  }

  /** There is something to show. */
  let isReady = false
  let page: WindowPage = ownPage(preload)
  /** The server whose panel is shown, where that is not the one of this process. */
  let elsewhere: Endpoint | null = null
  let ports: PanelPorts | null = null
  let window: PanelWindow | null = null
  let quitting: 'no' | 'stopping' | 'stopped' = 'no'

  const openWindow = () => {
    if (window !== null || !isReady || quitting !== 'no') return
    window = createPanelWindow({
      page,
      devTools: !electron.isPackaged,
      log,
      onPageGone: () => ports?.release(),
      onClosed() {
        ports?.release()
        window = null
      },
      onQuit: () => electron.quit(),
      onUnloadable() {
        if (elsewhere !== null) fail(log, new Error(`The panel of ${elsewhere.url} can’t be opened.`))
      },
    })
  }
  const showWindow = () => {
    openWindow()
    window?.reveal()
  }
  const app = createApp({ ...options, showWindow, env: process.env, log })

  /** Shows the panel of the server that has the data directory: in its own window where it has one, else in this one. */
  const showRunning = async (running: Endpoint) => {
    if (await askToShow(dataDir, running)) {
      log.info({}, 'Busbar is running already; its window is shown')
      electron.quit()
      return
    }
    if (running.panel_url === null) {
      throw new Error(`Busbar runs at ${running.url} already, without a panel. End it to start it with one.`)
    }
    log.info({ url: running.url }, 'Busbar is running already; this window shows its panel')
    elsewhere = running
    page = servedPage(running.panel_url)
    isReady = true
    openWindow()
  }

  const boot = async () => {
    await electron.whenReady()
    // The page's world is shut before there is a page.
    servePanelScheme(rendererRoot)
    denyPermissions(session.defaultSession, () => page, log)
    // The server comes before the window, so a panel never opens on nothing.
    const { portWasTaken, port } = await app.start()
    if (portWasTaken) log.warn({ port }, 'the port is taken; the next free one is used')
    ports = createPanelPorts({
      owns: (frame) => window?.owns(frame) ?? false,
      attach: (port) => app.attachPanelPort(port),
      log,
    })
    isReady = true
    openWindow()
  }

  const stop = async () => {
    try {
      window?.close()
      ports?.close()
      if (!(await withinMs(stopLimitMs, app.stop()))) log.error({ stopLimitMs }, 'stopping took too long')
    } catch (error) {
      log.error({ err: error }, 'stopping failed')
    }
    quitting = 'stopped'
    electron.quit()
  }

  /** A window on a server that has ended makes room for the program that starts now. */
  const revealOrLeave = async () => {
    if (elsewhere !== null && !(await runsStill(elsewhere))) electron.quit()
    else showWindow()
  }

  declarePanelScheme()
  electron.enableSandbox()
  electron.on(
    'web-contents-created',
    guarded('new page', (_event, contents) => denyNavigation(contents, () => page, log)),
  )
  electron.on(
    'second-instance',
    guarded('second start', () => inBackground('second start', revealOrLeave())),
  )
  // macOS: a click on the dock's icon after the window was closed.
  electron.on('activate', guarded('click on the dock', openWindow))
  electron.on('window-all-closed', () => {
    if (process.platform !== 'darwin') electron.quit()
  })
  electron.on('before-quit', (event) => {
    if (quitting === 'stopped') return
    event.preventDefault()
    if (quitting === 'stopping') return
    quitting = 'stopping'
    inBackground('quit', stop())
  })
  boot()
    .catch((error: unknown) => {
      if (error instanceof ServerRunsError) return showRunning(error.endpoint)
      throw error
    })
    .catch((error: unknown) => fail(log, error))
}

function fail(log: Log, error: unknown): void {
  log.error({ err: error }, 'Busbar could not start')
  dialog.showErrorBox('Busbar could not start', error instanceof Error ? error.message : String(error))
  electron.exit(1)
}

let log: Log = createProgramLog({})
try {
  log = createProgramLog(process.env)
  endOnUncaughtFault(log, (code) => electron.exit(code))
  startDesktop(log)
} catch (error) {
  fail(log, error)
}
