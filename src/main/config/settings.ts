import { clip } from '../../shared/well-formed.ts'
import {
  isSettingValue,
  readSetting,
  settingKeys,
  settingKind,
  settingOf,
  settingVariable,
  type SettingChange,
  type SettingKey,
  type SettingOutcome,
  type SettingSource,
  type SettingState,
  type SettingValue,
  type SettingValues,
} from '../../shared/settings.ts'
import type { BusLimits } from '../bus/bus-limits.ts'
import type { McpHttpLimits } from '../mcp/http/limits.ts'
import { memoryByDefault } from './machine-memory.ts'
import { readSettings, writeSettings, type SettingsFilePorts } from './settings-file.ts'

/** Bounds and times as the layers take them. What is left out keeps its default. */
export interface Limits {
  mcp?: Partial<McpHttpLimits>
  bus?: Partial<BusLimits>
  waits?: Partial<Waits>
}

/** Times that are no transport's and no bus's. */
export interface Waits {
  /** Silence after which a client counts as stale. */
  staleAfterMs: number
  /** How long a call waits for a Blender that went away in the middle of its job. */
  lostTargetGraceMs: number
  /** How long a request waits for a person before it is denied. */
  approvalTimeoutMs: number
  /** How long a Blender that a person ends has to end by itself. */
  endBlenderGraceMs: number
  /** How long the last picture of a Blender is kept. */
  pictureMs: number
}

const mebibyte = 1024 * 1024

/** What each setting sets. Seconds are milliseconds inside. */
const places = {
  ephemeral_grace_seconds: { bus: 'ephemeralGraceMs' },
  persistent_expiry_seconds: { bus: 'persistentExpiryMs' },
  stale_seconds: { waits: 'staleAfterMs' },
  lost_target_seconds: { waits: 'lostTargetGraceMs' },
  approval_seconds: { waits: 'approvalTimeoutMs' },
  end_blender_seconds: { waits: 'endBlenderGraceMs' },
  picture_seconds: { waits: 'pictureMs' },
  session_idle_seconds: { mcp: 'idleSessionMs' },
  stalled_stream_seconds: { mcp: 'stalledStreamMs' },
  silent_stream_seconds: { mcp: 'silentStreamMs' },
  keepalive_seconds: { mcp: 'keepaliveIntervalMs' },
  ping_seconds: { mcp: 'pingIntervalMs' },
  max_sessions: { mcp: 'maxSessions' },
  max_sessions_per_token: { mcp: 'maxSessionsPerToken' },
  max_streams: { mcp: 'maxStreams' },
  max_requests_per_second: { mcp: 'maxRequestsPerSecond' },
  max_clients: { bus: 'maxClients' },
  stream_buffer_bytes: { mcp: 'maxStreamBufferedBytes' },
  memory_mib: 'memory',
  history_days: 'history',
  history_script_days: 'history',
  history_mib: 'history',
  history_payloads: 'history',
} as const satisfies Record<
  SettingKey,
  | { bus: 'ephemeralGraceMs' | 'persistentExpiryMs' | 'maxClients' }
  | { mcp: keyof McpHttpLimits }
  | { waits: keyof Waits }
  | 'memory'
  | 'history'
>

/** What the server runs with, and the way to change what it will start with. */
export interface ServerSettings {
  readonly limits: Required<Omit<Limits, 'waits'>> & { waits: Waits }
  /** Bytes that may be kept on behalf of all users together. */
  readonly memoryBytes: number
  readonly history: {
    readonly payloads: boolean
    readonly limits: {
      readonly maxAgeSeconds: number
      readonly maxContentAgeSeconds: number
      readonly maxBytes: number
    }
  }
  list(): SettingState[]
  /** Keeps a value for the next start. Nothing that runs is changed by it. */
  keep(change: SettingChange): Promise<SettingOutcome>
  /** Resolves when everything that was asked for has been written. */
  settled(): Promise<void>
}

export interface ServerSettingsPorts extends SettingsFilePorts {
  /** Of the command line. */
  readonly options: SettingValues
  readonly env: NodeJS.ProcessEnv
}

/**
 * Takes each setting from the command line, else the environment, else the file, else its default. Throws, naming
 * the variable or the setting, where a value makes no sense.
 */
