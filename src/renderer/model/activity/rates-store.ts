import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Rates, RateWindow } from '../../../shared/rates.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { WhileLive } from '../../connection/while-live.ts'

export interface RatesState {
  window: RateWindow
  /** Null until they come, and while there is no connection: old charts are not the truth. */
  rates: Rates | null
}

export interface RatesPorts {
  whileLive: WhileLive
  follow: (
    api: PanelApi,
    window: RateWindow,
    signal: AbortSignal,
    take: (rates: Rates) => void,
  ) => Promise<unknown>
}

/** The charts' numbers, asked for only while charts are on show. */
export interface RateCharts {
  readonly state: StoreApi<RatesState>
  start: () => () => void
  show: (window: RateWindow) => void
}

export function createRateCharts({ whileLive, follow }: RatesPorts): RateCharts {
  const state = createStore<RatesState>(() => ({ window: 'minute', rates: null }))
  let restart = () => {}

  function begin(api: PanelApi, link: AbortSignal) {
    const abort = new AbortController()
    const signal = AbortSignal.any([link, abort.signal])
    restart = () => {
      abort.abort()
      if (!link.aborted) begin(api, link)
    }
    // Of a link that is gone nothing is shown any more.
    link.addEventListener('abort', () => state.setState({ rates: null }), { once: true })
    void follow(api, state.getState().window, signal, (rates) => {
      if (!signal.aborted) state.setState({ rates })
    }).catch(() => undefined)
  }

  return {
    state,
    start: () => whileLive(begin),
    show(window) {
      if (window === state.getState().window) return
      state.setState({ window, rates: null })
      restart()
    },
  }
}
