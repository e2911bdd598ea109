import type { Connection } from './connection.ts'
import type { PanelApi } from './panel-transport.ts'

/** Runs something for as long as each link lasts. Answers the end of it. */
export type WhileLive = (start: (api: PanelApi, signal: AbortSignal) => void) => () => void

/** `start` is called at once where the panel is live, and again with each new link; `signal` aborts with the link. */
export function createWhileLive({ state, api }: Pick<Connection, 'state' | 'api'>): WhileLive {
  return (start) => {
    let abort: AbortController | null = null
    const look = () => {
      const link = api()
      if (link === null) {
        abort?.abort()
        abort = null
      } else if (abort === null) {
        abort = new AbortController()
        start(link, abort.signal)
      }
    }
    const stop = state.subscribe(look)
    look()
    return () => {
      stop()
      abort?.abort()
    }
  }
}
