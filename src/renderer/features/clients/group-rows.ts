import type { PanelClient } from '../../../shared/clients.ts'
import { sortValue, type Column } from './client-columns.ts'

/** One row of a grid: a client where `title` is null, else the heading of the `count` clients that follow. */
export interface GridRow {
  /** The client's key; a heading has one that no client can have. */
  key: string
  title: string | null
  count: number
}

/** The rows of a grid, with a heading before each run of clients that have the same in the column. */
export function groupRows(
  order: readonly string[],
  byKey: ReadonlyMap<string, PanelClient>,
  column: Column | null,
): readonly GridRow[] {
  if (column === null) return order.map((key) => ({ key, title: null, count: 1 }))
  const rows: GridRow[] = []
  const headings: GridRow[] = []
  for (const key of order) {
    const client = byKey.get(key)
    const value = client === undefined ? null : sortValue(client, column, byKey)
    const title = value === null ? `no ${column}` : String(value)
    const last = headings.at(-1)
    const heading =
      last?.title === title ? last : { key: `\u001d${rows.length}\u001d${title}`, title, count: 0 }
    if (heading !== last) {
      headings.push(heading)
      rows.push(heading)
    }
    heading.count += 1
    rows.push({ key, title: null, count: 1 })
  }
  return rows
}

/** The clients below the heading at an index. */
export function keysOfGroup(rows: readonly GridRow[], heading: number): string[] {
  return rows.slice(heading + 1, heading + 1 + (rows[heading]?.count ?? 0)).map(({ key }) => key)
}
