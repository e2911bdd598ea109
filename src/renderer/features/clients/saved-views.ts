import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Remembered } from '../../settings/remembered.ts'
import { savedViewsMax, type SavedView } from './clients-layout.ts'
import type { Clients } from './clients-store.ts'

/** Filters and layouts under names that a person gave them. */
export interface SavedViews {
  readonly state: StoreApi<{ views: readonly SavedView[] }>
  /** Keeps what is on screen under a name; the same name again replaces it. */
  save: (name: string) => void
  show: (view: SavedView) => void
  remove: (name: string) => void
}

export function createSavedViews(clients: Clients, remembered: Remembered<SavedView[]>): SavedViews {
  const state = createStore<{ views: readonly SavedView[] }>(() => ({ views: remembered.read() ?? [] }))
  const keep = (views: SavedView[]) => {
    state.setState({ views })
    remembered.write(views)
  }
  return {
    state,
    save(name) {
      const { filter, layout } = clients.state.getState()
      const view = { name: name.trim().slice(0, 60), query: filter.query, state: filter.state, layout }
      if (view.name === '') return
      const others = state.getState().views.filter((each) => each.name !== view.name)
      keep([...others, view].slice(-savedViewsMax))
    },
    show({ query, state: only, layout }) {
      clients.search(query)
      clients.showState(only)
      clients.arrange(layout)
    },
    remove: (name) => keep(state.getState().views.filter((each) => each.name !== name)),
  }
}
