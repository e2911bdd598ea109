import type { ClientInfo, SessionHandle } from './client-info.ts'
import type { Job, JobUpdate } from './jobs.ts'
import type { BusMessage, QueuedMessage } from './message.ts'
import type { Pause } from './paused-program.ts'

/** Why a record left its bucket. */
export type UnregisterCause = 'request' | 'operator' | 'session_ended' | 'expired'

/** What a program does again and again in vain. */
export type Trouble =
  /** The same call of one tool has failed so often in a row; 0: it did well after such failures. */
  | { readonly kind: 'repeats'; readonly tool: string; readonly failures: number }
  /** It sent more requests than are taken. */
  | { readonly kind: 'floods' }

/**
 * Everything a bus tells the world, synchronously and in the order it happened. A listener that throws is reported and
 * harms nobody else.
 */
export interface BusEvents {
  /** A record was made (`created`) or updated in place. */
  registered: [change: { client: ClientInfo; created: boolean; takenFrom: SessionHandle | null }]
  touched: [client: ClientInfo]
  /** The client's session ended and the record stays. */
  detached: [client: ClientInfo]
  /** `session` is the one the client was bound to when it left. */
  unregistered: [
    change: { client: ClientInfo; session: SessionHandle | null; cause: UnregisterCause; reason: string },
  ]
  /** A message stands in the mailbox of each target: whoever can deliver it does so now. */
  message: [message: BusMessage, targets: readonly ClientInfo[]]
  /** A message reached its end for one client: `sent`, `filtered` or `dropped`. */
  settled: [client: ClientInfo, entry: QueuedMessage]
  /** A message that was settled as `sent` turned out not to have arrived, and waits in the mailbox again. */
  returned: [client: ClientInfo, entry: QueuedMessage]
  /** What went to a client's stream has reached its program. Whether a model saw it, nobody knows. */
  received: [client: ClientInfo, message: BusMessage]
  /** A client has fetched a message by polling. */
  read: [client: ClientInfo, message: BusMessage]
  /** The answer that it was fetched with did not arrive: it waits to be fetched again, beside its stream. */
  unread: [client: ClientInfo, message: BusMessage]
  /** A job was dispatched or changed; never a look. */
  job: [job: Job]
  /** The same of a look. What it answered is let go of when the listeners are done. */
  look: [job: Job]
  /** A client that was given up for lost told how its job ended after all. It changes nothing. */
  late: [job: Job, update: JobUpdate, reporter: string]
  /** A program may call no tools, or none may. */
  paused: [pause: Pause]
  /** It may again, by the word of `by`. */
  resumed: [pause: Pause, by: string]
  /** A session is in trouble, or out of it. */
  trouble: [session: SessionHandle, trouble: Trouble]
}
