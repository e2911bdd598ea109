import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { RPCHandler as MessagePortHandler } from '@orpc/server/message-port'
import { keepPolicy } from '../access/approval-file.ts'
import { createApprovals } from '../access/approvals.ts'
import { keepBlocks } from '../access/block-file.ts'
import { createBlockList, type BlockList } from '../access/block-list.ts'
import type { SettingValues } from '../../shared/settings.ts'
import type { Log } from '../base/log.ts'
import { createGuard, type RequestGuard } from '../access/request-guard.ts'
import { createLogins, type Logins, type Viewer } from '../access/logins.ts'
import { createProver } from '../access/proof.ts'
import { createTokenDesk } from '../access/token-desk.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import { logBus } from './bus-log.ts'
import { warnOfExposure } from './exposure.ts'
import { keepActivity } from './activity.ts'
import { readKeptState } from './kept-state.ts'
import { serveBusesOverMcp } from './mcp.ts'
import { createPanelRouters } from './panel-routers.ts'
import { BusManager } from '../bus/bus-manager.ts'
import { defaultPort } from '../config/asked-port.ts'
import { dataDirectory } from '../config/data-dir.ts'
import { addonFolders, createAddonSource } from '../config/addon-package.ts'
import { createEndpointFile } from '../config/endpoint-file.ts'
import type { Limits } from '../config/settings.ts'
import { isLoopback, urlHost } from '../http/address.ts'
import { listen } from '../http/listen.ts'
import { provesToken } from '../http/proves-token.ts'
import { routeHttp, type BrowserPanel } from '../http/routes.ts'
import { createWebServer, type TlsFiles } from '../http/web-server.ts'
import { createStickyTargets } from '../mcp/dispatch/sticky-targets.ts'
import { configureHttpServer } from '../mcp/http/http-server.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { createPresence } from '../mcp/sessions/presence.ts'
import { createJobLedger } from '../panel/job-ledger.ts'
import { createPanelMessages } from '../panel/messages.ts'
import { createOperatorPost } from '../panel/operator-post.ts'
import { createAcks } from '../panel/paced-watch.ts'
import { createPictures } from '../panel/pictures.ts'
import { createRoster } from '../panel/roster.ts'
import { createRateBook } from '../panel/rates.ts'
import type { PanelRouter } from '../panel/router.ts'
import { panelStatus } from '../panel/status.ts'
import { version } from '../version.ts'

/** How often the buses look for clients that have been away for too long. */
const expiryCheckMs = 1000

/** What a shell that shows the panel over HTTP is given, and what it answers with. */
export interface BrowserPanelParts {
  /** The contract as this viewer may see it. */
  routerOf: (viewer: Viewer) => PanelRouter
  logins: Logins
  /** `revoked` names a token whose panels must go. */
  revoked: TokenRegistry['events']
  /** A blocked token opens no panel. */
  blocks: Pick<BlockList, 'blockOf' | 'events'>
  guard: RequestGuard
  log: Log
}

export interface AppOptions {
  /** Default: `BUSBAR_DATA_DIR`, else the platform's folder for user data. */
  dataDir?: string | undefined
  /** Default: 127.0.0.1. */
  host?: string | undefined
  /** Default: 9877; 0 lets the system choose. */
  port?: number | undefined
  /** Serves the panel to browsers; without it HTTP has the MCP endpoint and the health check alone. */
  browserPanel?: (parts: BrowserPanelParts) => BrowserPanel
  /** With them the server speaks TLS and nothing else. */
  tls?: TlsFiles | undefined
  /** Further names that the server goes by: `name` or `name:port`. */
  allowHosts?: readonly string[]
  /** Further web origins that may call. */
  allowOrigins?: readonly string[]
  /** What the command line sets, before the environment and `<data-dir>/settings.json`; see docs/configuration.md. */
  settings?: SettingValues
  /** Bounds and times before all settings, finer than a person may set them. */
  limits?: Limits
  /** What is asked for where no rule says otherwise: all changes, or nothing. Default: as the panel last said. */
  approvals?: 'ask' | 'allow' | undefined
  /** Milliseconds: Unix time, and one that never jumps. Default: the system's. */
  clocks?: { wall: () => number; steady: () => number }
  env: NodeJS.ProcessEnv
  log: Log
}

/** A message port as oRPC's adapter uses it: Electron's `MessagePortMain` is one. */
export interface PanelPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

