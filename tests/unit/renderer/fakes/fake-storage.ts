/** A storage in memory, with what it holds at hand. */
export function createFakeStorage(held: Record<string, string> = {}) {
  return {
    held,
    getItem: (name: string) => held[name] ?? null,
    setItem: (name: string, value: string) => {
      held[name] = value
    },
  }
}
