import type { BusLimits } from '../bus/user-message-bus.ts'
import type { McpHttpLimits } from '../mcp/http/limits.ts'

/** Bounds and times that a person may set. What is left out keeps its default. */
export interface Limits {
  mcp?: Partial<McpHttpLimits>
  bus?: Partial<BusLimits>
}

/** What each variable sets; docs/configuration.md explains them in this order. `seconds` may have a fraction. */
const variables = {
  BUSBAR_EPHEMERAL_GRACE_SECONDS: { bus: 'ephemeralGraceMs', unit: 'seconds', min: 0 },
  BUSBAR_PERSISTENT_EXPIRY_SECONDS: { bus: 'persistentExpiryMs', unit: 'seconds', min: 1 },
  BUSBAR_SESSION_IDLE_SECONDS: { mcp: 'idleSessionMs', unit: 'seconds', min: 1 },
  BUSBAR_STALLED_STREAM_SECONDS: { mcp: 'stalledStreamMs', unit: 'seconds', min: 1 },
  BUSBAR_SILENT_STREAM_SECONDS: { mcp: 'silentStreamMs', unit: 'seconds', min: 1 },
  BUSBAR_KEEPALIVE_SECONDS: { mcp: 'keepaliveIntervalMs', unit: 'seconds', min: 0.1 },
  BUSBAR_PING_SECONDS: { mcp: 'pingIntervalMs', unit: 'seconds', min: 0.1 },
  BUSBAR_STREAM_BUFFER_BYTES: { mcp: 'maxStreamBufferedBytes', unit: 'count', min: 1 },
  BUSBAR_MAX_SESSIONS: { mcp: 'maxSessions', unit: 'count', min: 1 },
  BUSBAR_MAX_SESSIONS_PER_TOKEN: { mcp: 'maxSessionsPerToken', unit: 'count', min: 1 },
  BUSBAR_MAX_STREAMS: { mcp: 'maxStreams', unit: 'count', min: 1 },
  BUSBAR_MAX_REQUESTS_PER_SECOND: { mcp: 'maxRequestsPerSecond', unit: 'count', min: 1 },
  BUSBAR_MAX_CLIENTS: { bus: 'maxClients', unit: 'count', min: 1 },
} as const satisfies Record<
  string,
  ({ bus: 'ephemeralGraceMs' | 'persistentExpiryMs' | 'maxClients' } | { mcp: keyof McpHttpLimits }) & {
    unit: 'seconds' | 'count'
    min: number
  }
>

/** Reads the variables above. Throws, naming the variable, where one holds no number or one that makes no sense. */
export function limitsFromEnv(env: NodeJS.ProcessEnv): Limits {
  const mcp: Record<string, number> = {}
  const bus: Record<string, number> = {}
  for (const [name, variable] of Object.entries(variables)) {
    const text = env[name]
    if (text === undefined || text === '') continue
    const value = Number(text)
    const isWhole = variable.unit === 'seconds' || Number.isSafeInteger(value)
    // A longer time does not fit into a timer (2^31 ms).
    if (!Number.isFinite(value) || !isWhole || value < variable.min || value > 2_000_000) {
      const kind = variable.unit === 'seconds' ? 'a number of seconds' : 'a whole number'
      throw new Error(
        `${name} must be ${kind} from ${String(variable.min)} to 2000000, not "${text.slice(0, 40)}"`,
      )
    }
    const amount = variable.unit === 'seconds' ? value * 1000 : value
    if ('bus' in variable) bus[variable.bus] = amount
    else mcp[variable.mcp] = amount
  }
  return { mcp, bus }
}
