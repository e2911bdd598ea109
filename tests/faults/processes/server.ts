/** Busbar in a process of its own, with clocks that jump when told to and its memory and log counted on request. */
import { createApp } from '../../../src/main/app/app.ts'
import type { AppOptions } from '../../../src/main/app/app-options.ts'
import { createBrowserPanel } from '../../../src/main/headless/browser-panel.ts'

export interface ServerSettings {
  dataDir: string
  port: number
  limits: AppOptions['limits']
  /** Further names that it goes by. */
  allowHosts: string[]
  tls?: AppOptions['tls']
}

export type ServerOrder = { kind: 'memory' } | { kind: 'jump'; ms: number } | { kind: 'log' }

export type ServerWord =
  | { kind: 'ready'; port: number; url: string; panelUrl: string; portWasTaken: boolean }
  | { kind: 'memory'; bytes: number }
  | { kind: 'jump' }
  /** How often each line was logged. */
  | { kind: 'log'; counts: Record<string, number> }

const settings = JSON.parse(process.argv[2] ?? '') as ServerSettings
let wallOffsetMs = 0
const counts: Record<string, number> = {}
const count = (_: object, message: string): void => {
  counts[message] = (counts[message] ?? 0) + 1
}
const app = createApp({
  dataDir: settings.dataDir,
  port: settings.port,
  browserPanel: createBrowserPanel(settings.dataDir),
  limits: settings.limits ?? {},
  allowHosts: settings.allowHosts,
  tls: settings.tls,
  clocks: { wall: () => Date.now() + wallOffsetMs, steady: () => performance.now() + 1_000_000 },
  settings: { history_payloads: false },
  env: { BUSBAR_TOKEN: 'token-of-the-local-user' },
  log: { debug: count, info: count, warn: count, error: count },
})
const say = (word: ServerWord): void => {
  process.send?.(word)
}

process.on('message', (order: ServerOrder) => {
  switch (order.kind) {
    case 'memory':
      void memory().then((bytes) => say({ kind: 'memory', bytes }))
      break
    case 'jump':
      wallOffsetMs += order.ms
      say({ kind: 'jump' })
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
