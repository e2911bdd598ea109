import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientRef, PanelClient } from '../../../shared/clients.ts'
import type { UnregisterResult } from '../../../shared/unregister.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Timers } from '../../connection/timers.ts'
import type { Toasts } from '../../ui/toasts.ts'
import { clientName } from '../clients/client-text.ts'

/** A client as it was when the dialog opened, so that its name stays readable after it left. */
export interface UnregisterTarget extends ClientRef {
  key: string
  name: string
}

/** What one client's unregistration came to. */
export type Outcome = UnregisterTarget & Pick<UnregisterResult, 'outcome' | 'blockedUntil'>

/** The dialog's state; null while it is closed. */
export type UnregisterState =
  | { phase: 'asking'; targets: readonly UnregisterTarget[]; problem: string | null }
  | {
      phase: 'pending'
      targets: readonly UnregisterTarget[]
      /** How many of them have been ordered and answered. */
      done: number
      paced: boolean
    }
  | { phase: 'answered'; targets: readonly UnregisterTarget[]; outcomes: readonly Outcome[] }
  | null

export interface UnregisterPorts {
  timers: Timers
  api: () => PanelApi | null
  toasts: Toasts
  liftBlock: (client: ClientRef, name: string) => void
}

export interface UnregisterOrder {
  reason: string
  blockSeconds: number | null
  /** A few a second instead of all at once, so that not all of them come back at the same moment. */
  paced?: boolean
}

/** Clients in each step of a paced order, and the time between two steps. */
export const pacedStep = 10
const pacedEveryMs = 1_000

/** Unregistering by a person: asks, orders it, and tells what really came of it. */
export interface Unregister {
  readonly state: StoreApi<{ dialog: UnregisterState }>
  ask: (clients: readonly PanelClient[]) => void
  /** Orders it. Does nothing while an order is on its way. */
  confirm: (order: UnregisterOrder) => Promise<void>
  /** Lets a paced order end after the clients that are on their way. */
  stop: () => void
  /** Closes the dialog; not while an order is on its way. */
  dismiss: () => void
}

/** The targets with what became of each, matched by key: the server answers one result for each. */
function outcomesOf(
  targets: readonly UnregisterTarget[],
  results: readonly UnregisterResult[],
): readonly Outcome[] {
  const byKey = new Map(results.map((result) => [result.key, result]))
  return targets.flatMap((target) => {
    const result = byKey.get(target.key)
    return result === undefined
      ? []
      : [{ ...target, outcome: result.outcome, blockedUntil: result.blockedUntil }]
  })
}

function problemText(error: unknown, lost: boolean): string {
  return lost
    ? 'The connection was lost before an answer came. It is not known whether the clients were unregistered: look at the list when the panel is connected again.'
    : `The order was refused: ${error instanceof Error ? error.message : 'unknown error'}`
}

export function createUnregister({ timers, api, toasts, liftBlock }: UnregisterPorts): Unregister {
  const state = createStore<{ dialog: UnregisterState }>(() => ({ dialog: null }))
  /** Set anew with each order; a stop is for the order on its way. */
  let halt = new AbortController()
  const show = (dialog: UnregisterState) => state.setState({ dialog })

  /** Everyone was unregistered: the dialog has nothing more to say, a toast does. */
  function celebrate(outcomes: readonly Outcome[]) {
    const [first] = outcomes
    if (first === undefined) return
    const blocked = outcomes.filter((outcome) => outcome.blockedUntil !== null)
    const who = outcomes.length === 1 ? first.name : `${outcomes.length} clients`
    toasts.show({
      kind: 'done',
      text: `Unregistered ${who}${blocked.length > 0 ? ' and blocked' : ''}.`,
      ...(blocked.length > 0 && {
        action: {
          label: blocked.length === 1 ? 'Lift block' : 'Lift blocks',
          run: () => blocked.forEach((target) => liftBlock(target, target.name)),
        },
      }),
    })
  }

  return {
    state,
    ask(clients) {
      if (clients.length === 0 || state.getState().dialog?.phase === 'pending') return
      const targets = clients.map((client) => ({
        key: client.key,
        userId: client.userId,
        uuid: client.record.uuid,
        name: clientName(client),
      }))
      show({ phase: 'asking', targets, problem: null })
    },
    async confirm({ reason, blockSeconds, paced = false }) {
      const { dialog } = state.getState()
      if (dialog?.phase !== 'asking') return
      const { targets } = dialog
      const step = paced ? pacedStep : targets.length
      const results: UnregisterResult[] = []
      let ordered = 0
      halt = new AbortController()
      const { signal } = halt
      try {
        while (ordered < targets.length && !signal.aborted) {
          const link = api()
          if (link === null && ordered === 0) {
            show({ phase: 'asking', targets, problem: 'There is no connection. Nothing was unregistered.' })
            return
          }
          if (link === null) break
          show({ phase: 'pending', targets, done: ordered, paced })
          if (ordered > 0) await new Promise<void>((resolve) => timers.after(pacedEveryMs, resolve))
          const some = targets.slice(ordered, ordered + step)
          results.push(
            ...(await link.clients.unregister({
              clients: some.map(({ userId, uuid }) => ({ userId, uuid })),
              reason: reason.trim(),
              blockSeconds,
            })),
          )
          ordered += some.length
        }
      } catch (error) {
        if (ordered === 0) {
          show({ phase: 'asking', targets, problem: problemText(error, api() === null) })
          return
        }
      }
      const outcomes = outcomesOf(targets, results)
      if (outcomes.length === targets.length && outcomes.every(({ outcome }) => outcome === 'unregistered')) {
        show(null)
        celebrate(outcomes)
      } else show({ phase: 'answered', targets, outcomes })
    },
    stop: () => halt.abort(),
    dismiss() {
      if (state.getState().dialog?.phase !== 'pending') show(null)
    },
  }
}
