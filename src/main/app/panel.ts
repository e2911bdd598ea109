import { hostname, networkInterfaces } from 'node:os'
import { plainAddress } from '../access/address.ts'
import type { Caller } from '../access/caller.ts'
import type { Viewer } from '../access/logins.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import { createClosers } from '../base/closers.ts'
import type { MemoryLedger } from '../base/ledger.ts'
import type { Runtime } from '../base/runtime.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import { addonFolders, createAddonSource } from '../config/addon-package.ts'
import type { ServerSettings } from '../config/settings.ts'
import { programOf } from '../mcp/dispatch/caller-identity.ts'
import type { StickyTargets } from '../mcp/dispatch/sticky-targets.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { isLoopback } from '../http/address.ts'
import type { Presence } from '../mcp/sessions/presence.ts'
import { createBlenderEndings, type BlenderEndings } from '../panel/blender-endings.ts'
import { createForgetting } from '../panel/forget.ts'
import { createJobLedger, type JobLedger } from '../panel/job-ledger.ts'
import { createPanelMessages } from '../panel/messages.ts'
import { limitToUser } from '../panel/one-user.ts'
import { createOperatorMessages, type OperatorMessages } from '../panel/operator-messages.ts'
import { createPanelPauses, type PanelPauses } from '../panel/pauses.ts'
import { withPastJobs } from '../panel/past-jobs.ts'
import { createPictures } from '../panel/pictures.ts'
import { createProcesses } from '../panel/processes.ts'
import { createRateCounters, type RateCounters } from '../panel/rates.ts'
import { createRoster, type Roster } from '../panel/roster.ts'
import { createPanelRouter, type PanelRouter } from '../panel/router.ts'
import type { PanelRouterPorts } from '../panel/router-ports.ts'
import { panelStatus, type StatusPorts } from '../panel/status.ts'
import { createPanelTroubles, type PanelTroubles } from '../panel/troubles.ts'
import type { Access } from './access.ts'
import type { McpOfBuses } from './mcp.ts'

/** Who the person is that runs the server, in words that follow "by". */
export const operatorName = 'the operator'

/** What the panel notes of the buses, whether a panel looks or not. */
export interface PanelState {
  readonly roster: Roster
  readonly rates: RateCounters
  readonly post: OperatorMessages
  readonly jobs: JobLedger
  readonly pauses: PanelPauses
  readonly troubles: PanelTroubles
  readonly endings: BlenderEndings
  close(): Promise<void>
}

/** Opens the books before anything happens on a bus. */
export function createPanelState(ports: {
  buses: BusManager
  presence: Presence
  sticky: StickyTargets
  tokenTagOf: (caller: Caller) => string
  endBlenderGraceMs: number
  runtime: Runtime
}): PanelState {
  const { buses, presence, sticky, tokenTagOf, runtime } = ports
  const { clock, steady, newId, log } = runtime
  const closers = createClosers(log)
  const roster = closers.add(createRoster({ buses, presence, targetOf: (session) => sticky.of(session) }))
  sticky.events.on('changed', (session) => roster.sessionChanged(session))
  const rates = createRateCounters(buses, clock)
  const post = closers.add(createOperatorMessages({ buses }))
  const jobs = closers.add(createJobLedger({ buses, post, newId }))
  const programs = { buses, programOf: (session: McpSession) => programOf(session, tokenTagOf) }
  const pauses = closers.add(createPanelPauses(programs))
  const troubles = closers.add(createPanelTroubles({ ...programs, clock, steady }))
  const endings = createBlenderEndings({
    buses,
    processes: createProcesses(),
    hostname: hostname(),
    isOwnAddress,
    graceMs: ports.endBlenderGraceMs,
    ownPids: [process.pid, process.ppid],
  })
  return { roster, rates, post, jobs, pauses, troubles, endings, close: () => closers.close() }
}

/** The panel's contract, whole and for each user who looks at their own. */
export interface PanelRouters {
  readonly whole: PanelRouter
  of(viewer: Viewer): PanelRouter
  close(): void
}

/** One router a user, made at need: limited ports listen to what they limit, and there are as many as users. */
export function servePanel(ports: {
  access: Access
  activityLog: ActivityLog
  books: PanelState
  buses: BusManager
  mcp: McpOfBuses
  presence: Presence
  connections: StatusPorts['connections']
  memory: MemoryLedger
  /** How long a picture is kept. */
  pictureMs: number
  settings: ServerSettings
  facts: StatusPorts['facts']
  dataDir: string
  token: () => string
  runtime: Runtime
}): PanelRouters {
  const { access, activityLog, books, buses, mcp, connections, memory, settings, facts } = ports
  const { clock, newId } = ports.runtime
  const { roster, rates, post, jobs, pauses, troubles, endings } = books
  const { endpoint, threshold } = mcp
  for (const event of ['streamOpened', 'writable', 'streamClosed'] as const) {
    endpoint.events.on(event, (session: McpSession) => roster.sessionChanged(session))
  }
  // Only Electron has resources of its own.
  const { resourcesPath } = process as { resourcesPath?: string }
  const addon = createAddonSource(addonFolders(resourcesPath), facts.version)
  const pictures = createPictures({
    ...{ buses, roster, presence: ports.presence, threshold, clock, newId },
    limits: { keptMs: ports.pictureMs },
  })
  const all: PanelRouterPorts = {
    roster,
    jobs: withPastJobs(jobs, activityLog),
    endings,
    pauses: {
      events: pauses.events,
      list: () => pauses.list(),
      stopAll: (userId) => pauses.stopAll(userId, operatorName),
      pause: (client) => pauses.pause(client, operatorName),
      resume: (userId, program) => pauses.resume(userId, program, operatorName),
    },
    troubles: {
      events: troubles.events,
      list: () => troubles.list(),
      pause: (program) => troubles.pause(program, operatorName),
      dismiss: (program) => troubles.dismiss(program),
    },
    pictures,
    forget: createForgetting({ activityLog, jobs, pictures }),
    messages: createPanelMessages({ roster, post, newId }),
    sessions: { threshold, scopesOf: (caller) => access.logins.scopesOf(caller) },
    access: { userId: null, blocks: access.blocks, approvals: access.approvals, tokens: access.desk },
    activity: { log: activityLog, rates },
    settings: { list: () => settings.list(), keep: (change) => settings.keep(change), mayChange: true },
    server: {
      status: () => panelStatus({ endpoint, connections, buses, rates, activityLog, memory, facts, clock }),
      addon: () => addon.read(),
      connectInfo: () => ({
        url: facts.url,
        dataDir: ports.dataDir,
        blenderCommand: 'blender -b scene.blend --python-expr "import bpy; bpy.ops.busbar.serve()"',
      }),
      token: ports.token,
    },
    clock,
  }
  const whole = createPanelRouter(all)
  const ofUsers = new Map<string, PanelRouter>()
  return {
    whole,
    of({ userId }) {
      if (userId === null) return whole
      const made = ofUsers.get(userId) ?? createPanelRouter(limitToUser(all, userId))
      ofUsers.set(userId, made)
      return made
    },
    close: () => pictures.close(),
  }
}

/** An address of this machine, as a connection shows it. */
function isOwnAddress(remoteAddress: string): boolean {
  const address = plainAddress(remoteAddress)
  return (
    isLoopback(address) ||
    Object.values(networkInterfaces()).some((all) => all?.some((own) => own.address === address) === true)
  )
}
