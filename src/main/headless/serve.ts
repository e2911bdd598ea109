import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'
import { createApp } from '../app/app.ts'
import type { Listening } from '../app/app-options.ts'
import { ServerRunsError } from '../app/one-server.ts'
import { askToShow } from '../app/running-server.ts'
import { defaultPort } from '../config/asked-port.ts'
import { dataDirectory } from '../config/data-dir.ts'
import type { Endpoint } from '../config/endpoint-file.ts'
import type { ServerOptions } from '../config/server-options.ts'
import { createBrowserPanel } from './browser-panel.ts'

export interface ServeOptions extends ServerOptions {
  panel: boolean
  open: boolean
}

export interface ServePorts {
  /** Folder of the built renderer. */
  rendererDir: string
  env: NodeJS.ProcessEnv
  log: Log
  /** Writes one line for the person who started it. */
  say: (line: string) => void
  /** Writes one line about what is not as it was asked for. */
  warn: (line: string) => void
}

/** Longest time that a signal waits for clients to be told and sockets to close. */
const stopLimitMs = 4000

/**
 * Runs Busbar without a window until the returned function is called. Where a server runs on the data directory already,
 * it says where that one is, and there is nothing to stop: null.
 */
export async function serve(options: ServeOptions, ports: ServePorts): Promise<(() => Promise<void>) | null> {
  const { log, say, env } = ports
  const { panel, open, ...server } = options
  const dataDir = dataDirectory(options.dataDir, env)
  const app = createApp({
    ...server,
    ...(panel && { browserPanel: createBrowserPanel(ports.rendererDir) }),
    env,
    log,
  })
  let listening: Listening
  try {
    listening = await app.start()
  } catch (error) {
    if (!(error instanceof ServerRunsError)) throw error
    await tellOfRunning(error.endpoint, dataDir, options, ports)
    return null
  }
  sayWhere(listening, say)
  if (listening.portWasTaken) {
    log.warn(
      { asked: options.port ?? defaultPort, port: listening.port },
      'the port is taken; the next free one is used',
    )
  }
  if (open) await openPanel(listening.panelUrl, dataDir, log)

  return async () => {
    // A second start may have left it, too.
    await rm(openingPage(dataDir), { force: true })
    await Promise.race([
      app.stop(),
      new Promise<void>((resolve) => after('stop', stopLimitMs, resolve).unref()),
    ])
  }
}

function sayWhere({ url, panelUrl }: Pick<Listening, 'url' | 'panelUrl'>, say: ServePorts['say']): void {
  say(`MCP    ${url}`)
  if (panelUrl !== null) say(`Panel  ${panelUrl}`)
}

/** Says where the one server of the data directory is, and shows its panel where that was asked for. */
async function tellOfRunning(
  running: Endpoint,
  dataDir: string,
  { port, open }: ServeOptions,
  { say, warn, log }: ServePorts,
): Promise<void> {
  sayWhere({ url: running.url, panelUrl: running.panel_url }, say)
  const inUse = portOf(running.url)
  const other = port === undefined || port === 0 || port === inUse ? '' : `, not ${String(port)}`
  warn(
    `Busbar runs on ${dataDir} already. Port ${String(inUse)} is in use${other}. ` +
      'Another --data-dir is another server.',
  )
  if (!open) return
  if (running.panel_url === null) await askToShow(dataDir, running)
  else await openPanel(running.panel_url, dataDir, log)
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

function openingPage(dataDir: string): string {
  return join(dataDir, 'open-panel.html')
}

/**
 * Opens the panel in the person's browser. The address holds the key and must stay out of every process's
 * arguments, so the browser is given a private file that leads there.
 */
async function openPanel(panelUrl: string | null, dataDir: string, log: Log): Promise<void> {
  if (panelUrl === null) return
  const page = openingPage(dataDir)
  try {
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><title>Busbar</title><meta name="referrer" content="no-referrer">` +
        `<meta http-equiv="refresh" content="0; url=${panelUrl}"><a href="${panelUrl}">Open the panel</a>\n`,
      { mode: 0o600 },
    )
  } catch (error) {
    log.warn({ err: error }, 'no browser could be opened; open the printed address yourself')
    return
  }
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const opener = spawn(command, [...args, page], { stdio: 'ignore', detached: true })
  opener.on('error', () =>
    log.warn({ command }, 'no browser could be opened; open the printed address yourself'),
  )
  opener.unref()
}

const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}
