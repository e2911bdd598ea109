import { join } from 'node:path'
import type { Approvals } from '../access/approvals.ts'
import type { BlockList } from '../access/block-list.ts'
import type { Log } from '../base/log.ts'
import type { Logins } from '../access/logins.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ServerSettings } from '../config/settings.ts'
import { createActivityLog, type ActivityLog } from '../activity/activity-log.ts'
import { createRecorder, type Recorder } from '../activity/recorder.ts'
import type { OperatorPost } from '../panel/operator-post.ts'

/** The activityLog, and what writes it. */
export interface KeptActivity {
  readonly activityLog: ActivityLog
  readonly recorder: Recorder
}

/** Opens the history and follows everything that was there before there were sessions. */
export function keepActivity(ports: {
  dataDir: string
  /** Unix milliseconds. */
  clock: () => number
  log: Log
  settings: ServerSettings['history']
  buses: BusManager
  blocks: BlockList
  /** The name a damaged block list was kept under; null where it was sound. */
  blocksSetAside: string | null
  logins: Logins
  registry: TokenRegistry
  approvals: Approvals
  operator: OperatorPost['events']
}): KeptActivity {
  const { dataDir, clock, log, settings } = ports
  const activityLog = createActivityLog({
    path: join(dataDir, 'history.db'),
    clock,
    log,
    limits: settings.limits,
  })
  const recorder = createRecorder({ activityLog, clock, keepPayloads: settings.payloads })
  ports.buses.events.on('created', (bus) => recorder.attachBus(bus))
  recorder.attachBlocks(ports.blocks.events, ports.blocksSetAside)
  recorder.attachLogins(ports.logins.events)
  recorder.attachTokens(ports.registry.events)
  recorder.attachApprovals(ports.approvals.events)
  recorder.attachOperator(ports.operator)
  return { activityLog, recorder }
}
