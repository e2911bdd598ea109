/** What a person may set on the server: one table for the environment, the command line, the file and the panel. */
import { z } from 'zod'

interface NumberSetting {
  readonly title: string
  /** One sentence for a person. */
  readonly help: string
  readonly group: SettingGroup
  /** `seconds` may have a fraction; the others are whole numbers. */
  readonly unit: 'seconds' | 'count' | 'bytes' | 'days' | 'mebibytes'
  /** Of `memory_mib` the most: a small machine has less (`SettingState.byDefault`). */
  readonly default: number
  readonly min: number
  readonly max: number
}

interface FlagSetting {
  readonly title: string
  readonly help: string
  readonly group: SettingGroup
  readonly unit: 'flag'
  readonly default: boolean
}

export type Setting = NumberSetting | FlagSetting
export const settingGroups = ['times', 'limits', 'history'] as const
export type SettingGroup = (typeof settingGroups)[number]

/** A longer time does not fit into a timer (2^31 ms). */
const max = 2_000_000

/** By key, in the order in which docs/configuration.md explains them. */
export const settings = {
  ephemeral_grace_seconds: {
    title: 'Grace of ephemeral clients',
    help: 'How long an ephemeral client whose session was lost may come back under a new one; 0 for not at all.',
    group: 'times',
    unit: 'seconds',
    default: 30,
    min: 0,
    max,
  },
  persistent_expiry_seconds: {
    title: 'Expiry of persistent clients',
    help: 'How long a persistent client without a session is kept after its last sign of life.',
    group: 'times',
    unit: 'seconds',
    default: 86_400,
    min: 1,
    max,
  },
  stale_seconds: {
    title: 'Stale clients',
    help: 'A client that gave no sign of life for this long is shown as stale and is chosen for no job.',
    group: 'times',
    unit: 'seconds',
    default: 45,
    min: 1,
    max,
  },
  lost_target_seconds: {
    title: 'Blenders that go away',
    help: 'How long a call waits for a Blender that went away in the middle of its job.',
    group: 'times',
    unit: 'seconds',
    default: 15,
    min: 0,
    max,
  },
  approval_seconds: {
    title: 'Approvals',
    help: 'How long a request waits for a person before it is denied.',
    group: 'times',
    unit: 'seconds',
    default: 120,
    min: 1,
    max,
  },
  end_blender_seconds: {
    title: 'Ending a Blender',
    help: 'How long a Blender whose job does not stop has to end by itself once a person ends it. Then it is killed.',
    group: 'times',
    unit: 'seconds',
    default: 5,
    min: 0,
    max: 600,
  },
  picture_seconds: {
    title: 'Pictures',
    help: 'How long the last picture of a Blender is kept after it was taken; it goes with its client in any case.',
    group: 'times',
    unit: 'seconds',
    default: 86_400,
    min: 1,
    max,
  },
  session_idle_seconds: {
    title: 'Idle sessions',
    help: 'A session without request and open stream for this long is ended.',
    group: 'times',
    unit: 'seconds',
    default: 1800,
    min: 1,
    max,
  },
  stalled_stream_seconds: {
    title: 'Stalled streams',
    help: 'A reader that takes nothing for this long, though something waits for it, loses its connection.',
    group: 'times',
    unit: 'seconds',
    default: 120,
    min: 1,
    max,
  },
  silent_stream_seconds: {
    title: 'Silent streams',
    help: 'A client that has answered pings and then falls silent for this long loses its stream.',
    group: 'times',
    unit: 'seconds',
    default: 120,
    min: 1,
    max,
  },
  keepalive_seconds: {
    title: 'Keepalive',
    help: 'Comments on quiet streams; sessions and streams are looked at this often.',
    group: 'times',
    unit: 'seconds',
    default: 15,
    min: 0.1,
    max,
  },
  ping_seconds: {
    title: 'Pings',
    help: 'Time between two pings on an open stream.',
    group: 'times',
    unit: 'seconds',
    default: 20,
    min: 0.1,
    max,
  },
  max_sessions: {
    title: 'Sessions',
    help: 'Sessions in all, of which one user gets half; one that nobody would miss makes room.',
    group: 'limits',
    unit: 'count',
    default: 2000,
    min: 1,
    max,
  },
  max_sessions_per_token: {
    title: 'Sessions per token',
    help: 'Sessions of one token.',
    group: 'limits',
    unit: 'count',
    default: 1000,
    min: 1,
    max,
  },
  max_streams: {
    title: 'Streams',
    help: 'Open GET streams in all, of which one user gets half.',
    group: 'limits',
    unit: 'count',
    default: 2000,
    min: 1,
    max,
  },
  max_requests_per_second: {
    title: 'Requests per second',
    help: 'Requests and notifications of one session in a second.',
    group: 'limits',
    unit: 'count',
    default: 5000,
    min: 1,
    max,
  },
  max_clients: {
    title: 'Clients on a bus',
    help: 'Records on one bus.',
    group: 'limits',
    unit: 'count',
    default: 5000,
    min: 1,
    max,
  },
  stream_buffer_bytes: {
    title: 'Stream buffer',
    help: 'Bytes a reader may be behind before messages wait in its mailbox.',
    group: 'limits',
    unit: 'bytes',
    default: 1_048_576,
    min: 1,
    max,
  },
  memory_mib: {
    title: 'Memory',
    help: 'Mebibytes kept for all users together, in mailboxes, jobs, requests and unread output; by default at most a quarter of the machine’s memory. One user gets half of it.',
    group: 'limits',
    unit: 'mebibytes',
    default: 1024,
    min: 16,
    max: 1_048_576,
  },
  history_days: {
    title: 'Age of the history',
    help: 'Days that the history goes back.',
    group: 'history',
    unit: 'days',
    default: 30,
    min: 1,
    max: 100_000,
  },
  history_script_days: {
    title: 'Age of scripts in the history',
    help: 'Days that the history keeps what messages, scripts and results say; after that it only says that they passed. By default as long as it goes back.',
    group: 'history',
    unit: 'days',
    default: 100_000,
    min: 1,
    max: 100_000,
  },
  history_mib: {
    title: 'Size of the history',
    help: 'Mebibytes that the history may take; beyond it the oldest goes.',
    group: 'history',
    unit: 'mebibytes',
    default: 256,
    min: 1,
    max: 100_000,
  },
  history_payloads: {
    title: 'Payloads in the history',
    help: 'Keep what messages and results say, and not only that they passed.',
    group: 'history',
    unit: 'flag',
    default: true,
  },
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof settings
export type SettingValue = number | boolean
/** What is not in it keeps its default. */
export type SettingValues = Partial<Record<SettingKey, SettingValue>>

export const settingKeys = Object.keys(settings) as [SettingKey, ...SettingKey[]]

/** The setting as any of them, for what goes through the table. */
export function settingOf(key: SettingKey): Setting {
  return settings[key]
}

/** The environment variable of a setting: `BUSBAR_MAX_SESSIONS`. */
export function settingVariable(key: SettingKey): string {
  return `BUSBAR_${key.toUpperCase()}`
}

/** The option of `busbar serve`: `--max-sessions`. A flag has `--no-…` beside it. */
export function settingOption(key: SettingKey): string {
  return `--${key.replaceAll('_', '-')}`
}

/** What a setting takes, as the end of a sentence: `a whole number from 1 to 2000000`. */
export function settingKind(key: SettingKey): string {
  const setting = settingOf(key)
  if (setting.unit === 'flag') return 'true or false'
  const kind = setting.unit === 'seconds' ? 'a number of seconds' : 'a whole number'
  return `${kind} from ${String(setting.min)} to ${String(setting.max)}`
}

export function isSettingValue(key: SettingKey, value: SettingValue): boolean {
  const setting = settingOf(key)
  if (setting.unit === 'flag' || typeof value === 'boolean') {
    return setting.unit === 'flag' && typeof value === 'boolean'
  }
  const isKind = setting.unit === 'seconds' ? Number.isFinite(value) : Number.isSafeInteger(value)
  return isKind && value >= setting.min && value <= setting.max
}

/** The value that a text means; null for one that makes no sense. */
export function readSetting(key: SettingKey, text: string): SettingValue | null {
  const trimmed = text.trim()
  const value =
    trimmed === 'true' ? true : trimmed === 'false' ? false : trimmed === '' ? NaN : Number(trimmed)
  return isSettingValue(key, value) ? value : null
}

const valueSchema = z.union([z.number(), z.boolean()])

/** Where the value in force comes from; each goes before those named before it. */
export const settingSourceSchema = z.enum(['default', 'file', 'environment', 'option'])
export type SettingSource = z.infer<typeof settingSourceSchema>

export const settingStateSchema = z.object({
  key: z.enum(settingKeys),
  /** In force since the server started. */
  value: valueSchema,
  source: settingSourceSchema,
  /** What holds on this machine where nothing is set. */
  byDefault: valueSchema,
  /** What settings.json says for the next start; null where it says nothing. */
  kept: valueSchema.nullable(),
})
export type SettingState = z.infer<typeof settingStateSchema>

export const settingsSchema = z.object({
  settings: z.array(settingStateSchema),
  /** False for a panel that came with a token. */
  mayChange: z.boolean(),
})
export type Settings = z.infer<typeof settingsSchema>

/** What to keep for the next start; null goes back to the default. */
export const settingChangeSchema = z.object({ key: z.enum(settingKeys), value: valueSchema.nullable() })
export type SettingChange = z.infer<typeof settingChangeSchema>

/** `kept` is in the file and in force from the next start on. `refused` says why nothing was changed. */
export const settingOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('kept'), setting: settingStateSchema }),
  z.object({ outcome: z.literal('refused'), message: z.string() }),
])
export type SettingOutcome = z.infer<typeof settingOutcomeSchema>
