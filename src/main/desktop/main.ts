/** Entry of the desktop shell: the bus and its MCP endpoint in Electron's main process, the panel in a window. */
import { join } from 'node:path'
import { app as electron, dialog, session } from 'electron'
import { guarded, inBackground } from '../base/guarded.ts'
import { endOnUncaughtFault } from '../base/last-resort.ts'
import type { Log } from '../base/log.ts'
import { ensurePrivateDirectoryNow } from '../base/private-file.ts'
import { createApp } from '../app/app.ts'
import { dataDirectory } from '../config/data-dir.ts'
import { createProgramLog } from '../config/program-log.ts'
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
  const profile = join(dataDirectory(options.dataDir, process.env), 'desktop')
  ensurePrivateDirectoryNow(profile)
  electron.setPath('userData', profile)

  // One Busbar a data directory: a second start shows the first one's window.
  if (!electron.requestSingleInstanceLock()) {
    log.info({}, 'Busbar is running already; its window is shown')
    electron.quit()
    return
  }

  const app = createApp({ ...options, env: process.env, log })
  let ports: PanelPorts | null = null
  let window: PanelWindow | null = null
  let quitting: 'no' | 'stopping' | 'stopped' = 'no'

  const openWindow = () => {
    if (window !== null || ports === null || quitting !== 'no') return
    window = createPanelWindow({
      preload,
      devTools: !electron.isPackaged,
      log,
      onPageGone: () => ports?.release(),
      onClosed() {
        ports?.release()
        window = null
      },
      onQuit: () => electron.quit(),
    })
  }

  const boot = async () => {
    await electron.whenReady()
    // The page's world is shut before there is a page.
    servePanelScheme(rendererRoot)
    denyPermissions(session.defaultSession, log)
    // The server comes before the window, so a panel never opens on nothing.
    const { portWasTaken, port } = await app.start()
    if (portWasTaken) log.warn({ port }, 'the port is taken; the next free one is used')
    ports = createPanelPorts({
      owns: (frame) => window?.owns(frame) ?? false,
      attach: (port) => app.attachPanelPort(port),
      log,
    })
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

  declarePanelScheme()
  electron.enableSandbox()
  electron.on(
    'web-contents-created',
    guarded('new page', (_event, contents) => denyNavigation(contents, log)),
  )
  electron.on(
    'second-instance',
    guarded('second start', () => {
      openWindow()
      window?.reveal()
    }),
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
  boot().catch((error: unknown) => fail(log, error))
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
