import type { PanelClient } from '../../../shared/clients.ts'

/**
 * True for a Blender whose add-on is older than the server, which has the newer one to give. Versions are compared as
 * Semantic Versioning has it (section 11) as far as their numbers go. What is no version is never older.
 *
 * @param serverVersion null while it is not known
 */
export function hasOlderAddon(
  { record }: Pick<PanelClient, 'record'>,
  serverVersion: string | null,
): boolean {
  const addon = numbersOf(record.addon_version ?? '')
  const server = numbersOf(serverVersion ?? '')
  if (record.client_type !== 'blender' || addon === null || server === null) return false
  const at = addon.findIndex((number, place) => number !== server[place])
  return at !== -1 && (addon[at] ?? 0) < (server[at] ?? 0)
}

function numbersOf(version: string): number[] | null {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+].*)?$/.exec(version)
  return match === null ? null : match.slice(1).map(Number)
}
