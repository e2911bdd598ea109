/** `app`: the life of the program, and the lock that keeps it to one. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs'
import { join } from 'node:path'
import type { App, WebContents } from 'electron'
import { createEvent, createStandInEvents, strict, type StandInEvents } from './strict.ts'

type Prevented = { preventDefault(): void }

export type AppEvents = {
  'second-instance': [event: Prevented, argv: string[], workingDirectory: string]
  activate: [event: Prevented, hasVisibleWindows: boolean]
  'window-all-closed': []
  'before-quit': [event: Prevented]
  'will-quit': [event: Prevented]
  'web-contents-created': [event: Prevented, contents: WebContents]
}

type AppPart = Pick<
  App,
  | 'on'
  | 'quit'
  | 'exit'
  | 'whenReady'
  | 'isPackaged'
  | 'setPath'
  | 'requestSingleInstanceLock'
  | 'enableSandbox'
>

export type AppPorts = {
  /** Starts what a window needs; `ready` comes after it. */
  prepare: (userData: string) => Promise<void>
  closeAllWindows: () => void
  /** Releases everything, at the very end. */
  dispose: () => Promise<void>
}

export type AppStandIn = {
  app: App
  events: StandInEvents<AppEvents>
  state: { isReady: boolean; isSandboxed: boolean; userData: string }
  /** A window was closed by its person or its program, and none is left. */
  allWindowsClosed(): void
}

const lockFile = 'stand-in-lock'
const callFile = 'stand-in-second-instance'

export function createAppStandIn(ports: AppPorts): AppStandIn {
  const events = createStandInEvents<AppEvents>('app', (app: App, handler) => {
    app.on('second-instance', handler('second-instance'))
    app.on('activate', handler('activate'))
    app.on('window-all-closed', handler('window-all-closed'))
    app.on('before-quit', handler('before-quit'))
    app.on('will-quit', handler('will-quit'))
    app.on('web-contents-created', handler('web-contents-created'))
  })
  const state = { isReady: false, isSandboxed: false, userData: '' }
  let isQuitting = false
  let calls: FSWatcher | null = null

  const exit = (code = 0) => {
    calls?.close()
    if (calls !== null) rmSync(join(state.userData, lockFile), { force: true })
    void ports.dispose().finally(() => process.exit(code))
  }

  const quit = () => {
    const event = createEvent('before-quit', {})
    events.emit('before-quit', event)
    if (event.defaultPrevented) return
    isQuitting = true
    ports.closeAllWindows()
    const last = createEvent('will-quit', {})
    events.emit('will-quit', last)
    isQuitting = false
    if (!last.defaultPrevented) exit(0)
  }

  const ready = new Promise<void>((resolve, reject) => {
    // What has to come before `ready` is called while the program's entry runs.
    setImmediate(() => {
      ports.prepare(state.userData).then(() => {
        state.isReady = true
        resolve()
      }, reject)
    })
  })
  // A program that quits as a second instance never asks.
  ready.catch(() => undefined)

  const part: AppPart = {
    isPackaged: false,
    on(name: string, listener: (...args: never[]) => void) {
      events.on(name, listener)
      return app
    },
    // Electron quits in its own time, never inside the call.
    quit: () => void setImmediate(quit),
    exit,
    whenReady: () => ready,
    setPath(name, path) {
      if (name !== 'userData') throw new Error(`The stand-in for Electron can't set the path "${name}".`)
      if (!existsSync(path)) throw new Error(`Path does not exist: ${path}`)
      state.userData = path
    },
    requestSingleInstanceLock() {
      if (state.userData === '')
        throw new Error('The stand-in has no profile of its own: set BUSBAR_DATA_DIR.')
      mkdirSync(state.userData, { recursive: true })
      const lock = join(state.userData, lockFile)
      const call = join(state.userData, callFile)
      if (isHeld(lock)) {
        writeFileSync(`${call}.new`, JSON.stringify({ argv: process.argv, cwd: process.cwd() }))
        renameSync(`${call}.new`, call)
        return false
      }
      writeFileSync(lock, String(process.pid))
      calls = watch(state.userData, (_type, name) => {
        if (name !== callFile || !existsSync(call)) return
        const { argv, cwd } = JSON.parse(readFileSync(call, 'utf8')) as { argv: string[]; cwd: string }
        rmSync(call, { force: true })
        events.emit('second-instance', createEvent('second-instance', {}), argv, cwd)
      })
      return true
    },
    enableSandbox() {
      if (state.isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
      state.isSandboxed = true
    },
  }
  const app = strict<App>('app', part)

  // As Electron does on POSIX.
  process.on('SIGINT', part.quit)
  process.on('SIGTERM', part.quit)

  return {
    app,
    events,
    state,
    allWindowsClosed() {
      if (!isQuitting && !events.emit('window-all-closed')) part.quit()
    },
  }
}

function isHeld(lock: string): boolean {
  if (!existsSync(lock)) return false
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch {
    return false
  }
}
