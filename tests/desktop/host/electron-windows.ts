/** `BrowserWindow`, its `webContents` and frames, and `ipcMain`. */
import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  IpcMain,
  IpcMainEvent,
  MessagePortMain,
  WebContents,
  WebFrameMain,
} from 'electron'
import type { Browser } from './cdp.ts'
import { movePort, type PagePort } from './message-ports.ts'
import { createPage, type Page } from './page.ts'
import type { PageToHost } from './preload-world.ts'
import { createEvent, createStandInEvents, strict, type StandInEvents } from './strict.ts'
import { createStructuredCodec } from './structured-codec.ts'

type Prevented = { preventDefault(): void }
type Navigation = Prevented & { url: string; isMainFrame: boolean }

type ContentsEvents = {
  'will-navigate': [details: Navigation]
  'will-frame-navigate': [details: Navigation]
  'will-redirect': [details: Navigation]
  'will-attach-webview': [
    event: Prevented,
    preferences: Electron.WebPreferences,
    params: Record<string, string>,
  ]
  'render-process-gone': [
    event: Prevented,
    details: Pick<Electron.RenderProcessGoneDetails, 'reason' | 'exitCode'>,
  ]
}
type WindowEvents = { 'ready-to-show': []; closed: [] }

type FramePart = Pick<WebFrameMain, 'url' | 'origin' | 'postMessage'>
type ContentsPart = Pick<WebContents, 'on' | 'setWindowOpenHandler' | 'mainFrame'>
type WindowPart = Pick<
  BrowserWindow,
  | 'on'
  | 'once'
  | 'loadURL'
  | 'show'
  | 'focus'
  | 'restore'
  | 'isMinimized'
  | 'isDestroyed'
  | 'destroy'
  | 'webContents'
>
type IpcMainPart = Pick<IpcMain, 'on' | 'off'>
type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0]
type IpcListener = (event: IpcMainEvent, ...args: unknown[]) => void

/** One window as tests see and drive it. */
export type StandInWindow = {
  readonly options: BrowserWindowConstructorOptions
  readonly frame: WebFrameMain
  readonly contents: StandInEvents<ContentsEvents>
  /** Calls of methods that a person would notice, in their order. */
  readonly calls: string[]
  readonly url: string
  readonly isDestroyed: boolean
  /** Ports in the hands of the page that is shown now, and those of all its pages. */
  readonly ports: { open: number; handedOut: number }
  minimise(): void
  crash(): void
  /** As a click on the window's close button. */
  close(): void
}

export type WindowsPorts = {
  browser(): Browser
  isGranted: (permission: string, url: string) => boolean
  answer: (request: Request) => Promise<Response> | null
  onContents(contents: WebContents): void
  onAllClosed(): void
}

export type WindowsStandIn = {
  BrowserWindow: new (options?: BrowserWindowConstructorOptions) => BrowserWindow
  ipcMain: IpcMain
  all: StandInWindow[]
  /** Delivers an IPC message as coming from this frame, null for one that is gone. */
  deliver(frame: WebFrameMain | null, channel: string, args: unknown[]): void
  closeAll(): void
}

