/**
 * A real Chromium page for one window: its address under a stand-in origin, the preload in an isolated world, and
 * the way in and out of it.
 */
import { readFile } from 'node:fs/promises'
import type { Browser, DevToolsSession } from './cdp.ts'
import { fromHostFunction, preloadWorldName, preloadWorldSource, toHostBinding } from './preload-world.ts'
import type { HostToPage, PageToHost } from './preload-world.ts'
import { createStructuredCodec } from './structured-codec.ts'

export type PagePorts = {
  /** Path of the preload script; null for a page without one. */
  preload: string | null
  width: number
  height: number
  /** Answers a request to a scheme of the program, null for a scheme that it does not have. */
  answer(request: Request): Promise<Response> | null
  /** False refuses a navigation that the page itself started. */
  mayNavigate(url: string, isMainFrame: boolean): boolean
  isGranted(permission: string, origin: string): boolean
  onMessage(message: PageToHost): void
  /** The page's world has ended: it loads another page, has crashed or was closed. */
  onWorldGone(): void
  onOpenWindow(url: string): void
  onLoaded(): void
  onCrashed(): void
}

export type Page = {
  load(url: string): Promise<void>
  send(message: HostToPage): void
  bringToFront(): Promise<void>
  crash(): void
  close(): Promise<void>
}

/**
 * Chromium has no scheme but its own, so `busbar://panel/` is shown as `https://panel.busbar.invalid/`: secure, an
 * origin of its own, and never to be found on a network (RFC 6761, section 6.4).
 */
const standInHost = /^([^.]+)\.([^.]+)\.invalid$/

export function toStandInUrl(url: string): string {
  const { protocol, host, pathname, search, hash } = new URL(url)
  if (protocol === 'http:' || protocol === 'https:') return url
  return `https://${host}.${protocol.slice(0, -1)}.invalid${pathname}${search}${hash}`
}

/** The program's address behind a stand-in one; any other address as it is. */
export function fromStandInUrl(url: string): string {
  const parsed = URL.parse(url)
  const match = standInHost.exec(parsed?.hostname ?? '')
  return parsed === null || match === null
    ? url
    : `${match[2] ?? ''}://${match[1] ?? ''}${parsed.pathname}${parsed.search}${parsed.hash}`
}

const openBinding = '__standInOpen'

/**
 * Electron asks the program before there is a window, and a page that is refused gets null. Chromium would make one
 * first, and a page can hang in `window.open` while two debuggers see to the new one. Its source runs in the page.
 */
function askBeforeOpening(binding: string): void {
  const page = window as unknown as Record<string, (url: string) => void>
  const ask = page[binding]
  Reflect.deleteProperty(page, binding)
  window.open = (url = '') => {
    ask?.(new URL(url, document.baseURI).href)
    return null
  }
}

/** Electron's name of a permission and Chromium's. */
const permissions = {
  geolocation: { name: 'geolocation' },
  notifications: { name: 'notifications' },
  midi: { name: 'midi' },
  'clipboard-read': { name: 'clipboard-read' },
  'clipboard-sanitized-write': { name: 'clipboard-write' },
  'idle-detection': { name: 'idle-detection' },
  'local-fonts': { name: 'local-fonts' },
  'screen-wake-lock': { name: 'screen-wake-lock' },
  'window-management': { name: 'window-management' },
} as const

/** A failure in here is a bug of the stand-in or a page that is just going; it must not pass unseen. */
function loudly(what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => process.stderr.write(`stand-in: ${what}: ${String(error)}\n`))
}

