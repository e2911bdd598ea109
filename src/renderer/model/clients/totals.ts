import type { PanelClient } from '../../../shared/clients.ts'
import { columnFacts, type Column } from './client-columns.ts'

/** Height of the row of totals in CSS pixels, its border included. */
export const totalsHeight = 25

export function isTotalled(column: Column): boolean {
  return columnFacts[column].total !== undefined
}

/** The sum of a column over these clients. */
export function columnTotal(
  column: Column,
  keys: readonly string[],
  byKey: ReadonlyMap<string, PanelClient>,
): number {
  const { total } = columnFacts[column]
  let sum = 0
  for (const key of keys) {
    const client = byKey.get(key)
    if (client !== undefined) sum += total?.(client) ?? 0
  }
  return sum
}
