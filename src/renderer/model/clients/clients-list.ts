import type { ClientsEvent, PanelClient } from '../../../shared/clients.ts'

/** All clients, as of one revision of the feed. */
export interface ClientsList {
  revision: number
  byKey: ReadonlyMap<string, PanelClient>
}

/** The list after an event, with the keys that it touched (all of them after a snapshot). */
export interface ListChange {
  list: ClientsList
  changed: ReadonlySet<string>
}

/**
 * Applies one event of `clients.watch`. Answers `'gap'` where the list can't take the patch, because it was made
 * for another revision or there is no list yet: the caller starts a new watch, which begins with a snapshot.
 * Records that did not change keep their identity.
 */
export function applyClientsEvent(list: ClientsList | null, event: ClientsEvent): ListChange | 'gap' {
  if (event.type === 'snapshot') {
    const byKey = new Map(event.clients.map((client) => [client.key, client]))
    return { list: { revision: event.revision, byKey }, changed: new Set(byKey.keys()) }
  }
  if (list === null || event.from !== list.revision) return 'gap'
  const byKey = new Map(list.byKey)
  const changed = new Set<string>()
  for (const key of event.remove) {
    byKey.delete(key)
    changed.add(key)
  }
  for (const client of event.upsert) {
    byKey.set(client.key, client)
    changed.add(client.key)
  }
  return { list: { revision: event.revision, byKey }, changed }
}
