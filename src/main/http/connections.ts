import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { attempt, every, guarded } from '../base/guarded.ts'
import type { Log } from '../base/log.ts'
import { shareOf } from '../base/share.ts'

/** Connections that nobody has authenticated on yet, all together: also a farm that starts at once is among them. */
const defaultMaxStrangers = 1024
/** How long one of these may go without a request, from when it was accepted or its last request was answered. */
const defaultStrangerIdleMs = 10_000
/** How long its request may take, its answer included: a panel's largest file over a slow line. */
const defaultStrangerBusyMs = 60_000
const lookMs = 1000

export interface ConnectionLimits {
  readonly maxStrangers: number
  readonly strangerIdleMs: number
  readonly strangerBusyMs: number
  /** Connections on which a user's token, or the panel key, was presented. */
  readonly maxKnown: number
}

/** The bound that stands against one more connection of a user. */
export interface ConnectionRefusal {
  readonly limit: 'connections' | 'connections_per_user'
  readonly max: number
}

/** Who has which connections of a server. */
export interface Connections {
  /**
   * Notes that who sent this request proved to be this user. Null, or what stands against it: then the connection has
   * to be refused. What makes room first is the oldest connection of the same user that waits for nothing.
   */
  belongsTo(request: Pick<IncomingMessage, 'socket'>, userId: string): ConnectionRefusal | null
  usage(): { name: string; used: number; max: number }[]
  close(): void
}

/** One accepted connection. A map of them is in the order of `sinceMs`. */
interface Place {
  readonly socket: Socket
  /** Null for a stranger. */
  userId: string | null
  /** Its requests that are not answered. */
  readonly open: Set<ServerResponse>
  upgraded: boolean
  /** When it was accepted, or its last request came or was answered. */
  sinceMs: number
}

/**
 * Bounds the connections of a server, so that nobody shuts others out. Those on which nobody has authenticated share a
 * small pool with short times; the oldest that is idle makes room for the next one. A user's count for that user, who
 * gets half of all. Knows neither tokens nor routes.
 */
