import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientRef, PanelClient } from '../../../shared/clients.ts'
import type { BlockScope, UnregisterResult } from '../../../shared/unregister.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Timers } from '../../connection/timers.ts'
import type { StoredValue } from '../../settings/stored-value.ts'
import type { Toasts } from '../toasts/toasts.ts'
import { visibleText } from '../../lib/visible-text.ts'
import { clientName } from '../clients/client-text.ts'
import { countOf } from '../../lib/count-text.ts'

/** A client as it was when the dialog opened, so that its name stays readable after it left. */
export interface UnregisterTarget extends ClientRef {
  key: string
  name: string
  /** The name that its program gave at `initialize`, null without a session. */
  program: string | null
}

/** What one client's unregistration came to. */
export type Outcome = UnregisterTarget &
  Pick<UnregisterResult, 'outcome' | 'jobsCancelled' | 'blockedUntil' | 'blockId'>

/** Why an order ended before its end. */
export type Ending = 'done' | 'stopped' | 'lost' | { refused: string }

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
  | {
      phase: 'answered'
      targets: readonly UnregisterTarget[]
      outcomes: readonly Outcome[]
      ending: Ending
      /** Targets, from the first on, that an order went out for: what came of those without an outcome is not known. */
      ordered: number
    }
  | null

export interface UnregisterPorts {
  timers: Timers
  api: () => PanelApi | null
  toasts: Toasts
  liftBlock: (block: { id: string }, name: string) => void
  /** Where the last reasons are remembered. */
  reasons: StoredValue<string[]>
}

export interface UnregisterOrder {
  reason: string
  blockSeconds: number | null
  /** Whom a block names. Default: the client alone. */
  scope?: BlockScope
  /** A few a second instead of all at once, so that not all of them come back at the same moment. */
  paced?: boolean
}

/** Clients in each step of a paced order, and the time between two steps. */
export const pacedStep = 10
const pacedEveryMs = 1_000

/** Unregistering by a person: asks, orders it, and tells what really came of it. */
export interface Unregister {
  readonly state: StoreApi<{ dialog: UnregisterState; reasons: readonly string[] }>
  ask: (clients: readonly PanelClient[]) => void
  /** Orders it. Does nothing while an order is on its way. */
  confirm: (order: UnregisterOrder) => Promise<void>
  /** Lets a paced order end after the clients that are on their way. */
  stop: () => void
  /** After an order that ended early: asks about those who were not unregistered, if they are still there. */
  askAboutRest: (isThere: (key: string) => boolean) => void
  /** Lifts the blocks that the order set. */
  liftBlocks: () => void
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
      : [
          {
            ...target,
            outcome: result.outcome,
            jobsCancelled: result.jobsCancelled,
            blockedUntil: result.blockedUntil,
            blockId: result.blockId,
          },
        ]
  })
}

/** The blocks that an order set, each once, with the name of the first client that met it. */
function blocksOf(outcomes: readonly Outcome[]): readonly { id: string; name: string }[] {
  const names = new Map<string, string>()
  for (const { blockId, name } of outcomes) {
    if (blockId !== null && !names.has(blockId)) names.set(blockId, name)
  }
  return [...names].map(([id, name]) => ({ id, name }))
}

/** Why nothing came of an order at all. `ordered`: how many it went out for. */
function problemText(ending: Ending, ordered: number): string {
  if (typeof ending === 'object') return `The order was refused: ${ending.refused}`
  if (ordered === 0) return 'There is no connection. Nothing was unregistered.'
  return 'The connection was lost before an answer came. It is not known whether the clients were unregistered: look at the list when the panel is connected again.'
}

/** Reasons that are offered again, the last first. */
export const reasonsMax = 5

