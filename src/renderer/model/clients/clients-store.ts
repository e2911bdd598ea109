import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClientsEvent, ClientState, PanelClient } from '../../../shared/clients.ts'
import { clientGroups, groupValue, type ClientGroup } from './client-groups.ts'
import {
  bucketOf,
  listsOf,
  orderClients,
  reorderClients,
  type Bucket,
  type ClientList,
  type ClientSort,
  type Filter,
} from './client-order.ts'
import { chooseSort } from '../../lib/sorts.ts'
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
  /** Users whose bus has a client. */
  users: number
  states: Record<ClientState, number>
}

export interface ClientsState {
  /** False until the first snapshot: nothing is known, which is not the same as nobody being there. */
  ready: boolean
  byKey: ReadonlyMap<string, PanelClient>
  totals: ClientTotals
  filter: Filter
  layout: ClientsLayout
  /** The columns of the layout that have something to tell: with one user there is no column of users. */
  columns: readonly Column[]
  /** Keys to show, filtered and in order. The lists of the other way to show clients are empty. */
  shown: Record<ClientList, readonly string[]>
  /** The groups of each list, in its order. */
  groups: Record<ClientList, readonly ClientGroup[]>
}

/** The clients as the feed tells them. Knows nothing of connections, selection or React. */
export interface Clients {
  readonly state: StoreApi<ClientsState>
  /** `'gap'`: the event did not fit; a new watch is needed. */
  apply: (event: ClientsEvent) => 'applied' | 'gap'
  search: (query: string) => void
  showState: (state: ClientState | null) => void
  /** Shows all again. */
  clearFilter: () => void
  /** Sorts by a column, as `chooseSort` says. */
  sortBy: (bucket: Bucket, column: Column, also?: boolean) => void
  /** Takes over another layout or parts of one, and orders the rows by it. */
  arrange: (change: Partial<ClientsLayout>) => void
  /** Puts clients in order that kept their places while their values changed. */
  settleOrder: () => void
}

const noTotals: ClientTotals = {
  persistent: 0,
  ephemeral: 0,
  blenders: 0,
  blendersLive: 0,
  users: 0,
  states: { live: 0, busy: 0, stale: 0, away: 0 },
}

const emptyLists = { persistent: [], ephemeral: [], blenders: [], others: [] } as const

/** Blenders on the wall are sorted as those that stay, which most of them are; the others as those that come and go. */
const sortedLike: Record<ClientList, Bucket> = {
  persistent: 'persistent',
  ephemeral: 'ephemeral',
  blenders: 'persistent',
  others: 'ephemeral',
}

/** What a list is ordered by: the groups first, where there are any. */
function sortsOf({ groupBy, sort }: ClientsLayout, list: ClientList): readonly ClientSort[] {
  const sorts = sort[sortedLike[list]]
  return groupBy === null ? sorts : [{ column: groupBy, direction: 'ascending' }, ...sorts]
}

/** Counts all clients. */
function countClients(clients: Iterable<PanelClient>): ClientTotals {
  const totals = { ...noTotals, states: { ...noTotals.states } }
  const users = new Set<string>()
  for (const client of clients) {
    totals[bucketOf(client)] += 1
    totals.states[client.state] += 1
    users.add(client.userId)
    if (client.record.client_type !== 'blender') continue
    totals.blenders += 1
    if (client.state === 'live' || client.state === 'busy') totals.blendersLive += 1
  }
  totals.users = users.size
  return totals
}

/** Those that have something to tell, as the same array where they are the same. */
function tellingColumns(layout: ClientsLayout, users: number, before: readonly Column[]): readonly Column[] {
  const columns = users > 1 ? layout.columns : layout.columns.filter((column) => column !== 'user')
  return columns.length === before.length && columns.every((column, index) => column === before[index])
    ? before
    : columns
}

/** @param layout how the clients stood when the panel was last open */
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
    columns: tellingColumns(layout, 0, []),
    shown: emptyLists,
    groups: emptyLists,
  }))

  /** Takes over these parts of the state and orders everything afresh. */
  function orderAll(change: Partial<ClientsState>) {
    const next = { ...state.getState(), ...change }
    const { byKey, filter, layout } = next
    const shown: ClientsState['shown'] = { ...emptyLists }
    const groups: ClientsState['groups'] = { ...emptyLists }
    for (const list of listsOf[layout.shownAs]) {
      shown[list] = orderClients(byKey, list, filter, sortsOf(layout, list))
      groups[list] = clientGroups(shown[list], byKey, layout.groupBy)
    }
    unsettled.clear()
    state.setState({
      ...change,
      columns: tellingColumns(layout, next.totals.users, next.columns),
      shown,
      groups,
    })
  }

  /** What is shown after some clients changed; the same objects where no client came, left, moved or went to another group. */
  function reorder(
    changed: ReadonlySet<string>,
    byKey: ClientsState['byKey'],
    settle: boolean,
  ): Pick<ClientsState, 'shown' | 'groups'> {
    const { filter, layout, shown, groups, byKey: before } = state.getState()
    const { groupBy } = layout
    const lists = listsOf[layout.shownAs]
    const isRegrouped = (key: string) =>
      groupBy !== null && groupValue(before.get(key), groupBy) !== groupValue(byKey.get(key), groupBy)
    const regrouped = new Set([...changed].filter(isRegrouped))
    const nextShown = { ...shown }
    const nextGroups = { ...groups }
    for (const list of lists) {
      const sorts = sortsOf(layout, list)
      const keepPlaces = !settle && sorts.some(({ column }) => columnFacts[column].volatile === true)
      const keepsPlace = (key: string) => keepPlaces && !regrouped.has(key)
      nextShown[list] = reorderClients(shown[list], changed, byKey, list, filter, sorts, keepsPlace)
      if (nextShown[list] !== shown[list] || regrouped.size > 0) {
        nextGroups[list] = clientGroups(nextShown[list], byKey, groupBy)
      }
    }
    return {
      shown: lists.some((list) => nextShown[list] !== shown[list]) ? nextShown : shown,
      groups: lists.some((list) => nextGroups[list] !== groups[list]) ? nextGroups : groups,
    }
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
        const { layout, columns } = state.getState()
        state.setState({
          byKey,
          totals,
          columns: tellingColumns(layout, totals.users, columns),
          ...reorder(change.changed, byKey, false),
        })
      }
      return 'applied'
    },
    search(query) {
      orderAll({ filter: { ...state.getState().filter, query: query.trim() } })
    },
    showState(only) {
      orderAll({ filter: { ...state.getState().filter, state: only } })
    },
    clearFilter: () => orderAll({ filter: { query: '', state: null } }),
    sortBy(bucket, column, also = false) {
      const { layout } = state.getState()
      const sort = { ...layout.sort, [bucket]: chooseSort(layout.sort[bucket], column, also) }
      orderAll({ layout: { ...layout, sort } })
    },
    arrange(change) {
      const { layout: before, totals, columns } = state.getState()
      const layout = { ...before, ...change }
      // A column that is being dragged wider is no reason to sort thousands of rows.
      const isOther = (['sort', 'groupBy', 'shownAs'] as const).some((part) => layout[part] !== before[part])
      if (isOther) orderAll({ layout })
      else state.setState({ layout, columns: tellingColumns(layout, totals.users, columns) })
    },
    settleOrder() {
      if (unsettled.size === 0) return
      const { byKey, shown } = state.getState()
      const settled = reorder(unsettled, byKey, true)
      unsettled.clear()
      if (settled.shown !== shown) state.setState(settled)
    },
  }
}
