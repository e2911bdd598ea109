/** A browser driven over the DevTools protocol, with Playwright's types for it. It knows nothing of Electron. */
import { spawn } from 'node:child_process'
import type { CDPSession } from '@playwright/test'
import { WebSocket } from 'ws'

/** Longest wait for a browser to say where it can be driven. */
const launchLimitMs = 20_000

/** One DevTools session: the browser's own, or that of one page. */
export type DevToolsSession = {
  send: CDPSession['send']
  on: CDPSession['on']
}

export type Browser = {
  /** Where others, such as Playwright, can drive the same browser. */
  readonly endpoint: string
  readonly session: DevToolsSession
  /** The session with this id, once a target was attached. */
  sessionOf(sessionId: string): DevToolsSession
  /** Kills the browser and waits for its end. Idempotent. */
  kill: () => Promise<void>
}

type Listener = (payload: never) => void
type Pending = { method: string; resolve: (value: unknown) => void; reject: (error: Error) => void }

/** Starts a headless Chromium with its profile in this folder. It ends with this process, however that ends. */
export async function launchBrowser(executablePath: string, profile: string): Promise<Browser> {
  const child = spawn(
    executablePath,
    [
      '--headless',
      '--remote-debugging-port=0',
      // Nobody speaks through this pipe: a Chromium that was given one ends when the other end goes away.
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      // Root has no user namespace to build a sandbox in. What is tested here is the shell, not Chromium.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-extensions',
      '--disable-sync',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      '--password-store=basic',
      '--no-startup-window',
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async () => {
    if (child.kill('SIGKILL')) await ended
  }
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let said = ''
      const timer = setTimeout(
        () => reject(new Error(`Chromium said nothing in time:\n${said}`)),
        launchLimitMs,
      )
      child.on('error', reject)
      child.on('exit', () => reject(new Error(`Chromium ended at once:\n${said}`)))
      child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk
        const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
        if (address === undefined) return
        clearTimeout(timer)
        child.stderr?.removeAllListeners('data').resume()
        resolve(address)
      })
    })
    return { ...(await connect(endpoint)), kill }
  } catch (error) {
    await kill()
    throw error
  }
}

async function connect(endpoint: string): Promise<Omit<Browser, 'kill'>> {
  const socket = new WebSocket(endpoint, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const pending = new Map<number, Pending>()
  const listeners = new Map<string, Set<Listener>>()
  let lastId = 0

  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8')) as {
      id?: number
      sessionId?: string
      method?: string
      params?: unknown
      result?: unknown
      error?: { message: string }
    }
    if (message.id !== undefined) {
      const call = pending.get(message.id)
      pending.delete(message.id)
      if (message.error) call?.reject(new Error(`${call.method}: ${message.error.message}`))
      else call?.resolve(message.result)
    } else {
      for (const listener of listeners.get(`${message.sessionId ?? ''} ${message.method ?? ''}`) ?? []) {
        listener(message.params as never)
      }
    }
  })
  socket.on('close', () => {
    for (const { method, reject } of pending.values()) reject(new Error(`${method}: the browser is gone`))
    pending.clear()
  })

  const sessionOf = (sessionId: string): DevToolsSession => {
    const session = {
      send: (method: string, params: object = {}) =>
        new Promise((resolve, reject) => {
          lastId += 1
          pending.set(lastId, { method, resolve, reject })
          socket.send(
            JSON.stringify({ id: lastId, method, params, ...(sessionId === '' ? {} : { sessionId }) }),
          )
        }),
      on(event: string, listener: Listener) {
        const key = `${sessionId} ${event}`
        listeners.set(key, (listeners.get(key) ?? new Set()).add(listener))
        return session
      },
    }
    return session as unknown as DevToolsSession
  }
  return { endpoint, session: sessionOf(''), sessionOf }
}
