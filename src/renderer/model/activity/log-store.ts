import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  logPageMax,
  type LogDetail,
  type LogEntry,
  type LogEvent,
  type LogFilter,
  type LogPage,
} from '../../../shared/activity.ts'
import { clientKey } from '../../../shared/clients.ts'
import type { ActivityLogState } from '../../../shared/status.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { WhileLive } from '../../connection/while-live.ts'
import { appended, settled, windowMax } from './log-window.ts'

/** A search goes on by itself until it has found so many, or until the log is at its end. */
const enough = 60
/** Names remembered of clients that may have left. */
const namesMax = 5000

export interface LogState {
  filter: LogFilter
  /** `loading`: what is shown, if anything, is not yet what the filter finds. */
  phase: 'loading' | 'ready' | 'failed'
  /** Oldest first, without a gap in what the filter finds; at most 2,000. */
  entries: readonly LogEntry[]
  /** Where to look on for older entries, null where the log begins; and the time there. */
  olderFrom: number | null
  olderAt: number | null
  /** The newest that there is stands at the end of `entries`. */
  atTail: boolean
  /** The newest is kept in sight. */
  following: boolean
  /** What came while it was not. */
  unseen: number
  busy: 'older' | 'newer' | null
  history: ActivityLogState
  /** What clients were last called, by `clientKey`. */
  names: ReadonlyMap<string, string>
  /** The entry that is open, and what it leaves out: undefined while that is on its way, null where it is not kept. */
  open: LogEntry | null
  detail: LogDetail | null | undefined
  /** The entry to bring into sight, once; `at` is the moment that was asked for. */
  target: { id: number | null; at: number } | null
}

export interface LogPorts {
  whileLive: WhileLive
  /** Follows the watch of a filter; ends when `signal` aborts, rejects when the watch breaks. */
  follow: (
    api: PanelApi,
    filter: LogFilter,
    signal: AbortSignal,
    take: (event: LogEvent) => void,
  ) => Promise<unknown>
  /** What a client of the list is called, undefined where it is not there or has no label. */
  labelOf: (key: string) => string | undefined
}

/** The log as one list shows it: a window of entries that follows the newest or stands still, and moves where it is scrolled. */
export interface Log {
  readonly state: StoreApi<LogState>
  /** Begins to follow the log, as long as a list shows it; answers the end of it. */
  start: () => () => void
  /** Lays a change over the filter; a part that is undefined is let go. */
  setFilter: (change: { [Part in keyof LogFilter]?: LogFilter[Part] | undefined }) => void
  /** Lets go of everything that the person filtered by. */
  clearFilter: () => void
  loadOlder: () => Promise<void>
  loadNewer: () => Promise<void>
  /** Stands still and shows what happened around a moment (Unix seconds). */
  jumpTo: (at: number) => Promise<void>
  /** Opens an entry by its id, and shows what is around it. */
  reveal: (id: number) => Promise<void>
  pause: () => void
  resume: () => void
  retry: () => void
  targetReached: () => void
  openEntry: (entry: LogEntry) => void
  closeEntry: () => void
}

const nothingYet: ActivityLogState = { state: 'on', reason: '' }

