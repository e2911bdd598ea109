import type { EventEmitter } from 'node:events'
import type { BusEvents } from './bus-events.ts'
import type { JobReports } from './job-reports.ts'
import type { JobTable } from './jobs.ts'
import type { Pause, ProgramName } from './paused-program.ts'

/** Most programs of a bus that are paused one by one. */
const programsMax = 100

/** Who is paused on one bus. `app/pause-file.ts` keeps it over restarts of the server. */
export class Pauses {
  readonly #events: EventEmitter<BusEvents>
  readonly #now: () => number
  readonly #byProgram = new Map<string | null, Pause>()

  /** @param now Unix seconds */
  constructor(events: EventEmitter<BusEvents>, now: () => number) {
    this.#events = events
    this.#now = now
  }

  /** That of all programs first, then the oldest first. */
  list(): Pause[] {
    const all = this.#byProgram.get(null)
    const single = [...this.#byProgram.values()].filter(({ program }) => program !== null)
    return all === undefined ? single : [all, ...single]
  }

  /** What keeps a program from calling tools; null where nothing does. */
  of(program: string): Pause | null {
    return this.#byProgram.get(null) ?? this.#byProgram.get(program) ?? null
  }

  /** Pauses a program, or all with null. One that is paused stays as it was. Null where too many are. */
  add(target: ProgramName | null, by: string): Pause | null {
    const program = target?.program ?? null
    const known = this.#byProgram.get(program)
    if (known !== undefined) return known
    const single = this.list().filter((pause) => pause.program !== null)
    if (program !== null && single.length >= programsMax) return null
    const pause: Pause = { program, name: target?.name ?? '', by, since: this.#now() }
    this.#byProgram.set(program, pause)
    this.#events.emit('paused', pause)
    return pause
  }

  /** Takes back over what an earlier run kept: nobody is told, for nothing happens. */
  restore(pause: Pause): void {
    this.#byProgram.set(pause.program, pause)
  }

  /** Lets a program go on, or with null all that were paused at once; false where there is no such pause. */
  lift(program: string | null, by: string): boolean {
    const pause = this.#byProgram.get(program)
    if (pause === undefined) return false
    this.#byProgram.delete(program)
    this.#events.emit('resumed', pause, by)
    return true
  }
}

/**
 * Stops everything on a bus: no program may begin anything from here on, and all work that has not ended is stopped.
 * Returns how many jobs. Looks go on: they show a person what is there.
 */
export function stopEverything(
  parts: { pauses: Pauses; jobs: JobTable; reports: Pick<JobReports, 'cancel'> },
  by: string,
): number {
  const left = [...parts.jobs.pending()]
  for (const job of left) parts.reports.cancel(job, true)
  // Last, so that who lets go of work that has not begun finds the rest being stopped.
  parts.pauses.add(null, by)
  return left.length
}
