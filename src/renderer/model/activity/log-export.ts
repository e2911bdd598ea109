import { logPageMax, type LogEntry, type LogFilter } from '../../../shared/activity.ts'
import { clientKey } from '../../../shared/clients.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import { priorityText } from './log-text.ts'

/** Most entries of one file; what is older is left out, and the file's name and the panel say so. */
export const exportMax = 100_000

export const exportFormats = ['jsonl', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]
export const exportNames: Record<ExportFormat, string> = { jsonl: 'JSON lines', csv: 'CSV' }

export interface Exported {
  /** Oldest first. */
  entries: readonly LogEntry[]
  names: ReadonlyMap<string, string>
  /** There are older entries than those: the bound was reached. */
  cut: boolean
}

/**
 * Everything that a filter finds, by pages from the newest on.
 *
 * @param progress hears how many there are so far
 */
export async function collectLog(
  api: Pick<PanelApi, 'activity'>,
  filter: LogFilter,
  signal: AbortSignal,
  progress: (count: number) => void,
  max = exportMax,
): Promise<Exported> {
  const found: LogEntry[] = []
  const names = new Map<string, string>()
  let before: number | undefined
  let isOver = false
  while (!isOver && found.length < max) {
    const page = await api.activity.list({ ...filter, before, limit: logPageMax }, { signal })
    signal.throwIfAborted()
    found.push(...page.entries)
    for (const [key, name] of Object.entries(page.names)) names.set(key, name)
    before = page.next ?? undefined
    isOver = page.next === null
    progress(Math.min(found.length, max))
  }
  return { entries: found.slice(0, max).toReversed(), names, cut: !isOver || found.length > max }
}

/** One JSON object a line (jsonlines.org): the entry as the panel's contract has it, with its time as text and names. */
export function jsonLines({ entries, names }: Exported): string {
  return entries
    .map((entry) => {
      const name = nameOf(names, entry, entry.client)
      const line = { time: isoTime(entry.at), ...entry, ...(name !== '' && { clientName: name }) }
      return `${JSON.stringify(line)}\n`
    })
    .join('')
}

const columns = [
  ...['id', 'time', 'kind', 'priority', 'user', 'client', 'client_name', 'by', 'text', 'count', 'targets'],
  ...['target_count', 'routing', 'message_id', 'job_id', 'bytes', 'sent', 'filtered', 'dropped'],
  ...['dispatched', 'seconds', 'problem'],
]

/** A table of RFC 4180, with a byte order mark, by which spreadsheets know that it is UTF-8. */
export function csvTable({ entries, names }: Exported): string {
  const rows = entries.map((entry) => {
    const { id, at, kind, priority, userId, client, by, text, count, message, job } = entry
    const party = message ?? job
    return [
      ...[
        id,
        isoTime(at),
        kind,
        priorityText(priority),
        userId,
        client,
        nameOf(names, entry, client),
        by,
        text,
        count,
      ],
      ...[
        party?.targets.join(' '),
        party?.targetCount,
        message === null ? '' : JSON.stringify(message.routing),
      ],
      ...[
        message?.messageId,
        party?.jobId,
        message?.bytes,
        message?.sent,
        message?.filtered,
        message?.dropped,
      ],
      ...[job === null ? '' : isoTime(job.dispatchedAt), job === null ? '' : secondsOf(entry), job?.problem],
    ]
  })
  return `\uFEFF${[columns, ...rows].map((cells) => cells.map((cell) => csvCell(cell ?? '')).join(',')).join('\r\n')}\r\n`
}

/**
 * A cell that is text in a spreadsheet too: one that begins like a formula gets an apostrophe before it (OWASP, CSV
 * Injection). Numbers stay as they are.
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = /^[\s]*[=+\-@\t\r\n|%]/.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function exportName(format: ExportFormat, exported: Exported, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-')
  return `busbar-activity-${stamp}${exported.cut ? `-newest-${exported.entries.length}` : ''}.${format}`
}

function nameOf(names: ReadonlyMap<string, string>, { userId }: LogEntry, uuid: string): string {
  return names.get(clientKey({ userId, uuid })) ?? ''
}

function isoTime(unixSeconds: number): string {
  const date = new Date(Math.round(unixSeconds * 1000))
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/** Of an interrupted job nobody knows how long it ran. */
function secondsOf({ at, kind, job }: LogEntry): number | '' {
  if (job === null || kind === 'job_interrupted') return ''
  return Math.max(0, Math.round((at - job.dispatchedAt) * 1000) / 1000)
}