export function boundConnections(
  server: Server,
  ports: { clock: () => number; log: Log; maxKnown: number; limits?: Partial<ConnectionLimits> },
): Connections {
  const { clock, log } = ports
  const limits: ConnectionLimits = {
    maxStrangers: defaultMaxStrangers,
    strangerIdleMs: defaultStrangerIdleMs,
    strangerBusyMs: defaultStrangerBusyMs,
    maxKnown: ports.maxKnown,
    ...ports.limits,
  }
  const maxPerUser = shareOf(limits.maxKnown)
  const byKey = new Map<string, Place>()
  const strangers = new Map<string, Place>()
  const users = new Map<string, Map<string, Place>>()
  let known = 0

  const poolOf = ({ userId }: Place): Map<string, Place> =>
    (userId === null ? strangers : users.get(userId)) ?? new Map<string, Place>()
  const find = (socket: PeerEnd): [key: string, place: Place] | null => {
    const key = keyOf(socket)
    const place = byKey.get(key)
    return place === undefined ? null : [key, place]
  }

  const remove = (key: string, place: Place): void => {
    if (byKey.get(key) !== place) return
    byKey.delete(key)
    poolOf(place).delete(key)
    if (place.userId === null) return
    known -= 1
    if (users.get(place.userId)?.size === 0) users.delete(place.userId)
  }
  const drop = (key: string, place: Place): void => {
    remove(key, place)
    place.socket.destroy()
  }
  /** Closes the oldest that is idle; false where there is none. */
  const dropIdle = (pool: ReadonlyMap<string, Place>): boolean => {
    for (const [key, place] of pool) {
      if (isBusy(place)) continue
      drop(key, place)
      return true
    }
    return false
  }
  const dropOldest = (pool: ReadonlyMap<string, Place>): void => {
    for (const [key, place] of pool) {
      drop(key, place)
      return
    }
  }
  /** From now on it counts as the youngest. */
  const refresh = (key: string, place: Place): void => {
    place.sinceMs = clock()
    const pool = poolOf(place)
    if (pool.delete(key)) pool.set(key, place)
  }
  /** Closes one of who has the most, and would still have as many as who asks; false where there is none. */
  const dropOfLarger = (own: number): boolean =>
    [...users.values()]
      .filter(({ size }) => size > own + 1)
      .sort((one, other) => other.size - one.size)
      .some(dropIdle)

  server.on(
    'connection',
    guarded('a new connection', (socket: Socket) => {
      const key = keyOf(socket)
      const place: Place = { socket, userId: null, open: new Set(), upgraded: false, sinceMs: clock() }
      // Before the new one is among them: it is idle, too.
      if (strangers.size >= limits.maxStrangers) {
        if (!dropIdle(strangers)) dropOldest(strangers)
        log.debug({}, 'a connection that nobody has authenticated on made room for a newer one')
      }
      socket.once('close', () => remove(key, place))
      byKey.set(key, place)
      strangers.set(key, place)
    }),
  )
  server.prependListener(
    'request',
    guarded('a request on a connection', (request: IncomingMessage, response: ServerResponse) => {
      const found = find(request.socket)
      if (found === null) return
      const [key, place] = found
      place.open.add(response)
      refresh(key, place)
      if (place.userId === null && response.shouldKeepAlive) {
        response.setHeader('Keep-Alive', `timeout=${String(Math.floor(limits.strangerIdleMs / 1000))}`)
      }
      response.once('close', () => {
        place.open.delete(response)
        refresh(key, place)
      })
    }),
  )
  server.prependListener(
    'upgrade',
    guarded('an upgraded connection', (request: IncomingMessage) => {
      const found = find(request.socket)
      if (found !== null) found[1].upgraded = true
    }),
  )
  const look = every('look at connections', lookMs, () => {
    const nowMs = clock()
    for (const [key, place] of strangers) {
      const limitMs = isBusy(place) ? limits.strangerBusyMs : limits.strangerIdleMs
      if (nowMs - place.sinceMs >= limitMs) attempt('end of a connection', () => drop(key, place))
    }
  }).unref()
  // Beyond it the system would hand over connections that can't be counted as anybody's.
  server.maxConnections = limits.maxStrangers + limits.maxKnown + 1

  return {
    belongsTo({ socket }, userId) {
      const found = find(socket)
      if (found === null || found[1].userId === userId) return null
      const [key, place] = found
      const own = users.get(userId) ?? new Map<string, Place>()
      if (own.size >= maxPerUser && !dropIdle(own)) return { limit: 'connections_per_user', max: maxPerUser }
      if (known >= limits.maxKnown && !dropIdle(own) && !dropOfLarger(own.size)) {
        return { limit: 'connections', max: limits.maxKnown }
      }
      remove(key, place)
      place.userId = userId
      byKey.set(key, place)
      users.set(userId, own.set(key, place))
      known += 1
      for (const response of place.open) if (!response.headersSent) response.removeHeader('Keep-Alive')
      return null
    },
    usage: () => [
      { name: 'connections', used: known, max: limits.maxKnown },
      {
        name: 'connections_per_user',
        used: Math.max(0, ...[...users.values()].map(({ size }) => size)),
        max: maxPerUser,
      },
      { name: 'connections_without_token', used: strangers.size, max: limits.maxStrangers },
    ],
    close: () => clearInterval(look),
  }
}

/** What tells one connection from another. */
interface PeerEnd {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

function isBusy({ open, upgraded }: Place): boolean {
  return open.size > 0 || upgraded
}

/**
 * The peer's end of a connection. Over TLS, requests come over another socket object than the one that was accepted; both
 * have this in common.
 */
function keyOf({ remoteAddress = '', remotePort = 0 }: PeerEnd): string {
  return `${remoteAddress} ${String(remotePort)}`
}
