import { keepNewest } from '../../shared/keep-newest.ts'
import type { BusMessage } from './message.ts'

/** A message that was no job, as far as an answer to it goes. */
interface PlainMessage {
  readonly from_uuid: string
  /** Who has answered it for good. */
  readonly endedBy: Set<string>
}

/**
 * Who sent the last messages that were no jobs. Older peers answer such a message by a job update under its
 * `message_id`, or under the `job_id` in its payload, and expect that its sender alone hears of it.
 */
export class PlainMessages {
  readonly #maxIds: number
  /** By each id that a message goes by; the oldest are forgotten first. */
  readonly #byId = new Map<string, PlainMessage>()

  /** @param maxIds how many ids are kept, of at most 200 characters each */
  constructor(maxIds: number) {
    this.#maxIds = maxIds
  }

  /** Notes a message that somebody may answer. Jobs and job updates are not such. An id used again means the newer. */
  note({ from_uuid, message_id, job_id, head }: BusMessage): void {
    if (head.jobKind !== null || head.kind === 'job_update') return
    const message: PlainMessage = { from_uuid, endedBy: new Set() }
    for (const id of new Set([message_id, job_id])) {
      this.#byId.delete(id)
      this.#byId.set(id, message)
    }
    keepNewest(this.#byId, this.#maxIds)
  }

  get(id: string): PlainMessage | undefined {
    return this.#byId.get(id)
  }
}