export function createUnregister({ timers, api, toasts, liftBlock, reasons }: UnregisterPorts): Unregister {
  const state = createStore<{ dialog: UnregisterState; reasons: readonly string[] }>(() => ({
    dialog: null,
    reasons: (reasons.read() ?? []).slice(0, reasonsMax),
  }))
  reasons.follow((kept) => state.setState({ reasons: kept.slice(0, reasonsMax) }))
  /** Set anew with each order; a stop is for the order on its way. */
  let halt = new AbortController()
  const show = (dialog: UnregisterState) => state.setState({ dialog })

  function remember(reason: string) {
    if (reason === '') return
    const next = reasons.change((kept) =>
      [reason, ...(kept ?? state.getState().reasons).filter((each) => each !== reason)].slice(0, reasonsMax),
    )
    state.setState({ reasons: next })
  }

  /** Everyone was unregistered: the dialog has nothing more to say, a toast does. */
  function celebrate(outcomes: readonly Outcome[]) {
    const [first] = outcomes
    if (first === undefined) return
    const blocked = blocksOf(outcomes)
    const who = outcomes.length === 1 ? visibleText(first.name) : countOf(outcomes.length, 'client')
    const jobs = outcomes.reduce((sum, { jobsCancelled }) => sum + jobsCancelled, 0)
    const ended =
      jobs === 0
        ? ''
        : ` ${countOf(jobs, 'unfinished job')} ended with ${outcomes.length === 1 ? 'it' : 'them'}.`
    toasts.show({
      kind: 'done',
      text: `Unregistered ${who}${blocked.length > 0 ? ' and blocked' : ''}.${ended}`,
      ...(blocked.length > 0 && {
        action: {
          label: blocked.length === 1 ? 'Lift block' : 'Lift blocks',
          run: () => blocked.forEach(({ id, name }) => liftBlock({ id }, visibleText(name))),
        },
      }),
    })
  }

  /** The time between two steps, or until it is stopped. */
  function pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const cancel = timers.after(pacedEveryMs, resolve)
      signal.addEventListener(
        'abort',
        () => {
          cancel()
          resolve()
        },
        { once: true },
      )
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
        program: client.program?.name ?? null,
      }))
      show({ phase: 'asking', targets, problem: null })
    },
    async confirm({ reason: given, blockSeconds, scope = 'client', paced = false }) {
      const { dialog } = state.getState()
      if (dialog?.phase !== 'asking') return
      const { targets } = dialog
      const reason = given.trim()
      const step = paced ? pacedStep : targets.length
      const results: UnregisterResult[] = []
      let ordered = 0
      let ending: Ending = 'done'
      halt = new AbortController()
      const { signal } = halt
      while (ordered < targets.length) {
        if (signal.aborted) {
          ending = 'stopped'
          break
        }
        const link = api()
        if (link === null) {
          ending = 'lost'
          break
        }
        const some = targets.slice(ordered, ordered + step)
        show({ phase: 'pending', targets, done: ordered, paced })
        try {
          const clients = some.map(({ userId, uuid }) => ({ userId, uuid }))
          ordered += some.length
          results.push(...(await link.clients.unregister({ clients, reason, blockSeconds, scope })))
        } catch (error) {
          ending =
            api() === null ? 'lost' : { refused: error instanceof Error ? error.message : 'unknown error' }
          break
        }
        remember(reason)
        show({ phase: 'pending', targets, done: ordered, paced })
        if (ordered < targets.length && api() !== null) await pause(signal)
      }
      if (results.length === 0) {
        show({ phase: 'asking', targets, problem: problemText(ending, ordered) })
        return
      }
      const outcomes = outcomesOf(targets, results)
      if (outcomes.length === targets.length && outcomes.every(({ outcome }) => outcome === 'unregistered')) {
        show(null)
        celebrate(outcomes)
      } else show({ phase: 'answered', targets, outcomes, ending, ordered })
    },
    stop: () => halt.abort(),
    askAboutRest(isThere) {
      const { dialog } = state.getState()
      if (dialog?.phase !== 'answered') return
      const answered = new Set(dialog.outcomes.map(({ key }) => key))
      const targets = dialog.targets.filter(({ key }) => !answered.has(key) && isThere(key))
      show(targets.length === 0 ? null : { phase: 'asking', targets, problem: null })
    },
    liftBlocks() {
      const { dialog } = state.getState()
      if (dialog?.phase !== 'answered') return
      for (const { id, name } of blocksOf(dialog.outcomes)) liftBlock({ id }, visibleText(name))
    },
    dismiss() {
      if (state.getState().dialog?.phase !== 'pending') show(null)
    },
  }
}
