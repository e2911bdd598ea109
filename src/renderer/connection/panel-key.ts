/**
 * The panel key comes in the address's fragment, which no browser sends to a server. It is taken out of the
 * address at once, so that it is not in the history, a bookmark or a screenshot, and kept for this tab only.
 */

const storageName = 'busbar.panel-key'

/** What this needs of the browser; tests hand in their own. */
export interface KeyPorts {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>
  history: Pick<History, 'replaceState'>
  storage: Pick<Storage, 'getItem' | 'setItem'> & {
    /** Whether what is kept under a name is still there after a reload. */
    lasts: (name: string) => boolean
  }
}

/** The key in a fragment such as `#key=abc`, null where there is none. */
export function keyInFragment(fragment: string): string | null {
  const match = /^#(?:.*&)?key=([A-Za-z0-9_-]+)(?:&.*)?$/.exec(fragment)
  return match?.[1] ?? null
}

/**
 * Takes the key out of the address and remembers it for this tab; without one in the address, answers the one
 * remembered. Null when this tab was never given a key.
 */
export function takePanelKey({ location, history, storage }: KeyPorts): string | null {
  const fresh = keyInFragment(location.hash)
  if (fresh === null) return storage.getItem(storageName)
  // Before anything that could fail.
  history.replaceState(null, '', location.pathname + location.search)
  storage.setItem(storageName, fresh)
  return fresh
}

/** Before a reload: puts the key back into the address where the tab can't remember it, for the page that comes. */
export function leavePanelKey({ location, history, storage }: KeyPorts): void {
  const key = storage.getItem(storageName)
  if (key === null || storage.lasts(storageName)) return
  history.replaceState(null, '', `${location.pathname}${location.search}#key=${key}`)
}