export async function createServerSettings(ports: ServerSettingsPorts): Promise<ServerSettings> {
  const fromEnv = settingsFromEnv(ports.env)
  for (const key of settingKeys) {
    const value = ports.options[key]
    if (value !== undefined && !isSettingValue(key, value)) {
      throw new Error(`${key} must be ${settingKind(key)}, not "${String(value)}"`)
    }
  }
  let kept = await readSettings(ports)
  const atStart = kept
  const find = (key: SettingKey): { value: SettingValue; source: SettingSource } => {
    const { options } = ports
    if (options[key] !== undefined) return { value: options[key], source: 'option' }
    if (fromEnv[key] !== undefined) return { value: fromEnv[key], source: 'environment' }
    if (atStart[key] !== undefined) return { value: atStart[key], source: 'file' }
    return { value: byDefault(key), source: 'default' }
  }
  const stateOf = (key: SettingKey): SettingState => ({
    key,
    ...find(key),
    byDefault: byDefault(key),
    kept: kept[key] ?? null,
  })

  // One after the other: two changes at once must not lose one of them.
  let work: Promise<unknown> = Promise.resolve()
  const change = async ({ key, value }: SettingChange): Promise<SettingOutcome> => {
    if (value !== null && !isSettingValue(key, value)) {
      return { outcome: 'refused', message: `It must be ${settingKind(key)}.` }
    }
    const { [key]: _, ...others } = kept
    const next = value === null ? others : { ...others, [key]: value }
    try {
      await writeSettings(ports, next)
    } catch (error) {
      ports.log.error({ err: error }, 'the settings could not be written')
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
      return {
        outcome: 'refused',
        message: `The file of settings can’t be written (${code}). Nothing was changed.`,
      }
    }
    kept = next
    ports.log.info({ setting: key, value }, 'a setting was kept for the next start')
    return { outcome: 'kept', setting: stateOf(key) }
  }
  const days = Number(find('history_days').value)
  const scriptDays = Number(find('history_script_days').value)
  const mebibytes = Number(find('history_mib').value)
  return {
    limits: limitsOf((key) => find(key).value),
    memoryBytes: Number(find('memory_mib').value) * mebibyte,
    history: {
      payloads: find('history_payloads').value === true,
      limits: {
        maxAgeSeconds: days * 86_400,
        maxContentAgeSeconds: scriptDays * 86_400,
        maxBytes: mebibytes * mebibyte,
      },
    },
    list: () => settingKeys.map(stateOf),
    keep(order) {
      const done = work.then(() => change(order))
      work = done
      return done
    },
    async settled() {
      await work
    },
  }
}

/** What a setting is on this machine where nobody set it. */
function byDefault(key: SettingKey): SettingValue {
  return key === 'memory_mib' ? memoryByDefault() : settingOf(key).default
}

/** Reads the variables of all settings. */
export function settingsFromEnv(env: NodeJS.ProcessEnv): SettingValues {
  const values: SettingValues = {}
  for (const key of settingKeys) {
    const name = settingVariable(key)
    const text = env[name]
    if (text === undefined || text === '') continue
    const value = readSetting(key, text)
    if (value === null)
      throw new Error(`${name} must be ${settingKind(key)}, not ${JSON.stringify(clip(text, 40))}`)
    values[key] = value
  }
  return values
}

function limitsOf(valueOf: (key: SettingKey) => SettingValue): ServerSettings['limits'] {
  const mcp: Record<string, number> = {}
  const bus: Record<string, number> = {}
  const waits: Waits = {
    staleAfterMs: 0,
    lostTargetGraceMs: 0,
    approvalTimeoutMs: 0,
    endBlenderGraceMs: 0,
    pictureMs: 0,
  }
  for (const key of settingKeys) {
    const place = places[key]
    if (place === 'memory' || place === 'history') continue
    const amount = Number(valueOf(key)) * (settingOf(key).unit === 'seconds' ? 1000 : 1)
    if ('bus' in place) bus[place.bus] = amount
    else if ('waits' in place) waits[place.waits] = amount
    else mcp[place.mcp] = amount
  }
  return { mcp, bus, waits }
}
