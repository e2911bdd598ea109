import { createStore, type StoreApi } from 'zustand/vanilla'
import type { StoredValue } from '../../settings/stored-value.ts'
import type { Toasts } from '../toasts/toasts.ts'
import { savedViewsMax, type SavedView } from './clients-layout.ts'
import type { Clients } from './clients-store.ts'

/** Filters and layouts under names that a person gave them. */
export interface SavedViews {
  readonly state: StoreApi<{ views: readonly SavedView[] }>
  /** Keeps what is on screen under a name. The same name again replaces it, which can be undone. */
  save: (name: string) => void
  /** Gives a view another name. Answers false where that name is taken or empty. */
  rename: (name: string, next: string) => boolean
  show: (view: SavedView) => void
  /** Forgets a view, which can be undone. */
  remove: (name: string) => void
}

/** Longest name of a view, in characters. */
export const viewNameMax = 60

export function createSavedViews(
  clients: Clients,
  remembered: StoredValue<SavedView[]>,
  toasts: Toasts,
): SavedViews {
  const state = createStore<{ views: readonly SavedView[] }>(() => ({ views: remembered.read() ?? [] }))
  const show = (views: readonly SavedView[]) => state.setState({ views })
  remembered.follow(show)
  /** Changes one of the views that there are now, in whatever tab they were kept. */
  const keep = (edit: (views: readonly SavedView[]) => readonly SavedView[]) =>
    show(remembered.change((kept) => [...edit(kept ?? state.getState().views)]))
  const tell = (text: string, undo: () => void) =>
    toasts.show({ kind: 'done', text, action: { label: 'Undo', run: undo } })
  const replace = (name: string, view: SavedView) =>
    keep((views) => views.map((each) => (each.name === name ? view : each)))
  const add = (view: SavedView) =>
    keep((views) => [...views.filter(({ name }) => name !== view.name), view].slice(-savedViewsMax))
  const nameFrom = (text: string) => text.trim().slice(0, viewNameMax)
  return {
    state,
    save(text) {
      const { filter, layout } = clients.state.getState()
      const view = { name: nameFrom(text), query: filter.query.slice(0, 500), state: filter.state, layout }
      if (view.name === '') return
      const { views } = state.getState()
      const before = views.find(({ name }) => name === view.name)
      if (before === undefined) {
        add(view)
        return
      }
      replace(view.name, view)
      tell(`Replaced the view ${view.name}.`, () => replace(view.name, before))
    },
    rename(name, text) {
      const next = nameFrom(text)
      const { views } = state.getState()
      if (next === '' || (next !== name && views.some((each) => each.name === next))) return false
      const view = views.find((each) => each.name === name)
      if (view !== undefined) replace(name, { ...view, name: next })
      return true
    },
    show({ query, state: only, layout }) {
      clients.search(query)
      clients.showState(only)
      clients.arrange(layout)
    },
    remove(name) {
      const { views } = state.getState()
      const view = views.find((each) => each.name === name)
      if (view === undefined) return
      keep((now) => now.filter((each) => each.name !== name))
      tell(`Forgot the view ${name}.`, () => {
        if (!state.getState().views.some((each) => each.name === name)) add(view)
      })
    },
  }
}
