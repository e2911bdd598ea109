/** Longest wait for something that must come. Generous: it only runs out where a test fails. */
const limitMs = 20_000

/** What came in, in order, with a way to wait for what has not come yet. */
export class Inbox<Item> {
  readonly all: Item[] = []
  readonly #what: string
  #unread: Item[] = []
  #arrived: (() => void)[] = []

  /** @param what what the items are, for the message of a wait that fails */
  constructor(what: string) {
    this.#what = what
  }

  put(item: Item): void {
    this.all.push(item)
    this.#unread.push(item)
    const waiting = this.#arrived
    this.#arrived = []
    for (const arrived of waiting) arrived()
  }

  /** The oldest unread item that the predicate accepts, taken out; waits for it to come. */
  async next(predicate: (item: Item) => boolean = () => true): Promise<Item> {
    const deadline = AbortSignal.timeout(limitMs)
    for (;;) {
      const index = this.#unread.findIndex(predicate)
      const [found] = index === -1 ? [] : this.#unread.splice(index, 1)
      if (found !== undefined) return found
      await new Promise<void>((resolve, reject) => {
        const late = (): void =>
          reject(new Error(`No such ${this.#what} came. Unread: ${JSON.stringify(this.#unread, null, 1)}`))
        deadline.addEventListener('abort', late, { once: true })
        this.#arrived.push(() => {
          deadline.removeEventListener('abort', late)
          resolve()
        })
      })
    }
  }
}

/** Asks again until the answer is not undefined. */
export async function until<Value>(
  ask: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await ask()
    if (value !== undefined) return value
    if (performance.now() > deadline) throw new Error('The condition that was waited for never came true')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
