import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../access/log.ts'
import { createApp, type AppOptions, type Listening } from '../app.ts'
import { dataDirectory } from '../connect/data-dir.ts'
import { createBrowserPanel } from './browser-panel.ts'

export interface ServeOptions {
  host: string
  port: number
  dataDir: string | undefined
  panel: boolean
  open: boolean
  tls: { certFile: string; keyFile: string } | undefined
  allowHosts: readonly string[]
  allowOrigins: readonly string[]
  settings: NonNullable<AppOptions['settings']>
  approvals: AppOptions['approvals']
}

export interface ServePorts {
  /** Folder of the built renderer. */
  rendererDir: string
  env: NodeJS.ProcessEnv
  log: Log
  /** Writes one line for the person who started it. */
  say: (line: string) => void
}

/** Longest time that a signal waits for clients to be told and sockets to close. */
const stopLimitMs = 4000

/** Runs Busbar without a window until the returned function is called. */
export async function serve(options: ServeOptions, ports: ServePorts): Promise<() => Promise<void>> {
  const { log, say, env } = ports
  const app = createApp({
    dataDir: options.dataDir,
    host: options.host,
    port: options.port,
    ...(options.panel && { browserPanel: createBrowserPanel(ports.rendererDir) }),
    tls: options.tls,
    allowHosts: options.allowHosts,
    allowOrigins: options.allowOrigins,
    settings: options.settings,
    approvals: options.approvals,
    env,
    log,
  })
  const listening = await app.start()
  say(`MCP    ${listening.url}`)
  if (listening.panelUrl !== null) say(`Panel  ${listening.panelUrl}`)
  if (listening.portWasTaken) {
    log.warn({ asked: options.port, port: listening.port }, 'the port is taken; the next free one is used')
  }
  const page = options.open ? await openPanel(listening, dataDirectory(options.dataDir, env), log) : null

  return async () => {
    if (page !== null) await rm(page, { force: true })
    await Promise.race([app.stop(), new Promise((resolve) => setTimeout(resolve, stopLimitMs).unref())])
  }
}

/**
 * Opens the panel in the person's browser. The address holds the key and must stay out of every process's
 * arguments, so the browser is given a private file that leads there.
 */
async function openPanel({ panelUrl }: Listening, dataDir: string, log: Log): Promise<string | null> {
  if (panelUrl === null) return null
  const page = join(dataDir, 'open-panel.html')
  await writeFile(
    page,
    `<!doctype html><meta charset="utf-8"><title>Busbar</title><meta name="referrer" content="no-referrer">` +
      `<meta http-equiv="refresh" content="0; url=${panelUrl}"><a href="${panelUrl}">Open the panel</a>\n`,
    { mode: 0o600 },
  )
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const opener = spawn(command, [...args, page], { stdio: 'ignore', detached: true })
  opener.on('error', () =>
    log.warn({ command }, 'no browser could be opened; open the printed address yourself'),
  )
  opener.unref()
  return page
}

const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}