export interface Listening {
  /** The MCP address. */
  url: string
  /** The panel's address with its key in the fragment; null where HTTP serves no panel. Not for logs. */
  panelUrl: string | null
  host: string
  port: number
  /** The port that was asked for had another owner. */
  portWasTaken: boolean
}

export interface App {
  /** Rejects, with everything undone, where the data directory or the address can't be used. */
  start(): Promise<Listening>
  /** Ends every session and closes the server. Idempotent. */
  stop(): Promise<void>
  /** Serves the panel contract on a port until the returned function is called or the port closes. */
  attachPanelPort(port: PanelPort): () => void
}

/** Builds the floors on one another. Nothing listens and nothing is written before `start`. */
export function createApp(options: AppOptions): App {
  const { env, log } = options
  const host = options.host ?? '127.0.0.1'
  const askedPort = options.port ?? defaultPort
  const dataDir = dataDirectory(options.dataDir, env)
  const clock = options.clocks?.wall ?? Date.now
  // Reads like Unix time, but counts on when the wall clock is set: durations are taken from it.
  const steady = options.clocks?.steady ?? (() => performance.timeOrigin + performance.now())
  const newId = (): string => randomUUID()
  let running: Running | null = null

  return {
    async start() {
      running = await startUp({ ...options, host, port: askedPort, dataDir, clock, steady, newId, log })
      return running.listening
    },
    async stop() {
      const stopping = running
      running = null
      await stopping?.stop()
    },
    attachPanelPort(port) {
      if (running === null) throw new Error('The app must be started before a panel can be attached.')
      new MessagePortHandler(running.router).upgrade(port, { context: { acks: createAcks() } })
      port.start()
      return () => port.close()
    },
  }
}

interface Running {
  listening: Listening
  router: PanelRouter
  stop(): Promise<void>
}

interface StartUp extends AppOptions {
  host: string
  port: number
  dataDir: string
  clock: () => number
  steady: () => number
  newId: () => string
}

