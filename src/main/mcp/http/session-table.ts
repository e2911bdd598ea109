import type { EventEmitter } from 'node:events'
import { after, attempt } from '../../base/guarded.ts'
import type { Caller } from '../../access/caller.ts'
import type { Log } from '../../base/log.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import type { ExchangeHost } from './exchange.ts'
import type { Limit, McpHttpLimits } from './limits.ts'
import type { Refusal } from './refusal.ts'
import { shareOf } from '../../base/share.ts'
import type { ResumeStore } from './resume-store.ts'
import { LiveSession, pingIdPrefix, type SessionHost } from './live-session.ts'
import type { McpSessionEvents, SessionEndCause } from './session.ts'
import { messageFrame } from './sse-stream.ts'
import type { SentBudget } from './sent-events.ts'
import { sessionTag } from './session-tag.ts'
import type { UnreadAnswers } from './unread-answers.ts'

export interface SessionTablePorts {
  clock(): number
  readonly limits: McpHttpLimits
  readonly events: EventEmitter<McpSessionEvents>
  readonly resume: ResumeStore<ExchangeHost>
  readonly unread: UnreadAnswers
  memoryOf(userId: string): PassingMemory
  readonly log: Log
}

export interface SessionTable {
  /**
   * A session that is still to be initialized; or which bound was met where all places, or all of this token's or this
   * user's, are taken by sessions in use. Nobody loses a session to a user who has as many.
   */
  create(
    id: string,
    caller: Caller,
    remoteAddress: string,
  ): LiveSession | 'sessions' | 'sessions_per_token' | 'sessions_per_user'
  /** Whether this user may open one more stream; which bound was met where not. */
  streamRefusal(userId: string): 'streams' | 'streams_per_user' | null
  get(id: string): LiveSession | undefined
  all(): Iterable<LiveSession>
  openStreams(): number
  /** How near its bounds it is: for those of a session or a token the busiest one. */
  usage(): Limit[]
  /** `answer` is what its open requests get; default: that there is no such session. */
  end(session: LiveSession, cause: SessionEndCause, answer?: Refusal): void
  /** Keepalive comments, and the end of idle sessions. */
  tick(): void
  ping(): void
  /** Ends all sessions; resolves when what was written to them has gone out, or the grace is over. */
  close(): Promise<void>
}

