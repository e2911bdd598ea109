import type { PanelClient } from '../../../shared/clients.ts'
import { sortValue } from './client-columns.ts'
import type { Grouping } from './clients-layout.ts'

/** Clients that have the same in the column that a list is grouped by: they stand one after the other. */
export interface ClientGroup {
  /** One that no client can have. */
  readonly key: string
  readonly title: string
  /** Index of the first of them in the list, and how many they are. */
  readonly from: number
  readonly count: number
}

/** The groups of a list that is in order; none where it is not grouped. */
export function clientGroups(
  order: readonly string[],
  byKey: ReadonlyMap<string, PanelClient>,
  column: Grouping | null,
): readonly ClientGroup[] {
  if (column === null) return noGroups
  const groups: { key: string; title: string; from: number; count: number }[] = []
  for (const [index, clientKey] of order.entries()) {
    const value = groupValue(byKey.get(clientKey), column)
    // A group may be called what those without one are: its key has a sign more.
    const key = value === null ? '\u001d' : `\u001d=${value}`
    const last = groups.at(-1)
    if (last?.key === key) last.count += 1
    else groups.push({ key, title: value ?? `no ${column}`, from: index, count: 1 })
  }
  return groups
}

const noGroups: readonly ClientGroup[] = []

/** What puts a client into its group, null where it has nothing of the kind. */
export function groupValue(client: PanelClient | undefined, column: Grouping): string | null {
  const value = client === undefined ? null : sortValue(client, column, noOthers)
  return value === null ? null : String(value)
}

/** What a client is grouped by depends on no other client. */
const noOthers: ReadonlyMap<string, PanelClient> = new Map()

/** The clients of a group, by the list that it is of. */
export function keysOfGroup(order: readonly string[], { from, count }: ClientGroup): readonly string[] {
  return order.slice(from, from + count)
}

/** One row of a table: a client, or the heading of the group that follows. */
export interface TableRow {
  readonly key: string
  /** Null in the row of a client. */
  readonly heading: ClientGroup | null
}

/** The rows of a table, with a heading before each group. */
export function tableRows(order: readonly string[], groups: readonly ClientGroup[]): readonly TableRow[] {
  const rowOf = (key: string): TableRow => ({ key, heading: null })
  if (groups.length === 0) return order.map(rowOf)
  return groups.flatMap((group) => [
    { key: group.key, heading: group },
    ...keysOfGroup(order, group).map(rowOf),
  ])
}
