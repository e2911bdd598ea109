import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientRef, PanelClient, UnregisterResult } from '../../../shared/panel-contract.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
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
  | { phase: 'pending'; targets: readonly UnregisterTarget[] }
  | { phase: 'answered'; targets: readonly UnregisterTarget[]; outcomes: readonly Outcome[] }
  | null

export interface UnregisterPorts {
  api: () => PanelApi | null
  toasts: Toasts
  liftBlock: (client: ClientRef, name: string) => void
}

/** Unregistering by a person: asks, orders it, and tells what really came of it. */
export interface Unregister {
  readonly state: StoreApi<{ dialog: UnregisterState }>
  ask: (clients: readonly PanelClient[]) => void
  /** Orders it. Does nothing while an order is on its way. */
  confirm: (order: { reason: string; blockSeconds: number | null }) => Promise<void>
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

export function createUnregister({ api, toasts, liftBlock }: UnregisterPorts): Unregister {
  const state = createStore<{ dialog: UnregisterState }>(() => ({ dialog: null }))
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
    async confirm({ reason, blockSeconds }) {
      const { dialog } = state.getState()
      if (dialog?.phase !== 'asking') return
      const { targets } = dialog
      const link = api()
      if (link === null) {
        show({ phase: 'asking', targets, problem: 'There is no connection. Nothing was unregistered.' })
        return
      }
      show({ phase: 'pending', targets })
      try {
        const results = await link.clients.unregister({
          clients: targets.map(({ userId, uuid }) => ({ userId, uuid })),
          reason: reason.trim(),
          blockSeconds,
        })
        const outcomes = outcomesOf(targets, results)
        if (
          outcomes.length === targets.length &&
          outcomes.every(({ outcome }) => outcome === 'unregistered')
        ) {
          show(null)
          celebrate(outcomes)
        } else show({ phase: 'answered', targets, outcomes })
      } catch (error) {
        const problem =
          api() === null
            ? 'The connection was lost before an answer came. It is not known whether the clients were unregistered: look at the list when the panel is connected again.'
            : `The order was refused: ${error instanceof Error ? error.message : 'unknown error'}`
        show({ phase: 'asking', targets, problem })
      }
    },
    dismiss() {
      if (state.getState().dialog?.phase !== 'pending') show(null)
    },
  }
}
