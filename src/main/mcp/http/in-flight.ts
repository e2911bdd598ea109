import type { RequestId } from '@modelcontextprotocol/sdk/types.js'
import type { Exchange } from './exchange.ts'

/**
 * The requests of one session that are not answered yet, each with the exchange that will carry its answer. Holds
 * no map while there are none: most sessions are quiet most of the time.
 */
export class InFlight {
  #exchanges: Map<RequestId, Exchange> | null = null

  get size(): number {
    return this.#exchanges?.size ?? 0
  }

  has(id: RequestId): boolean {
    return this.#exchanges?.has(id) === true
  }

  add(ids: readonly RequestId[], exchange: Exchange): void {
    this.#exchanges ??= new Map()
    for (const id of ids) this.#exchanges.set(id, exchange)
  }

  /** The exchange of a request; `undefined` for one that was answered, withdrawn or never made. */
  find(id: RequestId | undefined): Exchange | undefined {
    return id === undefined ? undefined : this.#exchanges?.get(id)
  }

  remove(id: RequestId): void {
    this.#exchanges?.delete(id)
    if (this.#exchanges?.size === 0) this.#exchanges = null
  }

  /** Each exchange once; a batch is one exchange under several ids. */
  exchanges(): Exchange[] {
    return this.#exchanges === null ? [] : [...new Set(this.#exchanges.values())]
  }

  clear(): void {
    this.#exchanges = null
  }
}
