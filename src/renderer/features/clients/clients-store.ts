import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientsEvent, ClientState, PanelClient } from '../../../shared/clients.ts'
import {
  bucketOf,
  buckets,
  orderClients,
  reorderClients,
  type Bucket,
  type Filter,
  type Sort,
} from './client-order.ts'
import { columnFacts, type Column } from './client-columns.ts'
import { defaultLayout, type ClientsLayout } from './clients-layout.ts'
import { applyClientsEvent, type ClientsList } from './clients-list.ts'

/** Numbers over all clients, whatever the filter. */
interface ClientTotals {
  persistent: number
  ephemeral: number
  blenders: number
  /** Blenders heard lately: live or busy. */
  blendersLive: number
  states: Record<ClientState, number>
}

export interface ClientsState {
  /** False until the first snapshot: nothing is known, which is not the same as nobody being there. */
  ready: boolean
  byKey: ReadonlyMap<string, PanelClient>
  totals: ClientTotals
  filter: Filter
  layout: ClientsLayout
  /** Keys to show, filtered and in order. */
  shown: Record<Bucket, readonly string[]>
}

/** The clients as the feed tells them. Knows nothing of connections, selection or React. */
export interface Clients {
  readonly state: StoreApi<ClientsState>
  /** `'gap'`: the event did not fit; a new watch is needed. */
  apply: (event: ClientsEvent) => 'applied' | 'gap'
  search: (query: string) => void
  showState: (state: ClientState | null) => void
  /**
   * Sorts by a column; the same column again turns the direction. With `also`, what it was sorted by before still
   * decides first.
   */
  sortBy: (bucket: Bucket, column: Column, also?: boolean) => void
  /** Takes over another layout or parts of one, and orders the rows by it. */
  arrange: (change: Partial<ClientsLayout>) => void
  /** Puts rows in order that kept their places while their values changed. */
  settleOrder: () => void
}

const noTotals: ClientTotals = {
  persistent: 0,
  ephemeral: 0,
  blenders: 0,
  blendersLive: 0,
  states: { live: 0, busy: 0, stale: 0, gone: 0 },
}

/** What rows are ordered by: the groups first, where there are any. */
function sortsOf({ groupBy, sort }: ClientsLayout, bucket: Bucket): readonly Sort[] {
  return groupBy === null ? sort[bucket] : [{ column: groupBy, direction: 'ascending' }, ...sort[bucket]]
}

/** Counts all clients. */
function countClients(clients: Iterable<PanelClient>): ClientTotals {
  const totals = { ...noTotals, states: { ...noTotals.states } }
  for (const client of clients) {
    totals[bucketOf(client)] += 1
    totals.states[client.state] += 1
    if (client.record.client_type !== 'blender') continue
    totals.blenders += 1
    if (client.state === 'live' || client.state === 'busy') totals.blendersLive += 1
  }
  return totals
}

/** @param layout how the tables stood when the panel was last open */
export function createClients(layout: ClientsLayout = defaultLayout): Clients {
  let list: ClientsList | null = null
  /** Keys that changed while their rows kept their places. */
  const unsettled = new Set<string>()
  const state = createStore<ClientsState>(() => ({
    ready: false,
    byKey: new Map(),
    totals: noTotals,
    filter: { query: '', state: null },
    layout,
    shown: { persistent: [], ephemeral: [] },
  }))

  /** Takes over these parts of the state and orders everything afresh. */
  function orderAll(change: Partial<ClientsState>) {
    const next = { ...state.getState(), ...change }
    const ordered = (bucket: Bucket) =>
      orderClients(next.byKey, bucket, next.filter, sortsOf(next.layout, bucket))
    unsettled.clear()
    state.setState({
      ...change,
      shown: { persistent: ordered('persistent'), ephemeral: ordered('ephemeral') },
    })
  }

  /** The shown keys after some clients changed; the same object when no row came, left or moved. */
  function reorder(changed: ReadonlySet<string>, byKey: ClientsState['byKey'], settle: boolean) {
    const { filter, layout, shown } = state.getState()
    const next = { ...shown }
    for (const bucket of buckets) {
      const sorts = sortsOf(layout, bucket)
      const keepPlaces = !settle && sorts.some(({ column }) => columnFacts[column].volatile === true)
      next[bucket] = reorderClients(shown[bucket], changed, byKey, bucket, filter, sorts, keepPlaces)
    }
    return buckets.every((bucket) => next[bucket] === shown[bucket]) ? shown : next
  }

  return {
    state,
    apply(event) {
      const change = applyClientsEvent(list, event)
      if (change === 'gap') return 'gap'
      list = change.list
      const { byKey } = list
      const totals = countClients(byKey.values())
      if (event.type === 'snapshot') orderAll({ ready: true, byKey, totals })
      else {
        for (const key of change.changed) unsettled.add(key)
        state.setState({ byKey, totals, shown: reorder(change.changed, byKey, false) })
      }
      return 'applied'
    },
    search(query) {
      orderAll({ filter: { ...state.getState().filter, query: query.trim() } })
    },
    showState(only) {
      orderAll({ filter: { ...state.getState().filter, state: only } })
    },
    sortBy(bucket, column, also = false) {
      const { layout } = state.getState()
      const before = layout.sort[bucket]
      const known = before.find((each) => each.column === column)
      const alone = before.length === 1
      const turn = known?.direction === 'ascending' && (also || alone)
      const next: Sort = { column, direction: turn ? 'descending' : 'ascending' }
      const sorts = !also
        ? [next]
        : known === undefined
          ? [...before, next]
          : before.map((each) => (each === known ? next : each))
      orderAll({ layout: { ...layout, sort: { ...layout.sort, [bucket]: sorts } } })
    },
    arrange(change) {
      orderAll({ layout: { ...state.getState().layout, ...change } })
    },
    settleOrder() {
      if (unsettled.size === 0) return
      const { byKey, shown } = state.getState()
      const settled = reorder(unsettled, byKey, true)
      unsettled.clear()
      if (settled !== shown) state.setState({ shown: settled })
    },
  }
}
