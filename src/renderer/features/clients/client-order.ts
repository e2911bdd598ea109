import { clientKey, type ClientState, type PanelClient } from '../../../shared/panel-contract.ts'
import { clientFile, clientName, fold, searchText } from './client-text.ts'

/** The two buckets of a bus, in the order they are shown. */
export const buckets = ['persistent', 'ephemeral'] as const
export type Bucket = (typeof buckets)[number]

/** The bucket a client's record lives in. */
export function bucketOf(client: PanelClient): Bucket {
  return client.record.is_persistent ? 'persistent' : 'ephemeral'
}

/** Columns of a grid. `place` is the file of a persistent client and the target of an ephemeral one. */
export const columns = ['client', 'place', 'group', 'job', 'lastSeen'] as const
export type Column = (typeof columns)[number]

export interface Sort {
  column: Column
  direction: 'ascending' | 'descending'
}

/** Which clients to show. All words of `query` must occur; a null `state` lets every state through. */
export interface Filter {
  query: string
  state: ClientState | null
}

/** Columns whose values change by themselves: sorted by these, rows are put in order at intervals only. */
export const volatileColumns: ReadonlySet<Column> = new Set(['job', 'lastSeen'])

/** Compares names as people do: without regard to case, and with 2 before 10. */
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const searchTexts = new WeakMap<PanelClient, string>()

/** Whether a client passes the filter. */
function matches(client: PanelClient, filter: Filter): boolean {
  if (filter.state !== null && client.state !== filter.state) return false
  if (filter.query === '') return true
  let text = searchTexts.get(client)
  if (text === undefined) {
    text = searchText(client)
    searchTexts.set(client, text)
  }
  return fold(filter.query)
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** The name of what an ephemeral client works on, null where it waits for nothing. */
export function workingOnName(client: PanelClient, byKey: ReadonlyMap<string, PanelClient>): string | null {
  const [first, ...others] = client.workingOn?.targetUuids ?? []
  if (first === undefined) return null
  const target = byKey.get(clientKey({ userId: client.userId, uuid: first }))
  const name = target === undefined ? first : clientName(target)
  return others.length === 0 ? name : `${name} and ${others.length} more`
}

/** What a client sorts by in a column; null (nothing there) comes last in both directions. */
function sortValue(client: PanelClient, column: Column, byKey: ReadonlyMap<string, PanelClient>) {
  switch (column) {
    case 'client':
      return clientName(client)
    case 'place':
      return bucketOf(client) === 'persistent' ? clientFile(client) : workingOnName(client, byKey)
    case 'group':
      return client.record.group_id
    case 'job': {
      const job = client.job ?? client.workingOn
      return job === null ? null : (job.progress ?? 0)
    }
    case 'lastSeen':
      return -client.record.last_seen
  }
}

function compareClients(sort: Sort, byKey: ReadonlyMap<string, PanelClient>) {
  const sign = sort.direction === 'ascending' ? 1 : -1
  return (keyA: string, keyB: string): number => {
    const a = byKey.get(keyA)
    const b = byKey.get(keyB)
    if (a === undefined || b === undefined) return 0
    const valueA = sortValue(a, sort.column, byKey)
    const valueB = sortValue(b, sort.column, byKey)
    if (valueA === null || valueB === null) {
      if (valueA !== valueB) return valueA === null ? 1 : -1
    } else {
      const order =
        typeof valueA === 'number' && typeof valueB === 'number'
          ? valueA - valueB
          : collator.compare(String(valueA), String(valueB))
      if (order !== 0) return order * sign
    }
    // Names that look alike keep one order all the same, or rows would swap for nothing.
    return collator.compare(clientName(a), clientName(b)) || (keyA < keyB ? -1 : keyA > keyB ? 1 : 0)
  }
}

/** The keys to show in one bucket, filtered and sorted afresh. */
export function orderClients(
  byKey: ReadonlyMap<string, PanelClient>,
  bucket: Bucket,
  filter: Filter,
  sort: Sort,
): string[] {
  const keys: string[] = []
  for (const client of byKey.values()) {
    if (bucketOf(client) === bucket && matches(client, filter)) keys.push(client.key)
  }
  return keys.sort(compareClients(sort, byKey))
}

/**
 * Puts the changed clients of one bucket in their places and leaves the others where they are: thousands of
 * clients with a few changes cost one pass and a few comparisons. Where `keepPlaces` is set, a changed client
 * that is shown already stays where it is. Answers the same array when nothing moved.
 */
export function reorderClients(
  shown: readonly string[],
  changed: ReadonlySet<string>,
  byKey: ReadonlyMap<string, PanelClient>,
  bucket: Bucket,
  filter: Filter,
  sort: Sort,
  keepPlaces: boolean,
): readonly string[] {
  const belongs = (key: string) => {
    const client = byKey.get(key)
    return client !== undefined && bucketOf(client) === bucket && matches(client, filter)
  }
  const placed = new Set<string>()
  const kept = shown.filter((key) => {
    if (!changed.has(key)) return true
    if (!keepPlaces || !belongs(key)) return false
    placed.add(key)
    return true
  })
  const incoming = [...changed].filter((key) => !placed.has(key) && belongs(key))
  if (incoming.length === 0 && kept.length === shown.length) return shown
  const compare = compareClients(sort, byKey)
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
