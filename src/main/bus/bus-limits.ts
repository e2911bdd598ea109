import type { JobTableLimits } from './jobs.ts'
import type { MailboxLimits } from './mailbox.ts'

export interface BusLimits {
  mailbox: MailboxLimits
  jobs: JobTableLimits
  /** Records in both buckets. */
  maxClients: number
  /** How long an ephemeral client whose session was lost may come back, milliseconds. */
  ephemeralGraceMs: number
  /** How long a persistent client without a session is kept after its last sign of life, milliseconds. */
  persistentExpiryMs: number
}

export const defaultBusLimits: BusLimits = {
  mailbox: { maxCount: 1000, maxBytes: 8 * 1024 * 1024 },
  jobs: { maxPending: 10_000, maxFinished: 1000, maxFinishedChars: 32 * 1024 * 1024 },
  maxClients: 5000,
  ephemeralGraceMs: 30_000,
  persistentExpiryMs: 24 * 3600 * 1000,
}
