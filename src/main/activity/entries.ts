import type { ActivityKind } from '../../shared/activity.ts'
import type { JobState, Routing } from '../../shared/protocol.ts'

/** Somebody came, went, was refused or changed something. Times are Unix seconds. */
export interface ActivityRow {
  at: number
  kind: ActivityKind
  /** Empty where it concerns no one user. */
  userId: string
  /** A client's uuid; empty where it concerns none. */
  client: string
  by: 'client' | 'operator' | 'server'
  /** For a person: reason, address, program. At most 500 characters are kept. */
  text: string
  /** How many such events this one stands for. */
  count: number
}

/** One message with its metadata; `preview` is null where payloads are not kept. */
export interface MessageRow {
  at: number
  userId: string
  messageId: string
  jobId: string
  from: string
  routing: Routing
  /** At most 100 of `targetCount`. */
  targets: readonly string[]
  targetCount: number
  priority: number
  kind: string
  bytes: number
  preview: string | null
  sent: number
  filtered: number
  dropped: number
}

/** What became of a message that is written already, for so many targets more; less, where one came back. */
export interface OutcomeRow {
  messageId: string
  sent: number
  filtered: number
  dropped: number
}

/** One job as it stands. `interrupted`: the server ended before the job did. */
export interface JobRow {
  userId: string
  jobId: string
  at: number
  updatedAt: number
  kind: string
  title: string
  from: string
  /** At most 100 of `targetCount`. */
  targets: readonly string[]
  targetCount: number
  state: JobState | 'interrupted'
  error: string
  result: string | null
}

/** A client that was ever registered. */
export interface ClientRow {
  userId: string
  uuid: string
  clientType: string
  label: string
  firstSeen: number
  lastSeen: number
}

/** One thing to be written. */
export type QueuedEntry =
  | { readonly table: 'activity'; readonly row: ActivityRow }
  | { readonly table: 'messages'; readonly row: MessageRow }
  | { readonly table: 'outcomes'; readonly row: OutcomeRow }
  | { readonly table: 'jobs'; readonly row: JobRow }
  | { readonly table: 'clients'; readonly row: ClientRow }
