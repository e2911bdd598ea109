import { createStore, type StoreApi } from 'zustand/vanilla'
import type { OpenLink, PanelApi, PanelLink } from './panel-transport.ts'
import type { Timers } from './timers.ts'

/** Silence on a link after which it counts as lost. The server promises a sign every 2 seconds. */
const silenceLimitMs = 8_000
const backoffMs = [500, 1_000, 2_000, 4_000, 8_000] as const

/** Time to wait before the given attempt (1 is the first) at a new link. */
function retryDelayMs(attempt: number): number {
  return backoffMs[Math.min(attempt, backoffMs.length) - 1] ?? backoffMs[0]
}

/**
 * How the panel stands to the main process. Only under `live` may anything on screen pass for the truth of now.
 * `lost` is every state after a first `live`; `attempt` counts from 1, `retrying` is true while one runs.
 */
type ConnectionState =
  | { kind: 'no-key' }
  | { kind: 'bad-key' }
  | { kind: 'connecting'; attempt: number }
  | { kind: 'live' }
  | { kind: 'lost'; attempt: number; retrying: boolean }

/** What the feeds of one link get. `signal` aborts when the link is given up. */
export interface LinkSession {
  api: PanelApi
  signal: AbortSignal
  /** Called at each sign of life. The first makes the connection live. */
  heard: () => void
  /** Called when a feed broke: what is on screen can't be trusted any more. */
  broken: () => void
}

/** What `createConnection` needs. It knows nothing of what the feeds carry. */
export interface ConnectionPorts {
  timers: Timers
  /** Starts the feeds on a fresh link. */
  onLink: (session: LinkSession) => void
}

/** The connection's state machine: opens links, notices their loss, tries again. */
export interface Connection {
  readonly state: StoreApi<ConnectionState>
  /** Starts with this way to open links, giving up any link before. */
  connect: (open: OpenLink) => void
  /** Nothing to connect with: a person has to bring a key. */
  needKey: () => void
  /** Tries at once instead of waiting for the next attempt. */
  retryNow: () => void
  /** The link's procedures while live, null otherwise. */
  api: () => PanelApi | null
  close: () => void
}

export function createConnection({ timers, onLink }: ConnectionPorts): Connection {
  const state = createStore<ConnectionState>(() => ({ kind: 'connecting', attempt: 1 }))
  let open: OpenLink | null = null
  let current: { link: PanelLink | null; abort: AbortController } | null = null
  let cancelTimer = () => {}
  let attempt = 1
  let wasLive = false

  function dropLink() {
    cancelTimer()
    const dropped = current
    current = null
    // First the link: a feed that is told to stop would else send a last word over it.
    dropped?.link?.close()
    dropped?.abort.abort()
  }

  function watchSilence() {
    cancelTimer()
    cancelTimer = timers.after(silenceLimitMs, lost)
  }

  function start() {
    if (open === null) return
    dropLink()
    state.setState(
      wasLive ? { kind: 'lost', attempt, retrying: true } : { kind: 'connecting', attempt },
      true,
    )
    const mine: { link: PanelLink | null; abort: AbortController } = {
      link: null,
      abort: new AbortController(),
    }
    current = mine
    watchSilence()
    void open(mine.abort.signal).then(
      (link) => {
        if (current !== mine) {
          link.close()
          return
        }
        mine.link = link
        use(link, mine)
      },
      () => {
        if (current === mine) lost()
      },
    )
  }

  function use(link: PanelLink, mine: NonNullable<typeof current>) {
    void link.ended.then((end) => {
      if (current !== mine) return
      if (end === 'bad-key') {
        dropLink()
        open = null
        state.setState({ kind: 'bad-key' }, true)
      } else lost()
    })
    onLink({
      api: link.api,
      signal: mine.abort.signal,
      heard() {
        if (current !== mine) return
        watchSilence()
        attempt = 1
        wasLive = true
        if (state.getState().kind !== 'live') state.setState({ kind: 'live' }, true)
      },
      broken() {
        if (current === mine) lost()
      },
    })
  }

  function lost() {
    dropLink()
    if (state.getState().kind !== 'live') attempt += 1
    state.setState(
      wasLive ? { kind: 'lost', attempt, retrying: false } : { kind: 'connecting', attempt },
      true,
    )
    cancelTimer = timers.after(retryDelayMs(attempt), start)
  }

  return {
    state,
    connect(next) {
      open = next
      attempt = 1
      start()
    },
    needKey() {
      open = null
      dropLink()
      state.setState({ kind: 'no-key' }, true)
    },
    retryNow() {
      const { kind } = state.getState()
      if (kind === 'lost' || kind === 'connecting') start()
    },
    api: () => (state.getState().kind === 'live' ? (current?.link?.api ?? null) : null),
    close() {
      open = null
      dropLink()
    },
  }
}
