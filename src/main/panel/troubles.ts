import type { EventEmitter } from 'node:events'
import { keepNewest } from '../../shared/keep-newest.ts'
import type { PanelTrouble, ProgramRef } from '../../shared/troubles.ts'
import { createEvents } from '../base/guarded.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { ProgramName } from '../bus/paused-program.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { sessionOf } from '../mcp/sessions/session-of.ts'

/** From so many failures in a row on, a person is told: by then the program's model has read of it, in vain. */
const namedFrom = 5
/** How long a program is named after it was last in trouble. */
const namedMs = 2 * 60 * 1000
/** Most that are named of all buses; the ones that went longest without trouble are forgotten first. */
const namedMax = 100

/** Programs that a person may want to pause: each sends a call that fails every time, or floods. */
export interface PanelTroubles {
  /** Those of late, the newest first. */
  list(): PanelTrouble[]
  /** Pauses the program; false where it is not named (any more), or too many are paused. */
  pause(program: ProgramRef, by: string): boolean
  /** Names it no more until it is in trouble again; false where it was not named. */
  dismiss(program: ProgramRef): boolean
  readonly events: EventEmitter<{ changed: [userId: string] }>
  close(): void
}

export function createPanelTroubles({
  buses,
  programOf,
  steady,
  clock,
}: {
  buses: BusManager
  programOf: (session: McpSession) => ProgramName
  /** Milliseconds that only ever grow. */
  steady: () => number
  /** Unix milliseconds, for what is shown. */
  clock: () => number
}): PanelTroubles {
  const events: PanelTroubles['events'] = createEvents('programs in trouble')
  const named = new Map<string, { trouble: PanelTrouble; lastMs: number }>()

  const forget = (key: string): boolean => {
    const known = named.get(key)
    named.delete(key)
    if (known !== undefined) events.emit('changed', known.trouble.userId)
    return known !== undefined
  }
  const name = (key: string, trouble: PanelTrouble): void => {
    named.delete(key)
    named.set(key, { trouble, lastMs: steady() })
    keepNewest(named, namedMax)
    events.emit('changed', trouble.userId)
  }

  const unfollow = buses.follow((bus) => {
    const userId = bus.user_id
    bus.events.on('trouble', (handle, trouble) => {
      const session = sessionOf({ session: handle })
      if (session === null) return
      const program = programOf(session)
      const key = keyOf({ userId, program: program.program })
      const known = named.get(key)?.trouble
      const since = { userId, ...program, lastAt: clock() / 1000 }
      if (trouble.kind === 'floods') {
        const count = known?.kind === 'floods' ? known.count + 1 : 1
        name(key, { ...since, kind: 'floods', tool: '', count })
      } else if (trouble.failures >= namedFrom) {
        name(key, { ...since, kind: 'repeats', tool: trouble.tool, count: trouble.failures })
      } else if (trouble.failures === 0 && known?.kind === 'repeats' && known.tool === trouble.tool) {
        forget(key)
      }
    })
    bus.events.on('paused', ({ program }) => {
      for (const [key, { trouble }] of named) {
        if (trouble.userId === userId && (program === null || program === trouble.program)) forget(key)
      }
    })
  })
  const isRecent = ({ lastMs }: { lastMs: number }): boolean => steady() - lastMs < namedMs

  return {
    events,
    list: () =>
      [...named.values()]
        .filter(isRecent)
        .map(({ trouble }) => trouble)
        .reverse(),
    pause(ref, by) {
      const known = named.get(keyOf(ref))
      const bus = [...buses.buses()].find((each) => each.user_id === ref.userId)
      if (known === undefined || bus === undefined) return false
      const { program, name: called } = known.trouble
      return bus.pauses.add({ program, name: called }, by) !== null
    },
    dismiss: (ref) => forget(keyOf(ref)),
    close: unfollow,
  }
}

function keyOf({ userId, program }: ProgramRef): string {
  return JSON.stringify([userId, program])
}
