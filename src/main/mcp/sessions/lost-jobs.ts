import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { Presence } from './presence.ts'

/** Ends the jobs of Blenders that went away and do not come back. */
export interface LostJobs {
  /** Looks at the Blenders of one bus that have work now. Call it every second or so. */
  check(bus: UserMessageBus): void
}

export interface LostJobsPorts {
  readonly presence: Pick<Presence, 'contact'>
  /** Milliseconds that never jump. */
  readonly steady: () => number
  /** How long a Blender may stay away before its jobs count as lost. */
  readonly graceMs: number
}

export function createLostJobs({ presence, steady, graceMs }: LostJobsPorts): LostJobs {
  /** Since when each Blender with work has been seen away. */
  const awaySince = new WeakMap<UserMessageBus, Map<string, number>>()
  return {
    check(bus) {
      const before = awaySince.get(bus)
      const away = new Map<string, number>()
      awaySince.set(bus, away)
      const now = steady()
      for (const uuid of new Set([...bus.jobs.pending()].flatMap(({ targets }) => targets))) {
        const client = bus.get(uuid)
        if (client?.client_type !== 'blender' || presence.contact(client) !== 'away') continue
        const since = before?.get(uuid) ?? now
        away.set(uuid, since)
        if (now - since >= graceMs) bus.failLost(uuid, lostText(uuid, graceMs, true))
      }
    },
  }
}

/** Why a job ended whose Blender did not come back. @param received whether the job had gone out to it */
export function lostText(uuid: string, graceMs: number, received: boolean): string {
  return (
    `"${uuid}" went away and did not come back within ${String(graceMs / 1000)} s: it was closed, crashed, or ` +
    'lost its connection. ' +
    (received
      ? 'It had received the job and may have done part of it: look at the scene before you run it again.'
      : 'It never received the job.')
  )
}
