import { createStore, type StoreApi } from 'zustand/vanilla'

/** The views of the panel, each at `#/<name>`. */
export const views = ['clients', 'jobs', 'activity', 'approvals', 'connect', 'settings'] as const
export type View = (typeof views)[number]

/**
 * Where the panel is. `item` is the client's uuid or the job's id in `#/clients/<uuid>` and `#/jobs/<id>`, an entry or
 * `client/<uuid>` in `#/activity/…`, or a section in `#/settings/<section>`; `filter` is the query in `#/clients?filter=<query>` and `#/jobs?filter=<query>`, null
 * where the address says nothing of one.
 */
export interface PanelLocation {
  view: View
  item: string | null
  filter: string | null
  /** `#/wall` and `#/wall/<uuid>`: the clients, as cards. */
  wall: boolean
}

const wallLink = '#/wall'

/** The fragment of the clients in tables or on the wall. */
export function clientsLink(shownAs: 'table' | 'wall'): string {
  return shownAs === 'wall' ? wallLink : placeLink('clients')
}

export interface Router {
  readonly state: StoreApi<PanelLocation>
  /** Reads the place off a fragment; anything unknown leads to the clients. */
  follow: (fragment: string) => void
}

/** The fragment of a place, for a link. */
export function placeLink(view: View, item?: string): string {
  return item === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(item)}`
}

/** The fragment of a list with a filter. */
export function filterLink(view: 'clients' | 'jobs', filter: string): string {
  return `#/${view}?filter=${encodeURIComponent(filter)}`
}

/** Longest filter that an address may bring, in characters. */
const filterMax = 500

function placeIn(fragment: string): PanelLocation {
  const [, name, item, search = ''] = /^#\/([a-z]+)(?:\/([^?]+))?(?:\?(.*))?$/s.exec(fragment) ?? []
  const view = views.find((each) => each === name) ?? 'clients'
  const filter = new URLSearchParams(search).get('filter')?.slice(0, filterMax) ?? null
  const wall = name === 'wall'
  try {
    return { view, wall, item: item === undefined ? null : decodeURIComponent(item), filter }
  } catch {
    return { view, wall, item: null, filter }
  }
}

/** @param remembered the view that was open last, for an address that names none */
export function createRouter(fragment: string, remembered: string | null = null): Router {
  const first = fragment === '' && views.some((each) => each === remembered) ? `#/${remembered}` : fragment
  const state = createStore<PanelLocation>(() => placeIn(first))
  return { state, follow: (text) => state.setState(placeIn(text)) }
}
