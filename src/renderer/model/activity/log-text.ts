import type { LogEntry, LogKind } from '../../../shared/activity.ts'
import { priorityNames, type Routing } from '../../../shared/protocol.ts'
import { durationText } from '../../lib/time-text.ts'

/** What the log is filtered by at a click. */
export const logGroups = ['clients', 'messages', 'jobs', 'sessions', 'access', 'server'] as const
export type LogGroup = (typeof logGroups)[number]

export const groupWords: Record<LogGroup, string> = {
  clients: 'Clients',
  messages: 'Messages',
  jobs: 'Jobs',
  sessions: 'Sessions',
  access: 'Access',
  server: 'Server',
}

/** How good or bad it is; `ask` is a person's word. */
export type LogTone = 'plain' | 'good' | 'notice' | 'warn' | 'bad'

interface KindFacts {
  /** What happened, in a word or two, as it stands in a row. */
  word: string
  group: LogGroup
  tone: LogTone
}

export const kindFacts: Record<LogKind, KindFacts> = {
  server_started: { word: 'server started', group: 'server', tone: 'good' },
  server_stopped: { word: 'server stopped', group: 'server', tone: 'notice' },
  history_gap: { word: 'not kept', group: 'server', tone: 'warn' },
  history_set_aside: { word: 'history set aside', group: 'server', tone: 'warn' },
  session_opened: { word: 'session opened', group: 'sessions', tone: 'plain' },
  session_closed: { word: 'session closed', group: 'sessions', tone: 'plain' },
  client_registered: { word: 'registered', group: 'clients', tone: 'good' },
  client_returned: { word: 'came back', group: 'clients', tone: 'good' },
  client_taken_over: { word: 'new session', group: 'clients', tone: 'plain' },
  client_detached: { word: 'away', group: 'clients', tone: 'notice' },
  client_unregistered: { word: 'left', group: 'clients', tone: 'plain' },
  client_unplugged: { word: 'unregistered', group: 'clients', tone: 'warn' },
  login_refused: { word: 'login refused', group: 'access', tone: 'warn' },
  blocked_refused: { word: 'blocked, refused', group: 'access', tone: 'warn' },
  block_set: { word: 'block set', group: 'access', tone: 'notice' },
  block_lifted: { word: 'block lifted', group: 'access', tone: 'notice' },
  blocks_set_aside: { word: 'blocks set aside', group: 'access', tone: 'warn' },
  message_dropped: { word: 'dropped', group: 'messages', tone: 'bad' },
  token_created: { word: 'token made', group: 'access', tone: 'notice' },
  token_revoked: { word: 'token revoked', group: 'access', tone: 'notice' },
  approval_allowed: { word: 'allowed', group: 'access', tone: 'good' },
  approval_denied: { word: 'denied', group: 'access', tone: 'warn' },
  policy_set: { word: 'policy set', group: 'access', tone: 'notice' },
  program_allowed: { word: 'allowed for an hour', group: 'access', tone: 'good' },
  program_allowance_ended: { word: 'allowance taken back', group: 'access', tone: 'notice' },
  programs_paused: { word: 'paused', group: 'access', tone: 'warn' },
  programs_resumed: { word: 'resumed', group: 'access', tone: 'notice' },
  blender_ended: { word: 'Blender ended', group: 'clients', tone: 'warn' },
  operator_sent: { word: 'sent by a person', group: 'messages', tone: 'notice' },
  message: { word: 'message', group: 'messages', tone: 'plain' },
  job_late: { word: 'late result', group: 'jobs', tone: 'warn' },
  job_completed: { word: 'job completed', group: 'jobs', tone: 'good' },
  job_failed: { word: 'job failed', group: 'jobs', tone: 'bad' },
  job_cancelled: { word: 'job cancelled', group: 'jobs', tone: 'notice' },
  job_interrupted: { word: 'job interrupted', group: 'jobs', tone: 'warn' },
}

const kinds = Object.keys(kindFacts) as LogKind[]

/** The kinds of these groups; undefined, which lets everything through, where there is none or there are all. */
export function kindsOf(groups: readonly LogGroup[]): LogKind[] | undefined {
  if (groups.length === 0 || groups.length === logGroups.length) return undefined
  return kinds.filter((kind) => groups.includes(kindFacts[kind].group))
}

/** The groups that a filter by kinds stands for. */
export function groupsOf(wanted: readonly LogKind[] | undefined): LogGroup[] {
  if (wanted === undefined) return []
  return logGroups.filter((group) =>
    kinds.every((kind) => kindFacts[kind].group !== group || wanted.includes(kind)),
  )
}

/** What became of a message: `sent`, or what else there is to say. `endedBefore`: its server has stopped since. */
export function outcomeText(
  message: NonNullable<LogEntry['message']>,
  endedBefore: boolean,
): { text: string; tone: LogTone } {
  const { targetCount, sent, filtered, dropped } = message
  if (targetCount === 0) return { text: 'nobody there', tone: 'notice' }
  const waiting = Math.max(0, targetCount - sent - filtered - dropped)
  const parts: [count: number, word: string][] = [
    [sent, 'sent'],
    [waiting, endedBefore ? 'never sent' : 'queued'],
    [filtered, 'filtered'],
    [dropped, 'dropped'],
  ]
  const tone: LogTone =
    dropped > 0 || (waiting > 0 && endedBefore) ? 'bad' : waiting + filtered > 0 ? 'warn' : 'plain'
  const found = parts.filter(([count]) => count > 0)
  const [only] = found
  if (found.length === 1 && only !== undefined) {
    return { text: targetCount === 1 ? only[1] : `${targetCount} ${only[1]}`, tone }
  }
  return { text: found.map(([count, word]) => `${count} ${word}`).join(', '), tone }
}

/** How long a job took from its dispatch to its end: `84 ms`, `1.2 s`, `3 min 5 s`. */
export function tookText(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`
  return seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds)
}

export function priorityText(priority: number): string {
  return priorityNames[priority] ?? String(priority)
}

/** How a message found its targets. */
export function routingText(routing: Routing): string {
  switch (routing.type) {
    case 'direct':
      return 'direct'
    case 'group':
      return `group ${routing.group_id}`
    case 'type_filter':
      return `type ${routing.client_type}`
    case 'broadcast':
      return 'broadcast'
  }
}

/** The time of day to the millisecond, in the person's own zone: `14:03:12.084`. */
export function clockText(unixSeconds: number): string {
  const date = new Date(Math.round(unixSeconds * 1000))
  if (Number.isNaN(date.getTime())) return '--:--:--.---'
  const two = (value: number) => String(value).padStart(2, '0')
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** The day of a time: `2026-11-25`, in the person's own zone. */
export function dayText(unixSeconds: number): string {
  const date = new Date(Math.round(unixSeconds * 1000))
  if (Number.isNaN(date.getTime())) return 'unknown day'
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
