/** What the panel asks of a browser's storage. It never throws. */
export interface SafeStorage {
  getItem: (name: string) => string | null
  setItem: (name: string, value: string) => void
}

/**
 * A browser's storage, as far as it can be used. Where site data is blocked, `localStorage` throws as soon as it is
 * named, and a full one throws at each write. What it does not take is remembered as long as the page is open.
 *
 * @param open names the storage, such as `() => localStorage`
 */
export function createSafeStorage(open: () => Pick<Storage, 'getItem' | 'setItem'>): SafeStorage {
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
  }
}
