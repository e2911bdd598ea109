import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ExportFormat } from '../model/activity/log-export.ts'

/** What a view can do only while it is drawn: it opens a form or a menu of its own, or puts the cursor somewhere. */
export type Intent =
  | { to: 'search'; in: 'clients' | 'jobs' | 'activity' | 'settings' }
  | { to: 'name a view' }
  | { to: 'rename a view'; name: string }
  | { to: 'enlarge the picture'; key: string }
  | { to: 'block a client'; key: string }
  /** `key` is null under Settings, where the client is chosen. */
  | { to: 'forget a client'; key: string | null }
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
export interface Intents {
  readonly state: StoreApi<{ intent: Intent | null }>
  set: (intent: Intent) => void
  /** Whether the intent still waits; from here on it does not. */
  take: (intent: Intent) => boolean
}

export function createIntents(): Intents {
  const state = createStore<{ intent: Intent | null }>(() => ({ intent: null }))
  return {
    state,
    set: (intent) => state.setState({ intent }),
    take(intent) {
      if (state.getState().intent !== intent) return false
      state.setState({ intent: null })
      return true
    },
  }
}