export async function createPage(browser: Browser, ports: PagePorts): Promise<Page> {
  const preload = ports.preload === null ? null : await readFile(ports.preload, 'utf8')
  const { targetId } = await browser.session.send('Target.createTarget', {
    url: 'about:blank',
    newWindow: true,
    width: ports.width,
    height: ports.height,
  })
  const { sessionId } = await browser.session.send('Target.attachToTarget', { targetId, flatten: true })
  const session = browser.sessionOf(sessionId)

  let mainFrameId = ''
  let world: number | null = null
  let hostNavigates = false
  let closed = false
  let onLoad: { resolve(): void; reject(error: Error): void } | null = null

  const worldGone = () => {
    if (world === null) return
    world = null
    ports.onWorldGone()
  }

  session.on('Runtime.executionContextCreated', ({ context }) => {
    const { frameId } = (context.auxData ?? {}) as { frameId?: string }
    if (context.name !== preloadWorldName || frameId !== mainFrameId) return
    worldGone()
    world = context.id
  })
  session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
    if (executionContextId === world) worldGone()
  })
  session.on('Runtime.executionContextsCleared', worldGone)
  session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
    if (name === openBinding) ports.onOpenWindow(fromStandInUrl(payload))
    if (name === toHostBinding && executionContextId === world)
      ports.onMessage(JSON.parse(payload) as PageToHost)
  })
  session.on('Fetch.requestPaused', (paused) => loudly('a request', answerRequest(session, paused)))
  session.on('Page.loadEventFired', () => {
    ports.onLoaded()
    onLoad?.resolve()
    onLoad = null
  })
  session.on('Inspector.targetCrashed', () => {
    worldGone()
    ports.onCrashed()
  })
  session.on('Page.windowOpen', ({ url }) => ports.onOpenWindow(fromStandInUrl(url)))
  browser.session.on('Target.targetCreated', ({ targetInfo }) => {
    // A link with a target: here its window exists for a moment.
    if (targetInfo.openerId !== targetId) return
    loudly('closing a window', browser.session.send('Target.closeTarget', { targetId: targetInfo.targetId }))
  })

  type Paused = Parameters<Parameters<typeof session.on<'Fetch.requestPaused'>>[1]>[0]
  async function answerRequest(to: DevToolsSession, paused: Paused): Promise<void> {
    const { requestId, frameId, resourceType } = paused
    const { method, headers } = paused.request
    const url = fromStandInUrl(paused.request.url)
    if (resourceType === 'Document') {
      const isMainFrame = frameId === mainFrameId
      const byHost = isMainFrame && hostNavigates
      if (byHost) hostNavigates = false
      else if (!ports.mayNavigate(url, isMainFrame)) {
        await to.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
        return
      }
    }
    const response =
      url === paused.request.url ? null : await ports.answer(new Request(url, { method, headers }))
    if (response === null) {
      await to.send('Fetch.continueRequest', { requestId })
      return
    }
    await to.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    })
  }

  const prepare = async () => {
    await session.send('Page.enable')
    mainFrameId = (await session.send('Page.getFrameTree')).frameTree.frame.id
    await session.send('Inspector.enable')
    await session.send('Runtime.addBinding', { name: toHostBinding, executionContextName: preloadWorldName })
    if (preload !== null) {
      await session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: preloadWorldSource(createStructuredCodec, preload),
        worldName: preloadWorldName,
      })
    }
    await session.send('Runtime.addBinding', { name: openBinding })
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${askBeforeOpening.toString()})(${JSON.stringify(openBinding)})`,
    })
    await session.send('Runtime.enable')
    await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] })
    await session.send('Emulation.setDeviceMetricsOverride', {
      width: ports.width,
      height: ports.height,
      deviceScaleFactor: 1,
      mobile: false,
    })
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: true })
    await browser.session.send('Target.setDiscoverTargets', { discover: true })
  }
  await prepare()

  return {
    async load(url) {
      const origin = new URL(toStandInUrl(url)).origin
      for (const [permission, descriptor] of Object.entries(permissions)) {
        await browser.session.send('Browser.setPermission', {
          permission: descriptor,
          setting: ports.isGranted(permission, url) ? 'granted' : 'denied',
          origin,
        })
      }
      const loaded = new Promise<void>((resolve, reject) => (onLoad = { resolve, reject }))
      // The window can be closed before the navigation has even begun.
      loaded.catch(() => undefined)
      hostNavigates = true
      const { errorText } = await session.send('Page.navigate', { url: toStandInUrl(url) })
      if (errorText !== undefined) throw new Error(`${errorText} (loading '${url}')`)
      await loaded
    },
    send(message) {
      if (world === null) return
      const expression = `${fromHostFunction}(${JSON.stringify(JSON.stringify(message))})`
      loudly(
        'a message to the page',
        session.send('Runtime.evaluate', { expression, contextId: world }).then(
          ({ exceptionDetails }) => {
            if (exceptionDetails)
              throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
          },
          (error: unknown) => {
            // The page can go while a message is on its way.
            if (!closed && world !== null) throw error
          },
        ),
      )
    },
    bringToFront: () => session.send('Page.bringToFront').then(() => undefined),
    crash: () => void session.send('Page.crash').catch(() => undefined),
    async close() {
      if (closed) return
      closed = true
      onLoad?.reject(new Error('ERR_FAILED: the window was closed'))
      worldGone()
      await browser.session.send('Target.closeTarget', { targetId }).catch(() => undefined)
    },
  }
}
