import type { RequestId } from '@modelcontextprotocol/sdk/types.js'
import { keepNewest } from '../../../shared/keep-newest.ts'

/** At most this many questions to one client wait for an answer; whoever asked gives up on each by itself. */
const maxPending = 256

/**
 * The questions that the SDK's server has put to a client. Only their answers are passed on: anything else a
 * client sends as a response would be reported by the SDK as a fault, message and all.
 */
export class PendingServerRequests {
  #ids: Set<RequestId> | null = null

  add(id: RequestId): void {
    this.#ids ??= new Set()
    this.#ids.add(id)
    keepNewest(this.#ids, maxPending)
  }

  /** True for a question that was waiting; it no longer is. */
  remove(id: unknown): boolean {
    return (typeof id === 'string' || typeof id === 'number') && this.#ids?.delete(id) === true
  }
}