export function createWindowsStandIn(ports: WindowsPorts): WindowsStandIn {
  const codec = createStructuredCodec()
  const all: StandInWindow[] = []
  const channels = new Map<string, Set<IpcListener>>()

  const ipcPart: IpcMainPart = {
    on(channel, listener) {
      channels.set(channel, (channels.get(channel) ?? new Set()).add(listener))
      return ipcMain
    },
    off(channel, listener) {
      channels.get(channel)?.delete(listener as IpcListener)
      return ipcMain
    },
  }
  const ipcMain = strict<IpcMain>('ipcMain', ipcPart)

  const deliver: WindowsStandIn['deliver'] = (frame, channel, args) => {
    const event = strict<IpcMainEvent>('IpcMainEvent', { senderFrame: frame, ports: [] })
    for (const listener of channels.get(channel) ?? []) listener(event, ...args)
  }

  const createWindow = (options: BrowserWindowConstructorOptions): BrowserWindow => {
    const contentsEvents = createStandInEvents<ContentsEvents>(
      'webContents',
      (contents: WebContents, handler) => {
        contents.on('will-navigate', handler('will-navigate'))
        contents.on('will-frame-navigate', handler('will-frame-navigate'))
        contents.on('will-redirect', handler('will-redirect'))
        contents.on('will-attach-webview', handler('will-attach-webview'))
        contents.on('render-process-gone', handler('render-process-gone'))
      },
    )
    const windowEvents = createStandInEvents<WindowEvents>(
      'BrowserWindow',
      (window: BrowserWindow, handler) => {
        window.on('ready-to-show', handler('ready-to-show'))
        window.on('closed', handler('closed'))
      },
    )
    const calls: string[] = []
    const pagePorts = new Map<number, PagePort>()
    let handedOut = 0
    let url = ''
    let isMinimized = false
    let isDestroyed = false
    let onOpen: OpenHandler = () => ({ action: 'allow' })

    const alive = () => {
      if (isDestroyed) throw new TypeError('Object has been destroyed')
    }

    const mayNavigate = (to: string, isMainFrame: boolean) => {
      for (const name of isMainFrame
        ? (['will-frame-navigate', 'will-navigate'] as const)
        : (['will-frame-navigate'] as const)) {
        const details = createEvent(name, { url: to, isMainFrame })
        contentsEvents.emit(name, details)
        if (details.defaultPrevented) return false
      }
      return true
    }

    const onMessage = (message: PageToHost) => {
      switch (message.type) {
        case 'ipc':
          deliver(frame, message.channel, codec.decode(message.args) as unknown[])
          return
        case 'port-message':
          pagePorts.get(message.portId)?.receive(codec.decode(message.data))
          return
        case 'port-close':
          pagePorts.get(message.portId)?.close()
          pagePorts.delete(message.portId)
      }
    }

    const page: Promise<Page> = createPage(ports.browser(), {
      preload: options.webPreferences?.preload ?? null,
      width: options.width ?? 800,
      height: options.height ?? 600,
      answer: ports.answer,
      isGranted: ports.isGranted,
      mayNavigate,
      onMessage,
      onWorldGone() {
        for (const port of pagePorts.values()) port.close()
        pagePorts.clear()
      },
      onOpenWindow(to) {
        const { action } = onOpen(strict<Electron.HandlerDetails>('HandlerDetails', { url: to }))
        calls.push(`window.open ${action}`)
        if (action === 'allow') throw new Error('The stand-in for Electron opens no windows for pages.')
      },
      // The browser may still tell of a page whose window is destroyed; Electron has nothing left to tell it by.
      onLoaded() {
        if (!isDestroyed) windowEvents.emit('ready-to-show')
      },
      onCrashed() {
        if (isDestroyed) return
        contentsEvents.emit(
          'render-process-gone',
          createEvent('render-process-gone', {}),
          strict('RenderProcessGoneDetails', { reason: 'crashed', exitCode: 139 }),
        )
      },
    })
    page.catch((error: unknown) =>
      process.stderr.write(`stand-in: a window without a page: ${String(error)}\n`),
    )

    const givePort = (port: MessagePortMain, to: Page): number => {
      handedOut += 1
      const portId = handedOut
      pagePorts.set(
        portId,
        movePort(port, {
          receive: (data) => to.send({ type: 'port-message', portId, data: codec.encode(data) }),
          closed() {
            pagePorts.delete(portId)
            to.send({ type: 'port-close', portId })
          },
        }),
      )
      return portId
    }

    const framePart: FramePart = {
      get url() {
        return url
      },
      get origin() {
        const { protocol, host } = new URL(url)
        return `${protocol}//${host}`
      },
      postMessage(channel, message: unknown, transfer = []) {
        // What can't be cloned throws here, in the caller, as in Electron.
        const args = codec.encode([message])
        void page.then((to) => {
          to.send({ type: 'ipc', channel, args, portIds: transfer.map((port) => givePort(port, to)) })
        })
      },
    }
    const frame = strict<WebFrameMain>('WebFrameMain', framePart)

    const contentsPart: ContentsPart = {
      mainFrame: frame,
      on(name: string, listener: (...args: never[]) => void) {
        contentsEvents.on(name, listener)
        return contents
      },
      setWindowOpenHandler: (handler) => (onOpen = handler),
    }
    const contents = strict<WebContents>('webContents', contentsPart)

    const destroy = () => {
      if (isDestroyed) return
      isDestroyed = true
      void page.then((it) => it.close())
      windowEvents.emit('closed')
      if (all.every((other) => other.isDestroyed)) ports.onAllClosed()
    }

    const windowPart: WindowPart = {
      get webContents() {
        alive()
        return contents
      },
      on(name: string, listener: (...args: never[]) => void) {
        windowEvents.on(name, listener)
        return window
      },
      once(name: string, listener: (...args: never[]) => void) {
        windowEvents.once(name, listener)
        return window
      },
      async loadURL(to) {
        alive()
        url = to
        await (await page).load(to)
      },
      show() {
        alive()
        calls.push('show')
      },
      focus() {
        alive()
        calls.push('focus')
        void page.then((it) => it.bringToFront())
      },
      restore() {
        alive()
        calls.push('restore')
        isMinimized = false
      },
      isMinimized: () => isMinimized,
      isDestroyed: () => isDestroyed,
      destroy,
    }
    const window = strict<BrowserWindow>('BrowserWindow', windowPart)
    all.push({
      options,
      frame,
      contents: contentsEvents,
      calls,
      get url() {
        return url
      },
      get isDestroyed() {
        return isDestroyed
      },
      get ports() {
        return { open: pagePorts.size, handedOut }
      },
      minimise: () => (isMinimized = true),
      crash: () => void page.then((it) => it.crash()),
      close: destroy,
    })
    ports.onContents(contents)
    return window
  }

  return {
    // A function that answers an object may be called with `new`, and that object is what `new` gives.
    BrowserWindow: function BrowserWindow(options: BrowserWindowConstructorOptions = {}) {
      return createWindow(options)
    } as unknown as WindowsStandIn['BrowserWindow'],
    ipcMain,
    all,
    deliver,
    closeAll() {
      for (const window of all) window.close()
    },
  }
}
