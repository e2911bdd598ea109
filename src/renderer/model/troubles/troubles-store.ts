import { createStore, type StoreApi } from 'zustand/vanilla'
import type { PanelTrouble } from '../../../shared/troubles.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import { countOf } from '../../lib/count-text.ts'
import type { Toasts } from '../toasts/toasts.ts'

/** Programs that do the same in vain again and again, and the way to pause them. */
export interface Troubles {
  readonly state: StoreApi<{ troubles: readonly PanelTrouble[] }>
  replace: (troubles: readonly PanelTrouble[]) => void
  /** Pauses the program; tells by a toast only where it did not. */
  pause: (trouble: PanelTrouble) => Promise<void>
  /** Names it no more until it is in trouble again. */
  dismiss: (trouble: PanelTrouble) => Promise<void>
}

export function createTroubles({ api, toasts }: { api: () => PanelApi | null; toasts: Toasts }): Troubles {
  const state = createStore<{ troubles: readonly PanelTrouble[] }>(() => ({ troubles: [] }))
  const problem = (text: string) => toasts.show({ kind: 'problem', text })
  return {
    state,
    replace: (troubles) => state.setState({ troubles }),
    async pause({ userId, program, name }) {
      const link = api()
      try {
        if (link === null) problem(noConnection)
        else if (!(await link.troubles.pause({ userId, program })).paused) {
          problem(`${name} was not paused: it is out of trouble, or too many programs are paused.`)
        }
      } catch (error) {
        problem(callProblem(error, `whether ${name} is paused`))
      }
    },
    async dismiss({ userId, program }) {
      const link = api()
      try {
        if (link === null) problem(noConnection)
        else await link.troubles.dismiss({ userId, program })
      } catch (error) {
        problem(callProblem(error, 'whether it is dismissed'))
      }
    },
  }
}

/** What a program does, as a sentence. */
export function troubleText({ name, kind, tool, count }: PanelTrouble): string {
  return kind === 'repeats'
    ? `${name} has sent the same call of ${tool} ${count} times, and it failed each time.`
    : `${name} sends more than it may: ${countOf(count, 'request')} refused.`
}
