import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientRef } from '../../../shared/clients.ts'
import type { PanelPause } from '../../../shared/pauses.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../toasts/toasts.ts'

/** Programs that may not work for now, and the way to stop and to let go on. */
export interface Pauses {
  readonly state: StoreApi<{ pauses: readonly PanelPause[] }>
  replace: (pauses: readonly PanelPause[]) => void
  /** Stops all jobs and pauses all programs, on every bus that this panel shows; tells the outcome by a toast. */
  stopAll: () => Promise<void>
  /** Pauses the program of a client, with its token; tells by a toast only where it did not. */
  pause: (client: ClientRef, name: string) => Promise<void>
  /** Lets those go on that one pause keeps; tells by a toast only where it did not. */
  resume: (pause: PanelPause) => Promise<void>
}

export function createPauses({ api, toasts }: { api: () => PanelApi | null; toasts: Toasts }): Pauses {
  const state = createStore<{ pauses: readonly PanelPause[] }>(() => ({ pauses: [] }))
  async function call(work: (link: PanelApi) => Promise<void>, notKnown: string) {
    const link = api()
    try {
      if (link === null) toasts.show({ kind: 'problem', text: noConnection })
      else await work(link)
    } catch (error) {
      toasts.show({ kind: 'problem', text: callProblem(error, notKnown) })
    }
  }
  return {
    state,
    replace: (pauses) => state.setState({ pauses }),
    stopAll: () =>
      call(async (link) => {
        const { jobs } = await link.pauses.stopAll({ userId: null })
        const told =
          jobs === 0 ? 'No job ran.' : `${jobs === 1 ? '1 job is' : `${jobs} jobs are`} being cancelled.`
        toasts.show({ kind: 'done', text: `All programs are paused. ${told}` })
      }, 'whether everything was stopped'),
    pause: (client, name) =>
      call(async (link) => {
        if ((await link.pauses.pause(client)).paused) return
        const text = `${name} was not paused: it has no session now, or too many programs are paused.`
        toasts.show({ kind: 'problem', text })
      }, `whether ${name} is paused`),
    resume: ({ userId, program }) =>
      call(async (link) => {
        await link.pauses.resume({ userId, program })
      }, 'whether they may go on'),
  }
}
