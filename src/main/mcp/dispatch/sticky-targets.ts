import type { EventEmitter } from 'node:events'
import { keepNewest } from '../../../shared/keep-newest.ts'
import { createEvents } from '../../base/guarded.ts'
import { shareOf } from '../../base/share.ts'
import type { McpSession } from '../http/session.ts'

/** Most programs whose targets are kept, of which those of one user get half; of that user's the ones that used theirs longest ago are forgotten first. */
export const keptTargetsMax = 1000

/** What a program with its token chose last. */
export interface KeptTarget {
  /** Whose it is: the user, the program and its token (`programOf`). */
  readonly user: string
  readonly program: string
  /** A uuid, `group:<id>`, `any` or `any:<capability>`. */
  readonly target: string
  /** Several sessions of the program were open at once since then: which of them comes back can't be told. */
  readonly shared: boolean
}

/**
 * The target a session chose for all of its calls that name none. It outlasts the session and the server: the next
 * session of the same program and token takes it over, unless several were open at once since it was chosen. Those
 * can't be told apart, so each later one is told of it (`takeEarlier`) and has to choose.
 */
export interface StickyTargets {
  /** A uuid, `group:<id>`, `any` or `any:<capability>`; null where the session has none. */
  of(session: McpSession): string | null
  set(session: McpSession, target: string | null): void
  /** The earlier target of its program that a session must not simply go on with; once, null from then on. */
  takeEarlier(session: McpSession): string | null
  /** These three follow the sessions: one has opened, has sent something, has ended. */
  opened(session: McpSession): void
  heard(session: McpSession): void
  closed(session: McpSession): void
  /** What is to be kept, the one used longest ago first. */
  kept(): KeptTarget[]
  readonly events: EventEmitter<{ changed: [session: McpSession]; kept: [] }>
}

export function createStickyTargets(ports: {
  /** The program of a session, with its token (`programOf`). */
  programOf: (session: McpSession) => string
  /** What an earlier run kept. */
  kept?: readonly KeptTarget[]
}): StickyTargets {
  const targets = new WeakMap<McpSession, string>()
  /** Sessions that opened after their program's target was chosen, and have none of their own yet. */
  const successors = new WeakSet<McpSession>()
  const open = new Map<string, Set<McpSession>>()
  const kept = new Map<string, KeptTarget>()
  const events = createEvents<{ changed: [session: McpSession]; kept: [] }>('sticky targets')
  const nameOf = (session: McpSession) => ({
    user: session.caller.user_id,
    program: ports.programOf(session),
  })
  const keyOf = ({ user, program }: Pick<KeptTarget, 'user' | 'program'>): string =>
    JSON.stringify([user, program])
  const keep = (entry: KeptTarget): void => {
    const key = keyOf(entry)
    kept.delete(key)
    kept.set(key, entry)
    const own = [...kept].filter(([, { user }]) => user === entry.user)
    if (own.length > shareOf(keptTargetsMax)) kept.delete(own[0]?.[0] ?? key)
    keepNewest(kept, keptTargetsMax)
  }
  for (const entry of ports.kept ?? []) keep(entry)

  /**
   * Whether another session of the program is there too. One that lost its stream may be of a program that was
   * ended without a word: it counts when it sent something while this one was open.
   */
  const hasCompany = (session: McpSession): boolean =>
    [...(open.get(keyOf(nameOf(session))) ?? [])].some(
      (other) =>
        other !== session &&
        !other.ended &&
        (other.streamOpen || other.lastRequestAtMs > session.createdAtMs),
    )
  const tell = (session: McpSession): void => {
    events.emit('changed', session)
    events.emit('kept')
  }

  return {
    events,
    of: (session) => targets.get(session) ?? null,
    set(session, target) {
      const name = nameOf(session)
      const shared = hasCompany(session)
      successors.delete(session)
      if (target !== null) {
        targets.set(session, target)
        keep({ ...name, target, shared })
      } else {
        targets.delete(session)
        const entry = kept.get(keyOf(name))
        // What another window chose is not this one's to forget.
        if (shared && entry !== undefined) keep({ ...entry, shared })
        else kept.delete(keyOf(name))
      }
      tell(session)
    },
    takeEarlier(session) {
      if (!successors.delete(session)) return null
      return kept.get(keyOf(nameOf(session)))?.target ?? null
    },
    opened(session) {
      const key = keyOf(nameOf(session))
      open.set(key, (open.get(key) ?? new Set()).add(session))
      if (kept.has(key)) successors.add(session)
    },
    heard(session) {
      const key = keyOf(nameOf(session))
      const entry = kept.get(key)
      if (entry === undefined || entry.shared || open.get(key)?.has(session) !== true) return
      if (hasCompany(session)) {
        keep({ ...entry, shared: true })
        events.emit('kept')
      } else if (successors.delete(session)) {
        targets.set(session, entry.target)
        keep(entry)
        tell(session)
      }
    },
    closed(session) {
      const key = keyOf(nameOf(session))
      const sessions = open.get(key)
      sessions?.delete(session)
      if (sessions?.size === 0) open.delete(key)
    },
    kept: () => [...kept.values()],
  }
}
