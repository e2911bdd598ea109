/** Counts what one session sends, second by second on the clock it is given. */
export class RequestRate {
  readonly #clock: () => number
  readonly #max: number
  /** The second that `#count` counts. */
  #second = 0
  #count = 0

  /** @param clock milliseconds; @param max most in one second */
  constructor(clock: () => number, max: number) {
    this.#clock = clock
    this.#max = max
  }

  /** What came in the current second. */
  get current(): number {
    return this.#second === this.#now() ? this.#count : 0
  }

  /** Counts what came in; false, with nothing counted, where that is more than a second may bring. */
  admit(messages: number): boolean {
    const count = this.current + messages
    if (count > this.#max) return false
    this.#second = this.#now()
    this.#count = count
    return true
  }

  #now(): number {
    return Math.floor(this.#clock() / 1000)
  }
}
