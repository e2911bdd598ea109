import { createStore, type StoreApi } from 'zustand/vanilla'

/** The views of the panel, each at `#/<name>`. */
const views = ['clients', 'jobs', 'approvals', 'connect', 'settings'] as const
export type View = (typeof views)[number]

/** Where the panel is. `item` is the client's uuid or the job's id in `#/clients/<uuid>` and `#/jobs/<id>`, or a section in `#/settings/<section>`. */
export interface Place {
  view: View
  item: string | null
}

export interface Router {
  readonly state: StoreApi<Place>
  /** Reads the place off a fragment; anything unknown leads to the clients. */
  follow: (fragment: string) => void
}

/** The fragment of a place, for a link. */
export function placeLink(view: View, item?: string): string {
  return item === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(item)}`
}

function placeIn(fragment: string): Place {
  const [, name, item] = /^#\/([a-z]+)(?:\/(.+))?$/.exec(fragment) ?? []
  const view = views.find((each) => each === name) ?? 'clients'
  try {
    return { view, item: item === undefined ? null : decodeURIComponent(item) }
  } catch {
    return { view, item: null }
  }
}

export function createRouter(fragment: string): Router {
  const state = createStore<Place>(() => placeIn(fragment))
  return { state, follow: (text) => state.setState(placeIn(text)) }
}
