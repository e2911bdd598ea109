/** What the panel asks of a browser's storage. It never throws. */
export interface SafeStorage {
  getItem: (name: string) => string | null
  setItem: (name: string, value: string) => void
  /** Whether what is kept under a name is still there after a reload. */
  lasts: (name: string) => boolean
  /** Calls when another tab of this browser has written or removed what is kept under a name. */
  follow: (name: string, changed: () => void) => void
}

/** What a `storage` event says: the name, or null where all was removed. */
type StorageNews = Pick<StorageEvent, 'key'>

/**
 * A browser's storage, as far as it can be used. Where site data is blocked, `localStorage` throws as soon as it is
 * named, and a full one throws at each write. What it does not take is remembered as long as the page is open.
 *
 * @param open names the storage, such as `() => localStorage`
 * @param onNews hears the `storage` events of the page; a storage of one tab has none
 */
export function createSafeStorage(
  open: () => Pick<Storage, 'getItem' | 'setItem'>,
  onNews: (listener: (news: StorageNews) => void) => void = () => undefined,
): SafeStorage {
  const inMemory = new Map<string, string>()
  return {
    getItem(name) {
      const here = inMemory.get(name)
      if (here !== undefined) return here
      try {
        return open().getItem(name)
      } catch {
        return null
      }
    },
    setItem(name, value) {
      try {
        open().setItem(name, value)
        inMemory.delete(name)
      } catch {
        inMemory.set(name, value)
      }
    },
    lasts: (name) => !inMemory.has(name),
    follow(name, changed) {
      onNews(({ key }) => {
        if (key !== null && key !== name) return
        // The other tab found room for it: that is the newer one.
        inMemory.delete(name)
        changed()
      })
    },
  }
}
