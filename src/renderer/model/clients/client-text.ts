import type { ClientState, PanelClient } from '../../../shared/clients.ts'

/** The name a person reads: the label, else the uuid. */
export function clientName(client: PanelClient): string {
  const label = client.record.label?.trim()
  return label === undefined || label === '' ? client.record.uuid : label
}

/** The same, with its uuid where another client of the list has that name too. */
export function uniqueName(client: PanelClient, byKey: ReadonlyMap<string, PanelClient>): string {
  const name = clientName(client)
  for (const other of byKey.values()) {
    if (other.key !== client.key && clientName(other) === name) return `${name} (${client.record.uuid})`
  }
  return name
}

/** A uuid short enough to stand beside a label: the start, up to a full group of it. */
export function shortUuid(uuid: string): string {
  if (uuid.length <= 14) return uuid
  const groups = uuid.split('-')
  let short = groups[0] ?? ''
  if (/^[a-z]+$/i.test(short) && groups[1] !== undefined) short += `-${groups[1].slice(0, 4)}`
  return short.slice(0, 14)
}

/** The last part of a Windows or POSIX path. */
export function fileName(path: string): string {
  const parts = path.split(/[\\/]/)
  return parts.findLast((part) => part !== '') ?? path
}

/** The file a client has open: its name, 'unsaved' for a Blender without one, null for what has no file. */
export function clientFile(client: PanelClient): string | null {
  const path = client.record.blend_file
  if (path !== undefined && path !== '') return fileName(path)
  return client.record.client_type === 'blender' ? 'unsaved' : null
}

export function isBlender(client: PanelClient): boolean {
  return client.record.client_type === 'blender'
}

/** Whether a Blender says of itself that it runs without a window. */
export function hasNoWindow(client: PanelClient): boolean {
  return client.record.capabilities.includes('headless')
}

/** The word for a state, as it is read out and written; a state is never told by its colour alone. */
export const stateWords: Record<ClientState, string> = {
  live: 'live',
  busy: 'busy',
  stale: 'stale',
  away: 'disconnected',
}

/** The text that plain words of a search are looked for in. */
export function searchText({ record, program }: PanelClient): string {
  return [
    record.label,
    record.uuid,
    record.client_type,
    record.group_id,
    record.blend_file,
    record.hostname,
    program?.title,
    program?.name,
  ]
    .filter((text) => text !== undefined && text !== null)
    .join('\n')
}
