import { join } from 'node:path'
import { createActivityLog, type ActivityLog } from '../activity/activity-log.ts'
import { createRecorder, type Recorder } from '../activity/recorder.ts'
import type { Runtime } from '../base/runtime.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ServerSettings } from '../config/settings.ts'
import type { BlenderEndings } from '../panel/blender-endings.ts'
import type { OperatorMessages } from '../panel/operator-messages.ts'
import type { Access } from './access.ts'

/** The activity log, and what writes it. */
export interface RunningActivityLog {
  readonly activityLog: ActivityLog
  readonly recorder: Recorder
  /** Notes that the server runs, and in the end that it was stopped. */
  started(text: string): void
  close(): void
}

/** Opens the activity log and follows everything that was there before there were sessions. */
export function startActivityLog(ports: {
  dataDir: string
  settings: ServerSettings['history']
  buses: BusManager
  access: Access
  /** The name a damaged block list was kept under; null where it was sound. */
  blocksSetAside: string | null
  operator: OperatorMessages['events']
  endings: BlenderEndings['events']
  runtime: Runtime
}): RunningActivityLog {
  const { dataDir, settings, access } = ports
  const { clock, log } = ports.runtime
  const activityLog = createActivityLog({
    path: join(dataDir, 'history.db'),
    clock,
    log,
    limits: settings.limits,
  })
  const recorder = createRecorder({ activityLog, clock, keepPayloads: settings.payloads })
  let wasStarted = false
  ports.buses.follow((bus) => recorder.attachBus(bus))
  recorder.attachBlocks(access.blocks.events, ports.blocksSetAside)
  recorder.attachLogins(access.logins.events)
  recorder.attachTokens(access.registry.events)
  recorder.attachApprovals(access.approvals.events)
  recorder.attachOperator(ports.operator)
  recorder.attachEndings(ports.endings)
  return {
    activityLog,
    recorder,
    started(text) {
      wasStarted = true
      recorder.note({ kind: 'server_started', text })
    },
    close() {
      if (wasStarted) recorder.note({ kind: 'server_stopped' })
      activityLog.close()
    },
  }
}
