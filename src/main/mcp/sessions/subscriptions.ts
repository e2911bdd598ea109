import { after, attempt } from '../../base/guarded.ts'
import { MemoryLedger, type MemoryHold } from '../../base/ledger.ts'
import { keptBytes } from '../../base/raw-json.ts'
import type { ClientInfo } from '../../bus/client-info.ts'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { McpSession } from '../http/session.ts'
import { clientsUri, jobOutputUri, jobUri, statsUri } from '../calls/resource-uris.ts'

/** Least time between two notices of the same resource to a session. */
const noticeIntervalMs = 100
/** Most addresses one session may subscribe to. */
const subscriptionsPerSession = 256
/** The longest address: a uuid or job id of 200 characters, with each of them in percent-encoding, fits. */
const addressLength = 2048
/** Bytes for what stands around an address in the tables. */
const placeBytes = 256

export interface Subscriptions {
  /** Null where the session is subscribed now; else why it is not and what to do, as a sentence for its program. */
  add(session: McpSession, uri: string): string | null
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
  /** What each user pays for. Default: one without a bound. */
  memory?: MemoryLedger
}): Subscriptions {
  const { memory = new MemoryLedger(Infinity) } = ports
  const bySession = new Map<McpSession, Map<string, MemoryHold>>()
  const changed = new Map<UserMessageBus, Set<string>>()
  let timer: NodeJS.Timeout | null = null

  const flush = (): void => {
    timer = null
    const due = new Map(changed)
    changed.clear()
    for (const [session, uris] of bySession) {
      const news = due.get(ports.busOf(session))
      if (news === undefined) continue
      for (const uri of uris.keys()) {
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
      const uris = bySession.get(session) ?? new Map<string, MemoryHold>()
      // Of a session that ended while it asked nothing would be forgotten again.
      if (uris.has(uri) || session.ended) return null
      if (uri.length > addressLength) {
        return `The address has ${String(uri.length)} characters; at most ${String(addressLength)} are allowed.`
      }
      if (uris.size >= subscriptionsPerSession) {
        return `A session may subscribe to ${String(subscriptionsPerSession)} resources. Unsubscribe from one first.`
      }
      const account = memory.of(session.caller.user_id)
      const bytes = keptBytes(uri) + placeBytes
      const hold = account.take('subscriptions', bytes)
      if (hold === null) {
        return `${account.whatIsFull(bytes)} You were not subscribed. Let the messages that wait be read, or unsubscribe from something.`
      }
      bySession.set(session, uris.set(uri, hold))
      return null
    },
    remove(session, uri) {
      const uris = bySession.get(session)
      uris?.get(uri)?.release()
      uris?.delete(uri)
      if (uris?.size === 0) bySession.delete(session)
    },
    removeSession(session) {
      for (const hold of bySession.get(session)?.values() ?? []) hold.release()
      bySession.delete(session)
    },
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
      for (const uris of bySession.values()) for (const hold of uris.values()) hold.release()
      bySession.clear()
      changed.clear()
    },
  }
}
