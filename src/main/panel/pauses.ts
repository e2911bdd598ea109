import type { EventEmitter } from 'node:events'
import type { ClientRef } from '../../shared/clients.ts'
import type { PanelPause } from '../../shared/pauses.ts'
import { createEvents } from '../base/guarded.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ProgramName } from '../bus/paused-program.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'

/** What a person at a panel, or at the command line, stops and lets go on. */
export interface PanelPauses {
  list(): PanelPause[]
  /** Stops everything on one bus, or on all with null; how many jobs were told to stop. */
  stopAll(userId: string | null, by: string): number
  /** Pauses the program of a client; false where it has no session now, or too many programs are paused. */
  pause(client: ClientRef, by: string): boolean
  /** `program` null: what `stopAll` paused. */
  resume(userId: string, program: string | null, by: string): boolean
  /** Lets all programs of all buses go on that `stopAll` paused; how many buses. */
  resumeAll(by: string): number
  readonly events: EventEmitter<{ changed: [userId: string] }>
  close(): void
}

export function createPanelPauses({
  buses,
  programOf,
}: {
  buses: BusManager
  programOf: (session: McpSession) => ProgramName
}): PanelPauses {
  const events: PanelPauses['events'] = createEvents('pauses')
  const unfollow = buses.follow((bus) => {
    bus.events.on('paused', () => events.emit('changed', bus.user_id))
    bus.events.on('resumed', () => events.emit('changed', bus.user_id))
  })
  // Never makes a bus: a name that nobody has is nobody's.
  const named = (userId: string | null) =>
    [...buses.buses()].filter((bus) => userId === null || bus.user_id === userId)
  return {
    events,
    list: () =>
      named(null).flatMap((bus) => bus.pauses.list().map((pause) => ({ userId: bus.user_id, ...pause }))),
    stopAll: (userId, by) => named(userId).reduce((jobs, bus) => jobs + bus.stopEverything(by), 0),
    pause({ userId, uuid }, by) {
      const [bus] = named(userId)
      const client = bus?.get(uuid)
      const session = client === undefined ? null : sessionOf(client)
      return bus !== undefined && session !== null && bus.pauses.add(programOf(session), by) !== null
    },
    resume: (userId, program, by) => named(userId)[0]?.pauses.lift(program, by) ?? false,
    resumeAll: (by) => named(null).filter((bus) => bus.pauses.lift(null, by)).length,
    close: unfollow,
  }
}