/** All sessions of an endpoint, bounded in number, from initialize until they end. */
export function createSessionTable(ports: SessionTablePorts): SessionTable {
  const { limits, events, log } = ports
  const open = new Map<string, LiveSession>()
  /** Their clients do not know their ids yet. */
  const opening = new Set<LiveSession>()
  /** By user: what one user's clients leave unconfirmed pushes out nothing of another's. */
  const sentBudgets = new Map<string, SentBudget>()
  let pings = 0

  const host: SessionHost = {
    limits,
    events,
    resume: ports.resume,
    sentBudgetOf: (userId) => {
      const budget = sentBudgets.get(userId) ?? { held: 0 }
      sentBudgets.set(userId, budget)
      return budget
    },
    unread: ports.unread,
    memoryOf: (userId) => ports.memoryOf(userId),
    log,
    clock: () => ports.clock(),
    opened(session) {
      opening.delete(session)
      open.set(session.id, session)
      events.emit('opened', session)
    },
    ended: (session) => end(session, 'ended'),
  }

  function end(session: LiveSession, cause: SessionEndCause, answer?: Refusal): void {
    const wasOpen = open.delete(session.id)
    opening.delete(session)
    session.end(answer)
    // Nobody knows of one that was never opened, and nothing was written to it.
    if (!wasOpen) return
    log.info({ session: sessionTag(session.id), cause }, 'a session has ended')
    events.emit('closed', session, cause)
    // What no listener wanted back is given up, so that it counts no longer.
    session.takeBack('unconfirmed')
  }

  /** Ends the session that is missed least: no stream, nothing in flight, never finished its handshake, longest idle. */
  function evictOne(mayGo: (session: LiveSession) => boolean): boolean {
    let victim: LiveSession | null = null
    for (const session of open.values()) {
      if (!session.idleSince(Infinity) || !mayGo(session)) continue
      if (victim === null || isMissedLess(session, victim)) victim = session
    }
    if (victim === null) return false
    end(victim, 'evicted')
    return true
  }

  const isOf =
    (userId: string) =>
    ({ caller }: LiveSession): boolean =>
      caller.user_id === userId
  const openStreams = (): number => count(open.values(), ({ streamOpen }) => streamOpen)

  return {
    create(id, caller, remoteAddress) {
      const isOfToken = (session: LiveSession): boolean => isSameToken(session.caller, caller)
      const isOfUser = isOf(caller.user_id)
      const held = (isMeant: typeof isOfUser): number =>
        count(open.values(), isMeant) + count(opening, isMeant)
      if (held(isOfToken) >= limits.maxSessionsPerToken && !evictOne(isOfToken)) return 'sessions_per_token'
      if (held(isOfUser) >= shareOf(limits.maxSessions) && !evictOne(isOfUser)) return 'sessions_per_user'
      if (open.size + opening.size >= limits.maxSessions && !evictOne(isOfUser)) {
        const counts = perUser(open.values())
        const own = held(isOfUser)
        // Who would have fewer than the one who asks has then is left alone.
        if (!evictOne((session) => (counts.get(session.caller.user_id) ?? 0) > own + 1)) return 'sessions'
      }
      const session = new LiveSession(host, id, caller, remoteAddress)
      opening.add(session)
      return session
    },
    get: (id) => open.get(id),
    all: () => open.values(),
    openStreams,
    streamRefusal(userId) {
      const isOfUser = isOf(userId)
      const own = count(open.values(), (session) => session.streamOpen && isOfUser(session))
      if (own >= shareOf(limits.maxStreams)) return 'streams_per_user'
      return openStreams() >= limits.maxStreams ? 'streams' : null
    },
    usage() {
      const perToken = new Map<string, number>()
      let inFlight = 0
      let requests = 0
      for (const session of open.values()) {
        const token = `${session.caller.user_id}\n${session.caller.token_id}`
        perToken.set(token, (perToken.get(token) ?? 0) + 1)
        inFlight = Math.max(inFlight, session.requestsInFlight)
        requests = Math.max(requests, session.rate.current)
      }
      const ofToken = Math.max(0, ...perToken.values())
      const ofUser = Math.max(0, ...perUser(open.values()).values())
      const streamsOfUser = Math.max(
        0,
        ...perUser([...open.values()].filter(({ streamOpen }) => streamOpen)).values(),
      )
      return [
        { name: 'sessions', used: open.size, max: limits.maxSessions },
        { name: 'sessions_per_token', used: ofToken, max: limits.maxSessionsPerToken },
        { name: 'sessions_per_user', used: ofUser, max: shareOf(limits.maxSessions) },
        { name: 'streams', used: openStreams(), max: limits.maxStreams },
        { name: 'streams_per_user', used: streamsOfUser, max: shareOf(limits.maxStreams) },
        { name: 'requests_in_flight', used: inFlight, max: limits.maxInFlightPerSession },
        { name: 'requests_per_second', used: requests, max: limits.maxRequestsPerSecond },
      ]
    },
    end,
    tick() {
      const idleBeforeMs = ports.clock() - limits.idleSessionMs
      for (const session of open.values()) {
        attempt('keepalive of a session', () => {
          if (session.idleSince(idleBeforeMs)) end(session, 'idle')
          else session.tick()
        })
      }
    },
    ping() {
      pings += 1
      const id = `${pingIdPrefix}${pings}`
      const frame = messageFrame(`{"jsonrpc":"2.0","id":"${id}","method":"ping"}`)
      for (const session of open.values()) attempt('ping', () => session.ping(id, frame))
    },
    async close() {
      const sessions = [...opening, ...open.values()]
      const flushed = Promise.all(sessions.map((session) => session.flushed()))
      for (const session of sessions) attempt('end of a session', () => end(session, 'shutdown'))
      await Promise.race([flushed, pause(limits.closeGraceMs)])
    },
  }
}

export function isSameToken(one: Caller, other: Caller): boolean {
  return one.user_id === other.user_id && one.token_id === other.token_id
}

function perUser(sessions: Iterable<LiveSession>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { caller } of sessions) counts.set(caller.user_id, (counts.get(caller.user_id) ?? 0) + 1)
  return counts
}

function count(sessions: Iterable<LiveSession>, isMeant: (session: LiveSession) => boolean): number {
  let found = 0
  for (const session of sessions) if (isMeant(session)) found += 1
  return found
}

function isMissedLess(session: LiveSession, other: LiveSession): boolean {
  if (session.initialized !== other.initialized) return !session.initialized
  return session.lastRequestAtMs < other.lastRequestAtMs
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => after('close of all sessions', ms, resolve).unref())
}
