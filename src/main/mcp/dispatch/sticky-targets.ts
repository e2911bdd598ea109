import type { EventEmitter } from 'node:events'
import { createEvents } from '../../base/guarded.ts'
import type { McpSession } from '../http/session.ts'

/** The target a session chose for all of its calls that name none; it is forgotten with the session. */
export interface StickyTargets {
  /** A uuid, `group:<id>`, `any` or `any:<capability>`; null where the session chose none. */
  of(session: McpSession): string | null
  set(session: McpSession, target: string | null): void
  readonly events: EventEmitter<{ changed: [session: McpSession] }>
}

export function createStickyTargets(): StickyTargets {
  const targets = new WeakMap<McpSession, string>()
  const events = createEvents<{ changed: [session: McpSession] }>('sticky targets')
  return {
    events,
    of: (session) => targets.get(session) ?? null,
    set(session, target) {
      if (target === null) targets.delete(session)
      else targets.set(session, target)
      events.emit('changed', session)
    },
  }
}