/** @param fixed a part of the filter that always holds */
export function createLog(ports: LogPorts, fixed: LogFilter = {}): Log {
  const state = createStore<LogState>(() => ({
    filter: fixed,
    phase: 'loading',
    entries: [],
    olderFrom: null,
    olderAt: null,
    atTail: true,
    following: true,
    unseen: 0,
    busy: null,
    history: nothingYet,
    names: new Map(),
    open: null,
    detail: undefined,
    target: null,
  }))
  /** The link and the filter that are in force; everything that was begun under others is given up. */
  let run: { api: PanelApi; signal: AbortSignal } | null = null
  let restart = () => {}
  let pending: LogEntry[] = []

  function begin(api: PanelApi, link: AbortSignal) {
    const abort = new AbortController()
    const signal = AbortSignal.any([link, abort.signal])
    const mine = { api, signal }
    run = mine
    restart = () => {
      abort.abort()
      if (!link.aborted) begin(api, link)
    }
    state.setState({ phase: 'loading', busy: null })
    void ports
      .follow(api, state.getState().filter, signal, (event) => {
        if (run === mine && !signal.aborted) take(event)
      })
      .then(
        () => undefined,
        () => {
          if (run === mine && !signal.aborted) state.setState({ phase: 'failed' })
        },
      )
  }

  function take(event: LogEvent) {
    if (event.type === 'page') takePage(event.page)
    else takeNews(event.entries, event.missed, event.outcomes)
  }

  function takePage(page: LogPage) {
    const { following, entries } = state.getState()
    const fresh = page.entries.toReversed()
    const kept = entries.filter(({ id }) => id > 0)
    const last = kept.at(-1)?.id ?? 0
    // A log that begins anew, or nothing that can be asked for again: what stands there can't be gone on with.
    const isAnother = entries.length > 0 && (kept.length === 0 || (fresh.at(-1)?.id ?? 0) < last)
    noteNames(fresh, page.names)
    if (following || isAnother) {
      replaceBy(page, { following })
      return
    }
    // Who reads on somewhere else goes on reading; the newest is a scroll away.
    const atTail = (fresh.at(-1)?.id ?? 0) === last
    state.setState({ phase: 'ready', entries: kept, atTail, history: page.history })
  }

  /** Shows the newest page and nothing else. */
  function replaceBy(page: LogPage, change: Partial<LogState>) {
    pending = []
    state.setState({
      phase: 'ready',
      entries: page.entries.toReversed(),
      olderFrom: page.next,
      olderAt: page.nextAt,
      atTail: true,
      unseen: 0,
      busy: null,
      history: page.history,
      ...change,
    })
    if (page.entries.length < enough && page.next !== null) void loadOlder()
  }

  function takeNews(news: readonly LogEntry[], missed: number, outcomes: Parameters<typeof settled>[1]) {
    noteNames(news, {})
    const { entries: before, following, atTail, unseen, busy } = state.getState()
    const entries = settled(before, outcomes)
    const open = state.getState().open
    if (open !== null) state.setState({ open: settled([open], outcomes)[0] ?? open })
    if (!atTail) {
      // The way to the newest is being asked for: what comes meanwhile may not be in the answer.
      if (busy === 'newer') pending = [...pending, ...news].slice(-logPageMax)
      state.setState({ entries, unseen: unseen + news.length + missed })
      return
    }
    if (missed > 0) {
      if (!following) {
        state.setState({ entries, atTail: false, unseen: unseen + news.length + missed })
        return
      }
      const first = news.find(({ id }) => id > 0)
      state.setState({ entries: news, olderFrom: first?.id ?? null, olderAt: first?.at ?? null })
      return
    }
    const next = appended(entries, news)
    if (following) {
      state.setState({ entries: next, ...bounded(next) })
      return
    }
    const came = next.length - entries.length
    // What stands still does not lose what is read: the newest is let go of, and asked for again.
    if (next.length > windowMax) state.setState({ entries, atTail: false, unseen: unseen + came })
    else state.setState({ entries: next, unseen: unseen + came })
  }

  /** The newest 2,000, and where those before them begin. */
  function bounded(entries: readonly LogEntry[]): Partial<LogState> {
    if (entries.length <= windowMax) return {}
    const kept = entries.slice(-windowMax)
    const first = kept.find(({ id }) => id > 0)
    return { entries: kept, olderFrom: first?.id ?? null, olderAt: first?.at ?? null }
  }

  function noteNames(entries: readonly LogEntry[], known: Record<string, string>) {
    const { names } = state.getState()
    const found = new Map<string, string>()
    const note = (key: string, name: string | undefined) => {
      if (name !== undefined && names.get(key) !== name) found.set(key, name)
    }
    for (const [key, name] of Object.entries(known)) note(key, name)
    for (const { userId, client, message, job } of entries) {
      for (const uuid of [client, ...(message?.targets ?? job?.targets ?? [])]) {
        const key = clientKey({ userId, uuid })
        note(key, ports.labelOf(key))
      }
    }
    if (found.size === 0) return
    const next = names.size > namesMax ? found : new Map([...names, ...found])
    state.setState({ names: next })
  }

  /** Asks as long as the link and the filter are those of now; null where they are not, or the question failed. */
  async function ask<Answer>(
    question: (api: PanelApi, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer | null> {
    const mine = run
    if (mine === null) return null
    const isCurrent = () => run === mine && !mine.signal.aborted
    try {
      const answer = await question(mine.api, mine.signal)
      return isCurrent() ? answer : null
    } catch {
      if (isCurrent()) state.setState({ busy: null })
      return null
    }
  }

  async function loadOlder() {
    if (state.getState().busy !== null || state.getState().olderFrom === null) return
    state.setState({ busy: 'older' })
    let found = 0
    while (found < enough) {
      const { filter, olderFrom } = state.getState()
      if (olderFrom === null) break
      const page = await ask((api, signal) =>
        api.activity.list({ ...filter, before: olderFrom, limit: logPageMax }, { signal }),
      )
      if (page === null || state.getState().busy !== 'older') return
      const older = page.entries.toReversed()
      noteNames(older, page.names)
      found += older.length
      const entries = [...older, ...state.getState().entries]
      const isFull = entries.length > windowMax
      state.setState({
        entries: entries.slice(0, windowMax),
        olderFrom: page.next,
        olderAt: page.nextAt,
        history: page.history,
        ...(isFull && { atTail: false, following: false }),
      })
    }
    state.setState({ busy: null })
  }

  async function loadNewer() {
    const { busy, atTail } = state.getState()
    if (busy !== null || atTail) return
    state.setState({ busy: 'newer' })
    pending = []
    let found = 0
    let after = state.getState().entries.findLast(({ id }) => id > 0)?.id ?? state.getState().target?.id ?? 0
    let reached = false
    while (!reached && found < enough) {
      const { filter } = state.getState()
      const page = await ask((api, signal) =>
        api.activity.list({ ...filter, after, limit: logPageMax }, { signal }),
      )
      if (page === null || state.getState().busy !== 'newer') return
      noteNames(page.entries, page.names)
      found += page.entries.length
      reached = page.next === null
      const next = appended(state.getState().entries, reached ? [...page.entries, ...pending] : page.entries)
      state.setState({
        entries: next,
        history: page.history,
        ...bounded(next),
        ...(reached && { atTail: true, unseen: 0 }),
      })
      after = page.next ?? after
    }
    pending = []
    state.setState({ busy: null })
  }

  /** Shows what is on both sides of an id: it is the last of the older ones. */
  async function showAround(id: number | null, at: number) {
    const { filter } = state.getState()
    state.setState({ following: false, busy: 'older', phase: 'ready' })
    const page =
      id === null
        ? null
        : await ask((api, signal) => api.activity.list({ ...filter, before: id + 1, limit: 100 }, { signal }))
    if (id !== null && page === null) return
    const older = page?.entries.toReversed() ?? []
    noteNames(older, page?.names ?? {})
    state.setState({
      entries: older,
      olderFrom: page?.next ?? null,
      olderAt: page?.nextAt ?? null,
      atTail: false,
      unseen: 0,
      busy: null,
      target: { id: older.at(-1)?.id ?? id, at },
    })
    await loadNewer()
    if (state.getState().entries.length < enough) await loadOlder()
  }

  return {
    state,
    start() {
      const stop = ports.whileLive(begin)
      return () => {
        stop()
        run = null
      }
    },
    setFilter(change) {
      const merged = { ...state.getState().filter, ...change, ...fixed }
      const filter = Object.fromEntries(
        Object.entries(merged).filter(([, value]) => value !== undefined),
      ) as LogFilter
      if (JSON.stringify(filter) === JSON.stringify(state.getState().filter)) return
      state.setState({ filter, following: true, unseen: 0, target: null })
      restart()
    },
    clearFilter() {
      state.setState({ filter: fixed, following: true, unseen: 0, target: null })
      restart()
    },
    loadOlder,
    loadNewer,
    async jumpTo(at) {
      // The next question must not wait for the last: what that one finds is given up.
      state.setState({ busy: null })
      const found = await ask((api, signal) => api.activity.seek({ at }, { signal }))
      if (found !== null) await showAround(found.id, at)
    },
    async reveal(id) {
      const detail = await ask((api, signal) => api.activity.detail({ id }, { signal }))
      if (detail === null) return
      state.setState({ open: detail.entry, detail })
      await showAround(id, detail.entry.at)
    },
    pause: () => state.setState({ following: false }),
    resume() {
      if (state.getState().atTail) state.setState({ following: true, unseen: 0 })
      else {
        const { filter } = state.getState()
        state.setState({ following: true, busy: null })
        void ask((api, signal) => api.activity.list({ ...filter, limit: logPageMax }, { signal })).then(
          (page) => {
            if (page === null) return
            noteNames(page.entries, page.names)
            replaceBy(page, { following: true })
          },
        )
      }
    },
    retry: () => restart(),
    targetReached: () => state.setState({ target: null }),
    openEntry(entry) {
      state.setState({ open: entry, detail: undefined, following: false })
      void ask((api, signal) => api.activity.detail({ id: entry.id }, { signal })).then((detail) => {
        if (state.getState().open?.id === entry.id) state.setState({ detail })
      })
    },
    closeEntry: () => state.setState({ open: null, detail: undefined }),
  }
}