async function startUp(options: StartUp): Promise<Running> {
  const { host, port: askedPort, dataDir, clock, steady, newId, log, env, tls } = options
  const startedAt = clock() / 1000
  const endpointFile = createEndpointFile({ dataDir, provesItself: provesToken, log })
  // Before anything listens: until then a program that reads an old file brings nobody its token.
  await endpointFile.clear()
  const httpServer = await createWebServer(tls, { log })
  const kept = await readKeptState({ dataDir, clock, log, options: options.settings ?? {}, env })
  const { settings, tokens, registry } = kept
  const waits = { ...settings.limits.waits, ...options.limits?.waits }
  const mcpLimits = { ...settings.limits.mcp, ...options.limits?.mcp }
  configureHttpServer(httpServer, mcpLimits)
  // All that is waited for stands above this line: from here to the routes nothing may, or requests would come to a
  // server that does not listen to them yet.
  const port = await listen(httpServer, host, askedPort).catch((error: unknown) => {
    registry.close()
    throw error
  })
  const origin = `${tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${String(port)}`
  const url = `${origin}/mcp`

  // Who may come in.
  const guard = createGuard({
    port: () => port,
    boundHost: host,
    tls: tls !== undefined,
    extraHosts: options.allowHosts ?? [],
    extraOrigins: options.allowOrigins ?? [],
  })
  const logins = createLogins({ store: tokens, registry, clock: steady })
  const blocks = createBlockList(clock, kept.blocks.blocks)
  const blocksWritten = keepBlocks(blocks, kept.blockFile)
  const policy = { ...kept.policy, default: options.approvals ?? kept.policy.default }
  const approvals = createApprovals({ clock, steady, newId, policy, timeoutMs: waits.approvalTimeoutMs })
  const policyWritten = keepPolicy(approvals, kept.approvalFile)
  approvals.events.on('decided', ({ userId, from, tool }, verdict) =>
    log.info({ user: userId, client: from?.uuid, tool, ...verdict }, 'a request for approval was decided'),
  )

  // The buses, and who follows them. Listeners run in the order they are attached: the panel's books must be open
  // before delivery settles anything.
  const presence = createPresence(steady, waits.staleAfterMs)
  const buses = new BusManager({
    clock,
    steady,
    newId,
    isLive: (client) => presence.isReachable(client),
    limits: { ...settings.limits.bus, ...options.limits?.bus },
  })
  const sticky = createStickyTargets()
  const roster = createRoster({ buses, presence, targetOf: (session) => sticky.of(session) })
  sticky.events.on('changed', (session) => roster.sessionChanged(session))
  const rates = createRateBook(buses, clock)
  const post = createOperatorPost({ buses })
  const jobs = createJobLedger({ buses, post, newId })
  const { activityLog, recorder } = keepActivity({
    dataDir,
    clock,
    log,
    settings: settings.history,
    buses,
    blocks,
    blocksSetAside: kept.blocks.setAside,
    logins,
    registry,
    approvals,
    operator: post.events,
  })
  buses.events.on('created', (bus) => logBus(bus, log))

  const mcp = serveBusesOverMcp({
    version,
    guard,
    logins,
    registry,
    blocks,
    approvals,
    buses,
    presence,
    sticky,
    recorder,
    limits: mcpLimits,
    lostTargetGraceMs: waits.lostTargetGraceMs,
    clock,
    steady,
    newId,
    log,
  })
  const { endpoint, threshold } = mcp
  for (const event of ['streamOpened', 'writable', 'streamClosed'] as const) {
    endpoint.events.on(event, (session: McpSession) => roster.sessionChanged(session))
  }
  const expiry = setInterval(() => {
    for (const bus of buses.buses()) bus.expire()
    approvals.expire()
  }, expiryCheckMs)
  expiry.unref()

  // The panel.
  const facts = { version, url, startedAt }
  // Only Electron has resources of its own.
  const addon = createAddonSource(
    addonFolders((process as { resourcesPath?: string }).resourcesPath),
    version,
  )
  const pictures = createPictures({
    buses,
    roster,
    presence,
    threshold,
    clock,
    newId,
  })
  const desk = createTokenDesk({ path: join(dataDir, 'tokens.json'), registry, clock })
  const routers = createPanelRouters({
    roster,
    jobs,
    pictures,
    messages: createPanelMessages({ roster, post, newId }),
    sentTo: (ref) => post.sentTo(ref),
    blocks,
    approvals,
    activityLog,
    rates,
    threshold,
    scopesOf: (caller) => logins.scopesOf(caller),
    status: () => panelStatus({ endpoint, buses, rates, activityLog, facts, clock }),
    addon: () => addon.read(),
    connectInfo: () => ({
      url,
      dataDir,
      blenderCommand: 'blender -b scene.blend --python-expr "import bpy; bpy.ops.busbar.serve()"',
    }),
    token: () => tokens.token,
    tokens: desk,
    settings: { list: () => settings.list(), keep: (change) => settings.keep(change), mayChange: true },
    clock,
  })
  const routerOf = (viewer: Viewer): PanelRouter => routers.of(viewer)

  const panel =
    options.browserPanel?.({ routerOf, logins, revoked: registry.events, blocks, guard, log }) ?? null
  routeHttp(httpServer, { endpoint, guard, prover: createProver({ store: tokens, registry }), panel })

  const panelUrl = panel === null ? null : `${origin}/#key=${tokens.panelKey}`
  try {
    await endpointFile.write({
      url,
      panel_url: panelUrl,
      token: tokens.token,
      pid: process.pid,
      version,
      started_at: startedAt,
    })
  } catch (error) {
    httpServer.close()
    activityLog.close()
    throw error
  }
  recorder.note({ kind: 'server_started', text: `Busbar ${version} at ${url}` })
  log.info({ url, dataDir, version }, 'Busbar is running')
  if (!isLoopback(host)) warnOfExposure(log, { host, usesTls: tls !== undefined, token: tokens.token })

  return {
    listening: { url, panelUrl, host, port, portWasTaken: askedPort !== 0 && port !== askedPort },
    router: routers.whole,
    async stop() {
      await endpointFile.remove()
      clearInterval(expiry)
      panel?.close()
      const closed = new Promise<void>((resolve) => httpServer.close(() => resolve()))
      await endpoint.close()
      httpServer.closeAllConnections()
      await closed
      mcp.close()
      pictures.close()
      jobs.close()
      post.close()
      roster.close()
      await desk.settled()
      await settings.settled()
      registry.close()
      await blocksWritten()
      await policyWritten()
      recorder.note({ kind: 'server_stopped' })
      activityLog.close()
      log.info({}, 'Busbar has stopped')
    },
  }
}
