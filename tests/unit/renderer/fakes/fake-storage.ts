import type { SafeStorage } from '../../../../src/renderer/settings/safe-storage.ts'

/** A storage in memory, with what it holds at hand. */
export interface FakeStorage extends SafeStorage {
  readonly held: Record<string, string>
  /** The same storage as another tab has it: each hears what the other writes, as in a browser. */
  otherTab: () => FakeStorage
}

export function createFakeStorage(held: Record<string, string> = {}): FakeStorage {
  const tabs: Map<string, (() => void)[]>[] = []
  const open = (): FakeStorage => {
    const listeners = new Map<string, (() => void)[]>()
    tabs.push(listeners)
    return {
      held,
      getItem: (name) => held[name] ?? null,
      setItem(name, value) {
        if (held[name] === value) return
        held[name] = value
        for (const tab of tabs) if (tab !== listeners) for (const changed of tab.get(name) ?? []) changed()
      },
      lasts: () => true,
      follow: (name, changed) => listeners.set(name, [...(listeners.get(name) ?? []), changed]),
      otherTab: open,
    }
  }
  return open()
}
