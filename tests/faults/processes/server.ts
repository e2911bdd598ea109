/** Busbar in a process of its own, with clocks that jump when told to and its memory and log counted on request. */
import { createApp } from '../../../src/main/app/app.ts'
import type { AppOptions, BrowserPanelParts } from '../../../src/main/app/app-options.ts'
import { createBrowserPanel } from '../../../src/main/headless/browser-panel.ts'
import type { BrowserPanel } from '../../../src/main/http/routes.ts'

export interface ServerSettings {
  dataDir: string
  port: number
  limits: AppOptions['limits']
  /** Further names that it goes by. */
  allowHosts: string[]
  tls?: AppOptions['tls']
  settings?: AppOptions['settings']
  /** Whether listeners throw that are attached before all others, and one of the bus. */
  faulty?: boolean
}

export type ServerOrder =
  | { kind: 'memory' }
  | { kind: 'peak' }
  | { kind: 'jump'; ms: number }
  | { kind: 'log' }
  /** From now on the steady clock throws, or works again. */
  | { kind: 'clock'; broken: boolean }

export type ServerWord =
  | { kind: 'ready'; port: number; url: string; panelUrl: string; portWasTaken: boolean }
  | { kind: 'memory'; bytes: number }
  /** The most that the process has ever had in memory. */
  | { kind: 'peak'; bytes: number }
  | { kind: 'jump' }
  | { kind: 'clock' }
  /** How often each line was logged, and each fault as `fault: <place>`. */
  | { kind: 'log'; counts: Record<string, number> }

const settings = JSON.parse(process.argv[2] ?? '') as ServerSettings
let wallOffsetMs = 0
const counts: Record<string, number> = {}
const add = (line: string): void => {
  counts[line] = (counts[line] ?? 0) + 1
}
const count = (_: object, message: string): void => {
  // `logBus` writes these lines, as a listener of the bus.
  if (settings.faulty === true && busLines.has(message)) throw new Error(`no log: ${message}`)
  add(message)
}
const busLines = new Set(['client registered', 'client unregistered'])
let clockBroken = false
const steady = (): number => {
  if (clockBroken) throw new Error('no clock')
  return performance.now() + 1_000_000
}

/** The panel in a browser, behind listeners that throw at whatever they hear. */
function panelBehindFaults(parts: BrowserPanelParts): BrowserPanel {
  const fails = (): never => {
    throw new Error('no listener')
  }
  if (settings.faulty === true) {
    parts.logins.events.prependListener('refused', fails)
    for (const event of ['added', 'lifted', 'changed'] as const)
      parts.blocks.events.prependListener(event, fails)
    for (const event of ['added', 'revoked'] as const) parts.revoked.prependListener(event, fails)
  }
  return createBrowserPanel(settings.dataDir)(parts)
}

const app = createApp({
  dataDir: settings.dataDir,
  port: settings.port,
  browserPanel: panelBehindFaults,
  limits: settings.limits ?? {},
  allowHosts: settings.allowHosts,
  tls: settings.tls,
  clocks: { wall: () => Date.now() + wallOffsetMs, steady },
  settings: { history_payloads: false, ...settings.settings },
  env: { BUSBAR_TOKEN: 'token-of-the-local-user' },
  log: {
    debug: count,
    info: count,
    warn: count,
    error(details, message) {
      count(details, message)
      if ('place' in details) add(`fault: ${String(details.place)}`)
    },
  },
})
const say = (word: ServerWord): void => {
  process.send?.(word)
}

process.on('message', (order: ServerOrder) => {
  switch (order.kind) {
    case 'memory':
      void memory().then((bytes) => say({ kind: 'memory', bytes }))
      break
    case 'peak':
      say({ kind: 'peak', bytes: process.resourceUsage().maxRSS * 1024 })
      break
    case 'jump':
      wallOffsetMs += order.ms
      say({ kind: 'jump' })
      break
    case 'clock':
      clockBroken = order.broken
      say({ kind: 'clock' })
      break
    case 'log':
      say({ kind: 'log', counts })
      break
  }
})
process.on('disconnect', () => process.exit(0))

const { port, url, panelUrl, portWasTaken } = await app.start()
say({ kind: 'ready', port, url, panelUrl: panelUrl ?? '', portWasTaken })

/** What is in use after a collection: JavaScript's heap and what hangs on it outside, such as unsent bytes. */
async function memory(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
