import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PageVisibility } from '../../connection/page-visibility.ts'
import type { SafeStorage } from '../../settings/safe-storage.ts'

const storageName = 'busbar.reloaded-for'

export interface UpdatePorts {
  /** Which version this page is of; null where the page does not say. */
  pageVersion: string | null
  sight: PageVisibility
  /** Whether a reload would lose what a person has begun. */
  losesSomething: () => boolean
  reload: () => void
  /** Remembers of this tab which version it was reloaded for. */
  storage: SafeStorage
}

/** Tells when the server is of another version than the page: a page that was open while Busbar was updated. */
export interface Update {
  /** The server's version where it is another one than the page's, else null. */
  readonly state: StoreApi<{ newer: string | null }>
  /** To be called with the version that the server tells. */
  heard: (serverVersion: string) => void
  reload: () => void
  close: () => void
}

/**
 * A page that nobody sees reloads by itself, unless that loses something. For each version once, in case the page that
 * comes is the old one again; so not at all where the tab can't remember for which it was.
 */
export function createUpdate({ pageVersion, sight, losesSomething, reload, storage }: UpdatePorts): Update {
  const state = createStore<{ newer: string | null }>(() => ({ newer: null }))
  const reloadUnseen = () => {
    const { newer } = state.getState()
    if (newer === null || sight.visible() || losesSomething()) return
    if (storage.getItem(storageName) === newer) return
    storage.setItem(storageName, newer)
    if (storage.lasts(storageName)) reload()
  }
  const unfollow = sight.onChange(reloadUnseen)
  return {
    state,
    heard(serverVersion) {
      const newer = pageVersion === null || serverVersion === pageVersion ? null : serverVersion
      if (newer !== state.getState().newer) state.setState({ newer })
      reloadUnseen()
    },
    reload,
    close: unfollow,
  }
}
