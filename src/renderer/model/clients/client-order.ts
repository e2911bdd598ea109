import type { ClientState, PanelClient } from '../../../shared/clients.ts'
import { sortValue, type Column } from './client-columns.ts'
import { clientFilter } from './client-filter.ts'
import { clientName, isBlender } from './client-text.ts'
import type { ViewMode } from './clients-layout.ts'
import { collator, compareValues, type Sort } from '../../lib/sorts.ts'

/** The two buckets of a bus, in the order they are shown. */
export const buckets = ['persistent', 'ephemeral'] as const
export type Bucket = (typeof buckets)[number]

/** The bucket a client's record lives in. */
export function bucketOf(client: PanelClient): Bucket {
  return client.record.is_persistent ? 'persistent' : 'ephemeral'
}

/** The two regions of the wall, in the order they are read. */
const wallRegions = ['blenders', 'others'] as const
export type WallRegion = (typeof wallRegions)[number]

/** A list that clients are shown in. */
export type ClientList = Bucket | WallRegion
/** The lists of each way to show clients: each client belongs into one of them. */
export const listsOf: Record<ViewMode, readonly ClientList[]> = { table: buckets, wall: wallRegions }

function isOf(client: PanelClient, list: ClientList): boolean {
  switch (list) {
    case 'persistent':
    case 'ephemeral':
      return bucketOf(client) === list
    case 'blenders':
      return isBlender(client)
    case 'others':
      return !isBlender(client)
  }
}

export type ClientSort = Sort<Column>

/** Which clients to show. `query` is in the language of `clientFilter`; a null `state` lets every state through. */
export interface Filter {
  query: string
  state: ClientState | null
}

const parsed = new Map<string, (client: PanelClient) => boolean>()

/** Whether a client passes the filter. The last query is read once, not once a client. */
function matches(client: PanelClient, { query, state }: Filter): boolean {
  if (state !== null && client.state !== state) return false
  if (query === '') return true
  let test = parsed.get(query)
  if (test === undefined) {
    parsed.clear()
    test = clientFilter.parse(query)
    parsed.set(query, test)
  }
  return test(client)
}

/** By the first of the sorts in which they differ, and by name where they differ in none. */
function compareClients(sorts: readonly ClientSort[], byKey: ReadonlyMap<string, PanelClient>) {
  return (keyA: string, keyB: string): number => {
    const a = byKey.get(keyA)
    const b = byKey.get(keyB)
    if (a === undefined || b === undefined) return 0
    for (const { column, direction } of sorts) {
      const order = compareValues(sortValue(a, column, byKey), sortValue(b, column, byKey), direction)
      if (order !== 0) return order
    }
    // Names that look alike keep one order all the same, or rows would swap for nothing.
    return collator.compare(clientName(a), clientName(b)) || (keyA < keyB ? -1 : keyA > keyB ? 1 : 0)
  }
}

/** The keys to show in one list, filtered and sorted afresh. */
export function orderClients(
  byKey: ReadonlyMap<string, PanelClient>,
  list: ClientList,
  filter: Filter,
  sorts: readonly ClientSort[],
): string[] {
  const keys: string[] = []
  for (const client of byKey.values()) {
    if (isOf(client, list) && matches(client, filter)) keys.push(client.key)
  }
  return keys.sort(compareClients(sorts, byKey))
}

/**
 * Puts the changed clients of one list in their places and leaves the others where they are: thousands of
 * clients with a few changes cost one pass and a few comparisons. A changed client that is shown already and
 * of which `keepsPlace` holds stays where it is. Answers the same array when nothing moved.
 */
export function reorderClients(
  shown: readonly string[],
  changed: ReadonlySet<string>,
  byKey: ReadonlyMap<string, PanelClient>,
  list: ClientList,
  filter: Filter,
  sorts: readonly ClientSort[],
  keepsPlace: (key: string) => boolean,
): readonly string[] {
  const belongs = (key: string) => {
    const client = byKey.get(key)
    return client !== undefined && isOf(client, list) && matches(client, filter)
  }
  const compare = compareClients(sorts, byKey)
  if (standInPlace(shown, changed, belongs, compare)) return shown
  const placed = new Set<string>()
  const kept = shown.filter((key) => {
    if (!changed.has(key)) return true
    if (!keepsPlace(key) || !belongs(key)) return false
    placed.add(key)
    return true
  })
  const incoming = [...changed].filter((key) => !placed.has(key) && belongs(key))
  if (incoming.length === 0 && kept.length === shown.length) return shown
  for (const key of incoming) {
    let low = 0
    let high = kept.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(kept[middle] ?? key, key) < 0) low = middle + 1
      else high = middle
    }
    kept.splice(low, 0, key)
  }
  return kept.length === shown.length && kept.every((key, index) => key === shown[index]) ? shown : kept
}

/** Whether every changed client is shown if it belongs, and stands rightly between its neighbours: mostly it is so. */
function standInPlace(
  shown: readonly string[],
  changed: ReadonlySet<string>,
  belongs: (key: string) => boolean,
  compare: (a: string, b: string) => number,
): boolean {
  let left = changed.size
  for (const [index, key] of shown.entries()) {
    if (!changed.has(key)) continue
    const [before, after] = [shown[index - 1], shown[index + 1]]
    if (!belongs(key)) return false
    if (before !== undefined && compare(before, key) > 0) return false
    if (after !== undefined && compare(key, after) > 0) return false
    left -= 1
  }
  if (left === 0) return true
  const there = new Set(shown)
  return [...changed].every((key) => there.has(key) || !belongs(key))
}
