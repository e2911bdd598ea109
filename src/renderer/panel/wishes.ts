import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ExportFormat } from '../features/activity/log-export.ts'

/** What a view can do only while it is drawn: it opens a form or a menu of its own, or puts the cursor somewhere. */
export type Wish =
  | { to: 'search'; in: 'clients' | 'jobs' | 'activity' | 'settings' }
  | { to: 'name a view' }
  | { to: 'rename a view'; name: string }
  | { to: 'enlarge the picture'; key: string }
  | { to: 'block a client'; key: string }
  | { to: 'choose a time' }
  | { to: 'go to a moment'; at: number }
  | { to: 'export'; format: ExportFormat }
  | { to: 'show a timeline'; seconds: number }
  | { to: 'deny'; id: string }
  | { to: 'create a token' }
  | { to: 'revoke a token'; id: string }
  | { to: 'add a block' }
  | { to: 'add a rule' }
  | { to: 'edit a rule'; entry: string }
  | { to: 'change a setting'; key: string }

/** What was chosen in the palette and waits for its view, which may not be drawn yet. One at a time: the last one holds. */
export interface Wishes {
  readonly state: StoreApi<{ wish: Wish | null }>
  make: (wish: Wish) => void
  /** Whether the wish still waits; from here on it does not. */
  take: (wish: Wish) => boolean
}

export function createWishes(): Wishes {
  const state = createStore<{ wish: Wish | null }>(() => ({ wish: null }))
  return {
    state,
    make: (wish) => state.setState({ wish }),
    take(wish) {
      if (state.getState().wish !== wish) return false
      state.setState({ wish: null })
      return true
    },
  }
}
