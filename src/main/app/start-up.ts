import { attempt, every, logFaults } from '../base/guarded.ts'
import { answerControl } from '../http/control.ts'
import { createProver } from '../access/proof.ts'
import { createEndpointFile } from '../config/endpoint-file.ts'
import type { Closers } from '../base/closers.ts'
import { MemoryLedger } from '../base/ledger.ts'
import type { Runtime } from '../base/runtime.ts'
import { BusManager } from '../bus/bus-manager.ts'
import { storePauses } from './pause-file.ts'
import { chargeRecords } from '../bus/record-memory.ts'
import { defaultPort } from '../config/asked-port.ts'
import { dataDirectory, inDataDirectory } from '../config/data-dir.ts'
import { isLoopback, plainHost, urlHost } from '../http/address.ts'
import { boundConnections } from '../http/connections.ts'
import { listen, listenOnLoopback } from '../http/listen.ts'
import { provesToken } from '../http/proves-token.ts'
import { routeHttp } from '../http/routes.ts'
import { createWebServer } from '../http/web-server.ts'
import { programOf } from '../mcp/dispatch/caller-identity.ts'
import { createStickyTargets } from '../mcp/dispatch/sticky-targets.ts'
import { storeTargets } from '../mcp/dispatch/target-file.ts'
import { configureHttpServer } from '../mcp/http/http-server.ts'
import { maxConnectionsOf } from '../mcp/http/limits.ts'
import { createLostJobs } from '../mcp/sessions/lost-jobs.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'
import { createPresence } from '../mcp/sessions/presence.ts'
import type { McpSession } from '../mcp/http/session.ts'
import type { PanelRouter } from '../panel/router.ts'
import { version } from '../version.ts'
import { createAccess } from './access.ts'
import { startActivityLog } from './activity.ts'
import type { AppOptions, Listening } from './app-options.ts'
import { logBus } from './bus-log.ts'
import { adoptData } from './data-format.ts'
import { warnOfExposure } from './exposure.ts'
import { becomeTheServer } from './one-server.ts'
import { readStoredState } from './stored-state.ts'
import { serveBusesOverMcp } from './mcp.ts'
import { createPanelState, servePanel } from './panel.ts'

/** How often the buses look for clients that have been away for too long. */
const expiryCheckMs = 1000

export interface Running {
  readonly listening: Listening
  /** The panel's contract, with all users in it. */
  readonly router: PanelRouter
}

/**
 * Builds the layers on one another and listens. Everything that must be closed again stands on `closers`, also where
 * this rejects.
 */
