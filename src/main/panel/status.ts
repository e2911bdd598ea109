import type { PanelStatus } from '../../shared/status.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { McpEndpoint } from '../mcp/http/endpoint.ts'
import type { RateCounters } from './rates.ts'

export interface StatusPorts {
  endpoint: Pick<McpEndpoint, 'sessions' | 'usage'>
  buses: BusManager
  rates: RateCounters
  activityLog: Pick<ActivityLog, 'state'>
  /** What does not change while the server runs. */
  facts: Pick<PanelStatus, 'version' | 'url' | 'startedAt'>
  /** Unix milliseconds. */
  clock: () => number
}

/** The server as one glance shows it. */
export function panelStatus({ endpoint, buses, rates, activityLog, facts, clock }: StatusPorts): PanelStatus {
  const sessions = [...endpoint.sessions()]
  const all = [...buses.buses()]
  return {
    ...facts,
    now: clock() / 1000,
    sessions: sessions.length,
    sessionsUnregistered: sessions.filter(
      (session) => buses.busOf(session.caller.user_id).registry.boundTo(session) === undefined,
    ).length,
    jobsRunning: all.reduce((sum, bus) => sum + bus.jobs.pendingCount, 0),
    messagesPerSecond: rates.read('minute').messages,
    history: activityLog.state(),
    limits: [...endpoint.usage(), ...busiest(all.flatMap((bus) => bus.usage()))],
  }
}

/** Of each limit the entry that is used most. */
function busiest<Entry extends { name: string; used: number }>(entries: readonly Entry[]): Entry[] {
  const most = new Map<string, Entry>()
  for (const entry of entries) {
    if (entry.used >= (most.get(entry.name)?.used ?? 0)) most.set(entry.name, entry)
  }
  return [...most.values()]
}
