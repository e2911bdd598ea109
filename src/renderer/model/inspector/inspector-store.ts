import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientDetail } from '../../../shared/client-detail.ts'
import type { PanelClient } from '../../../shared/clients.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Timers } from '../../connection/timers.ts'

export const inspectorTabs = ['record', 'viewport', 'activity', 'jobs', 'session', 'send', 'policy'] as const
export type InspectorTab = (typeof inspectorTabs)[number]

/** What the feed of one client has come to. `left`: it was unregistered or ended. */
type DetailPhase = 'loading' | 'live' | 'left' | 'failed'

interface InspectorState {
  /** Key of the client on show, null while the inspector is closed. */
  key: string | null
  /** That client as last known: still readable after it left. */
  last: PanelClient | null
  tab: InspectorTab
  detail: ClientDetail | null
  phase: DetailPhase
  /** The inspector is to take the focus as soon as it is there: on its open tab, or (by the tab itself) on the first field in it. */
  wantsFocus: 'tab' | 'field' | null
}

export interface InspectorPorts {
  timers: Timers
  api: () => PanelApi | null
  /** The client of the list, undefined when it is not there. */
  find: (key: string) => PanelClient | undefined
  /** Follows one client until told to stop; calls `take` with each event. Rejects when the feed breaks. */
  follow: (
    api: PanelApi,
    client: PanelClient,
    signal: AbortSignal,
    take: (detail: ClientDetail | null) => void,
  ) => Promise<void>
}

/** One client in full. Follows the client while it is open. */
export interface Inspector {
  readonly state: StoreApi<InspectorState>
  open: (key: string) => void
  showTab: (tab: InspectorTab) => void
  /** Wishes the focus into the inspector, on its open tab unless a field is wished for. */
  focus: (where?: 'tab' | 'field') => void
  /** To be called by the view that has taken the focus. */
  focusTaken: () => void
  /** To be called when the list changed: takes the newest row and notices a client that left or came back. */
  listChanged: () => void
  /** To be called when a link came or went. */
  linkChanged: () => void
  close: () => void
}

/** Walking through rows with the arrow keys must not start a feed for each. */
const settleMs = 120

export function createInspector({ timers, api, find, follow }: InspectorPorts): Inspector {
  const state = createStore<InspectorState>(() => ({
    key: null,
    last: null,
    tab: 'record',
    detail: null,
    phase: 'loading',
    wantsFocus: null,
  }))
  let stop = () => {}

  function start(delayMs: number) {
    stop()
    const { last } = state.getState()
    if (last === null) return
    const abort = new AbortController()
    const cancel = timers.after(delayMs, () => void run(last, abort.signal))
    stop = () => {
      cancel()
      abort.abort()
    }
  }

  async function run(client: PanelClient, signal: AbortSignal) {
    const link = api()
    if (link === null) return
    try {
      await follow(link, client, signal, (detail) => {
        if (signal.aborted) return
        state.setState(detail === null ? { phase: 'left' } : { phase: 'live', detail, last: detail.client })
      })
    } catch {
      if (!signal.aborted && api() === link) state.setState({ phase: 'failed' })
    }
  }

  return {
    state,
    open(key) {
      if (state.getState().key === key) return
      const last = find(key)
      if (last === undefined) return
      state.setState({ key, last, detail: null, phase: 'loading' })
      start(settleMs)
    },
    showTab: (tab) => state.setState({ tab }),
    focus: (where = 'tab') => state.setState({ wantsFocus: where }),
    focusTaken: () => state.setState({ wantsFocus: null }),
    listChanged() {
      const { key, last, phase } = state.getState()
      if (key === null) return
      const found = find(key)
      if (found === undefined) {
        if (phase !== 'left') state.setState({ phase: 'left' })
      } else if (phase === 'left') {
        state.setState({ last: found, detail: null, phase: 'loading' })
        start(0)
      } else if (found !== last) state.setState({ last: found })
    },
    linkChanged() {
      stop()
      if (api() === null || state.getState().key === null) return
      state.setState({ phase: 'loading' })
      start(0)
    },
    close() {
      stop()
      state.setState({ key: null, last: null, detail: null, phase: 'loading', wantsFocus: null })
    },
  }
}
