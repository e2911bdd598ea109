import { clientKey, type PanelClient } from '../../../shared/clients.ts'
import type { SortValue } from '../../lib/sorts.ts'
import { clientFile, clientName, stateWords } from './client-text.ts'

/** The columns a table of clients can have. `place` is the file of a persistent client, the target of another. */
export const columnIds = [
  'client',
  'type',
  'state',
  'place',
  'group',
  'user',
  'capabilities',
  'job',
  'queue',
  'sent',
  'received',
  'drops',
  'blender',
  'host',
  'pid',
  'address',
  'program',
  'protocol',
  'connected',
  'lastSeen',
] as const
export type Column = (typeof columnIds)[number]

/** What stands there until a person chooses otherwise. */
export const defaultColumns: readonly Column[] = ['client', 'place', 'group', 'job', 'lastSeen']

/** Widths that a person gave to columns, in CSS pixels. The others share the room that is left. */
export type ColumnWidths = Readonly<Partial<Record<Column, number>>>
/** Bounds of such a width. */
export const columnWidthMin = 48
export const columnWidthMax = 1200

interface ColumnFacts {
  title: string
  /** Share of the room, and the width in CSS pixels below which the table scrolls sideways instead. */
  share: number
  least: number
  /** Stands at the right edge of its cell. */
  end?: true
  /** Its values change by themselves: rows sorted by it are put in order at intervals only. */
  volatile?: true
  /** Its values are added up below the table. */
  total?: (client: PanelClient) => number
}

export const columnFacts: Record<Column, ColumnFacts> = {
  client: { title: 'Client', share: 36, least: 150 },
  type: { title: 'Type', share: 10, least: 70 },
  state: { title: 'State', share: 12, least: 108 },
  place: { title: 'File', share: 24, least: 90 },
  group: { title: 'Group', share: 10, least: 78 },
  user: { title: 'User', share: 10, least: 78 },
  capabilities: { title: 'Capabilities', share: 20, least: 120 },
  job: { title: 'Job', share: 19, least: 110, volatile: true },
  queue: { title: 'Queue', share: 6, least: 58, end: true, volatile: true, total: (one) => one.queued },
  sent: { title: 'Sent', share: 6, least: 58, end: true, volatile: true, total: (one) => one.sent },
  received: {
    title: 'Received',
    share: 7,
    least: 78,
    end: true,
    volatile: true,
    total: (one) => one.received,
  },
  drops: { title: 'Drops', share: 6, least: 58, end: true, volatile: true, total: (one) => one.dropped },
  blender: { title: 'Blender', share: 10, least: 80 },
  host: { title: 'Host', share: 12, least: 80 },
  pid: { title: 'Process', share: 7, least: 68, end: true },
  address: { title: 'Address', share: 12, least: 92 },
  program: { title: 'Program', share: 16, least: 110 },
  protocol: { title: 'Protocol', share: 10, least: 92 },
  connected: { title: 'Connected', share: 11, least: 82, end: true },
  lastSeen: { title: 'Last seen', share: 11, least: 74, end: true, volatile: true },
}

/** What a column is called where it stands alone; in a table of one bucket `columnTitle` says it. */
export const columnNames: Record<Column, string> = {
  ...(Object.fromEntries(columnIds.map((id) => [id, columnFacts[id].title])) as Record<Column, string>),
  place: 'File, or working on',
}

/** The title of a column in the table of one bucket. */
export function columnTitle(column: Column, bucket: 'persistent' | 'ephemeral'): string {
  return column === 'place' && bucket === 'ephemeral' ? 'Working on' : columnFacts[column].title
}

/** The tracks of a grid with these columns, and the width that they need at least, as CSS. */
export function columnTracks(
  columns: readonly Column[],
  widths: ColumnWidths,
): { tracks: string; least: string } {
  const track = (column: Column) => {
    const width = widths[column]
    return width === undefined
      ? `minmax(${columnFacts[column].least}px, ${columnFacts[column].share}fr)`
      : `${width}px`
  }
  const least = columns.reduce((sum, column) => sum + (widths[column] ?? columnFacts[column].least), 0)
  return { tracks: columns.map(track).join(' '), least: `${least}px` }
}

/** The name of what an ephemeral client works on, null where it waits for nothing. */
export function workingOnName(client: PanelClient, byKey: ReadonlyMap<string, PanelClient>): string | null {
  const [first, ...others] = client.workingOn?.targetUuids ?? []
  if (first === undefined) return null
  const target = byKey.get(clientKey({ userId: client.userId, uuid: first }))
  const name = target === undefined ? first : clientName(target)
  return others.length === 0 ? name : `${name} and ${others.length} more`
}

/** The name of the Blender that a client's session chose for its calls (or the words it chose), null where it chose none. */
export function chosenTargetName(
  client: PanelClient,
  byKey: ReadonlyMap<string, PanelClient>,
): string | null {
  if (client.target === null) return null
  const target = byKey.get(clientKey({ userId: client.userId, uuid: client.target }))
  return target === undefined ? client.target : clientName(target)
}

/** What a client sorts by in a column. */
export function sortValue(
  client: PanelClient,
  column: Column,
  byKey: ReadonlyMap<string, PanelClient>,
): SortValue {
  const { record } = client
  switch (column) {
    case 'client':
      return clientName(client)
    case 'type':
      return record.client_type
    case 'state':
      return stateWords[client.state]
    case 'place':
      return record.is_persistent ? clientFile(client) : workingOnName(client, byKey)
    case 'group':
      return record.group_id
    case 'user':
      return client.userId
    case 'capabilities':
      return record.capabilities.length === 0 ? null : record.capabilities.join(', ')
    case 'job': {
      const job = client.job ?? client.workingOn
      return job === null ? null : (job.progress ?? 0)
    }
    case 'queue':
      return client.queued
    case 'sent':
      return client.sent
    case 'received':
      return client.received
    case 'drops':
      return client.dropped
    case 'blender':
      return record.blender_version || null
    case 'host':
      return record.hostname || null
    case 'pid':
      return record.pid ?? null
    case 'address':
      return client.address
    case 'program':
      return client.program === null ? null : `${client.program.title} ${client.program.version}`
    case 'protocol':
      return client.protocolVersion
    case 'connected':
      return -record.connected_at
    case 'lastSeen':
      return -record.last_seen
  }
}
