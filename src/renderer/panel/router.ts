import { createStore, type StoreApi } from 'zustand/vanilla'

/** The views of the panel, each at `#/<name>`. */
const views = ['clients', 'connect'] as const
export type View = (typeof views)[number]

export interface Router {
  readonly state: StoreApi<{ view: View }>
  /** Reads the view off a fragment; anything unknown leads to the clients. */
  follow: (fragment: string) => void
}

export function createRouter(fragment: string): Router {
  const viewIn = (text: string): View => views.find((view) => text === `#/${view}`) ?? 'clients'
  const state = createStore<{ view: View }>(() => ({ view: viewIn(fragment) }))
  return { state, follow: (text) => state.setState({ view: viewIn(text) }) }
}