export async function startUp(options: AppOptions, runtime: Runtime, closers: Closers): Promise<Running> {
  const { env, tls, port: askedPort = defaultPort } = options
  const host = plainHost(options.host ?? '127.0.0.1')
  const { clock, steady, newId, log } = runtime
  closers.add({ close: logFaults(log) })
  const dataDir = dataDirectory(options.dataDir, env)
  const startedAt = clock() / 1000
  closers.add(
    await becomeTheServer({ dataDir, provesItself: (announced) => provesToken(announced), steady, log }),
  )
  const endpointFile = createEndpointFile({ dataDir, clock, log })
  // Before anything listens: until then a program that reads an old file brings nobody its token.
  await inDataDirectory(dataDir, () => endpointFile.clear())
  await adoptData({ dataDir, version, clock, log })
  const httpServer = await createWebServer(tls, { log })
  const kept = await inDataDirectory(dataDir, () =>
    readStoredState({ dataDir, clock, log, options: options.settings ?? {}, env }),
  )
  const { settings, tokens } = kept
  closers.add({ close: () => settings.settled() })
  closers.add(kept.registry)
  const waits = { ...settings.limits.waits, ...options.limits?.waits }
  const memory = new MemoryLedger(settings.memoryBytes)
  const mcpLimits = { ...settings.limits.mcp, ...options.limits?.mcp }
  configureHttpServer(httpServer, mcpLimits)
  const connections = closers.add(
    boundConnections(httpServer, { clock: steady, log, maxKnown: maxConnectionsOf(mcpLimits.maxSessions) }),
  )
  // All that is waited for stands above this line: from here to the routes nothing may, or requests would come to a
  // server that does not listen to them yet.
  const listener =
    options.host === undefined
      ? await listenOnLoopback(httpServer, askedPort, { log })
      : await listen(httpServer, host, askedPort)
  closers.add(listener)
  const { port } = listener
  const origin = `${tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${String(port)}`
  const url = `${origin}/mcp`

  const access = closers.add(
    createAccess({
      dataDir,
      kept,
      guard: {
        port: () => port,
        boundHost: host,
        tls: tls !== undefined,
        extraHosts: options.allowHosts ?? [],
        extraOrigins: options.allowOrigins ?? [],
      },
      approvalsDefault: options.approvals,
      approvalTimeoutMs: waits.approvalTimeoutMs,
      runtime,
    }),
  )

  // The buses, and who follows them. Listeners run in the order they are attached: the panel's books must be open
  // before delivery settles anything.
  const presence = createPresence(steady, waits.staleAfterMs)
  const buses = new BusManager({
    clock,
    steady,
    newId,
    isLive: (client) => presence.isReachable(client),
    tokenOf: (session) => sessionOf({ session })?.caller.token_id ?? null,
    limits: { ...settings.limits.bus, ...options.limits?.bus },
    memory,
  })
  buses.follow(chargeRecords)
  const sticky = createStickyTargets({
    programOf: (session: McpSession) =>
      programOf(session, (caller) => access.logins.tokenTagOf(caller)).program,
    kept: kept.targets,
  })
  closers.add({ close: storeTargets(sticky, kept.targetFile) })
  const books = closers.add(
    createPanelState({
      buses,
      presence,
      sticky,
      tokenTagOf: (caller) => access.logins.tokenTagOf(caller),
      endBlenderGraceMs: waits.endBlenderGraceMs,
      runtime,
    }),
  )
  const activity = closers.add(
    startActivityLog({
      dataDir,
      settings: settings.history,
      buses,
      access,
      blocksSetAside: kept.blocks.setAside,
      operator: books.post.events,
      endings: books.endings.events,
      runtime,
    }),
  )
  buses.follow((bus) => logBus(bus, log))
  const mcp = closers.add(
    serveBusesOverMcp({
      access,
      buses,
      presence,
      sticky,
      recorder: activity.recorder,
      connections,
      bounds: { http: mcpLimits, lostTargetGraceMs: waits.lostTargetGraceMs, memory },
      runtime,
    }),
  )
  // Last, as it makes buses: whoever follows them is there.
  closers.add({ close: storePauses(buses, kept.pauses, kept.pauseFile) })
  const lostJobs = createLostJobs({ presence, steady, graceMs: waits.lostTargetGraceMs })
  const expiry = every('expiry', expiryCheckMs, () => {
    for (const bus of buses.buses()) {
      attempt('expiry of a bus', () => bus.expire())
      attempt('lost jobs of a bus', () => lostJobs.check(bus))
    }
    access.approvals.expire()
  }).unref()
  closers.add({ close: () => clearInterval(expiry) })

  const routers = closers.add(
    servePanel({
      access,
      activityLog: activity.activityLog,
      books,
      buses,
      mcp,
      presence,
      connections,
      memory,
      pictureMs: waits.pictureMs,
      settings,
      facts: { version, url, startedAt },
      dataDir,
      token: () => tokens.token,
      runtime,
    }),
  )
  const panel =
    options.browserPanel?.({
      routerOf: (viewer) => routers.of(viewer),
      logins: access.logins,
      revoked: access.registry.events,
      blocks: access.blocks,
      connections,
      memory,
      log,
    }) ?? null
  if (panel !== null) closers.add(panel)
  routeHttp(httpServer, {
    endpoint: mcp.endpoint,
    guard: access.guard,
    prover: createProver({ store: tokens, registry: access.registry }),
    control: answerControl({
      logins: access.logins,
      pauses: books.pauses,
      showWindow: options.showWindow,
    }),
    panel,
    log,
  })

  const panelUrl = panel === null ? null : `${origin}/#key=${tokens.panelKey}`
  closers.add({ close: () => endpointFile.remove() })
  await endpointFile.write({
    url,
    panel_url: panelUrl,
    token: tokens.token,
    pid: process.pid,
    version,
    started_at: startedAt,
  })
  activity.started(`Busbar ${version} at ${url}`)
  log.info({ url, dataDir, version }, 'Busbar is running')
  if (!isLoopback(host)) warnOfExposure(log, { host, usesTls: tls !== undefined, token: tokens.token })

  return {
    listening: { url, panelUrl, port, portWasTaken: askedPort !== 0 && port !== askedPort },
    router: routers.whole,
  }
}
