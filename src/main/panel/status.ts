import { memoryKinds } from '../../shared/memory.ts'
import type { MemoryUse, PanelStatus } from '../../shared/status.ts'
import type { MemoryLedger } from '../base/ledger.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { McpEndpoint } from '../mcp/http/endpoint.ts'
import type { RateCounters } from './rates.ts'

export interface StatusPorts {
  endpoint: Pick<McpEndpoint, 'sessions' | 'usage'>
  connections: { usage(): PanelStatus['limits'] }
  buses: BusManager
  rates: RateCounters
  activityLog: Pick<ActivityLog, 'state'>
  memory: Pick<MemoryLedger, 'snapshot'>
  /** What does not change while the server runs. */
  facts: Pick<PanelStatus, 'version' | 'url' | 'startedAt'>
  /** Unix milliseconds. */
  clock: () => number
}

/** The server as one glance shows it. */
export function panelStatus({
  endpoint,
  connections,
  buses,
  rates,
  activityLog,
  memory: ledger,
  facts,
  clock,
}: StatusPorts): PanelStatus {
  const memory = memoryUse(ledger)
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
    memory,
    limits: [
      ...endpoint.usage(),
      ...connections.usage(),
      ...busiest(all.flatMap((bus) => bus.usage())),
      { name: 'memory', used: memory.usedBytes, max: memory.maxBytes },
    ],
  }
}

function memoryUse(ledger: StatusPorts['memory']): MemoryUse {
  const { totalBytes, shareBytes, usedBytes, byKind, users } = ledger.snapshot()
  return {
    usedBytes,
    maxBytes: totalBytes,
    shareBytes,
    byKind,
    users: [...users]
      .map(([userId, use]) => ({ userId, ...use }))
      .sort((a, b) => b.usedBytes - a.usedBytes || (a.userId < b.userId ? -1 : 1)),
  }
}

/** The status with nothing of what is kept for other users. */
export function statusOf(status: PanelStatus, userId: string): PanelStatus {
  const { shareBytes } = status.memory
  const nothing = Object.fromEntries(memoryKinds.map((kind) => [kind, 0])) as MemoryUse['byKind']
  const own = status.memory.users.find((user) => user.userId === userId) ?? {
    userId,
    usedBytes: 0,
    byKind: nothing,
  }
  const { usedBytes, byKind } = own
  return {
    ...status,
    memory: { usedBytes, maxBytes: shareBytes, shareBytes, byKind, users: [own] },
    limits: status.limits.map((limit) =>
      limit.name === 'memory' ? { ...limit, used: usedBytes, max: shareBytes } : limit,
    ),
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
