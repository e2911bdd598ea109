import { after, attempt } from '../../base/guarded.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { McpSession } from '../http/session.ts'
import { clientsUri, jobOutputUri, jobUri, statsUri } from '../calls/resource-uris.ts'

/** Least time between two notices of the same resource to a session. */
const noticeIntervalMs = 100
/** Most addresses one session may subscribe to. */
export const subscriptionsPerSession = 256

export interface Subscriptions {
  /** False where the session has `subscriptionsPerSession` already. */
  add(session: McpSession, uri: string): boolean
  remove(session: McpSession, uri: string): void
  /** Forgets everything of a session that ended. */
  removeSession(session: McpSession): void
  /** From now on watches this bus for changes of its resources. */
  attach(bus: UserMessageBus): void
  close(): void
}

/**
 * Who subscribed to which resource, and notices of change, at most ten a second for each resource. A sign of
 * life alone (`last_seen`) is no change: it would wake every subscriber for nothing.
 */
export function createSubscriptions(ports: {
  notify: (session: McpSession, uri: string) => void
  busOf: (session: McpSession) => UserMessageBus
}): Subscriptions {
  const bySession = new Map<McpSession, Set<string>>()
  const changed = new Map<UserMessageBus, Set<string>>()
  let timer: NodeJS.Timeout | null = null

  const flush = (): void => {
    timer = null
    const due = new Map(changed)
    changed.clear()
    for (const [session, uris] of bySession) {
      const news = due.get(ports.busOf(session))
      if (news === undefined) continue
      for (const uri of uris) {
        if (news.has(uri)) attempt('notice of a resource', () => ports.notify(session, uri))
      }
    }
  }

  const mark = (bus: UserMessageBus, uris: string[]): void => {
    if (bySession.size === 0) return
    const news = changed.get(bus) ?? new Set<string>()
    for (const uri of uris) news.add(uri)
    changed.set(bus, news)
    timer ??= after('notices of resources', noticeIntervalMs, flush)
  }

  return {
    add(session, uri) {
      const uris = bySession.get(session) ?? new Set<string>()
      if (uris.size >= subscriptionsPerSession && !uris.has(uri)) return false
      bySession.set(session, uris.add(uri))
      return true
    },
    remove(session, uri) {
      const uris = bySession.get(session)
      uris?.delete(uri)
      if (uris?.size === 0) bySession.delete(session)
    },
    removeSession: (session) => void bySession.delete(session),
    attach(bus) {
      const onClient = ({ client }: { client: ClientInfo }): void =>
        mark(bus, [
          clientsUri,
          statsUri,
          `blender://clients/${encodeURIComponent(client.uuid.toWellFormed())}`,
        ])
      bus.events.on('registered', onClient)
      bus.events.on('unregistered', onClient)
      bus.events.on('job', ({ job_id }) => mark(bus, [statsUri, jobUri(job_id), jobOutputUri(job_id)]))
    },
    close() {
      if (timer !== null) clearTimeout(timer)
      bySession.clear()
      changed.clear()
    },
  }
}
