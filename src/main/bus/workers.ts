import { keepNewest } from '../../shared/keep-newest.ts'
import type { ClientInfo } from './client-info.ts'

/** Most uuids of other clients than Blenders that are known to have been given jobs; the oldest are forgotten first. */
const knownMax = 2000

/**
 * Who on a bus may act on what it is sent: Blenders, and whoever was ever a job's target, under the same uuid also after
 * it has left and come back. It knows nothing of what is sent.
 */
export class Workers {
  readonly #uuids = new Set<string>()
  /** Those that are registered are known for as long as they are, however many there are. */
  readonly #clients = new WeakSet<ClientInfo>()

  /** Notes who is given a job, or has registered as a Blender. */
  note(clients: readonly ClientInfo[]): void {
    for (const client of clients) {
      this.#clients.add(client)
      this.#uuids.delete(client.uuid)
      this.#uuids.add(client.uuid)
    }
    keepNewest(this.#uuids, knownMax)
  }

  has(client: ClientInfo): boolean {
    return client.client_type === 'blender' || this.#clients.has(client) || this.#uuids.has(client.uuid)
  }
}
