import type { WallRegion } from '../clients/client-order.ts'
import { cardsOfRow, cellOf, type CardRows } from './card-rows.ts'

/** The clients of a region in order, and how their cards lie. */
interface RegionShape {
  readonly keys: readonly string[]
  readonly rows: CardRows
}

/** How the cards of the wall lie, as far as the keyboard has to know. */
export interface WallShape extends Readonly<Record<WallRegion, RegionShape>> {
  /** Programs stand at the left of the Blenders; else below them. */
  readonly beside: boolean
}

/** Rows that Page Up and Page Down go by. */
const pageRows = 3

/** How far a key goes: across, and down in rows. */
const moves = new Map<string, readonly [across: number, down: number]>([
  ['ArrowLeft', [-1, 0]],
  ['ArrowRight', [1, 0]],
  ['ArrowUp', [0, -1]],
  ['ArrowDown', [0, 1]],
  ['PageUp', [0, -pageRows]],
  ['PageDown', [0, pageRows]],
])

/**
 * Where a key leads from the active card: arrows in two dimensions, over headings and over the edge into the other region,
 * the page keys some rows on, Home and End to the first and the last card. Undefined for any other key, null where there is
 * nothing.
 */
export function adjacentCard(
  shape: WallShape,
  active: string | null,
  key: string,
): string | null | undefined {
  const { blenders, others, beside } = shape
  const first = blenders.keys[0] ?? others.keys[0] ?? null
  if (key === 'Home') return first
  if (key === 'End') return others.keys.at(-1) ?? blenders.keys.at(-1) ?? null
  const move = moves.get(key)
  if (move === undefined) return undefined
  const [across, down] = move
  const isOther = active !== null && others.keys.includes(active)
  const [here, there] = isOther ? [others, blenders] : [blenders, others]
  const at = active === null ? -1 : here.keys.indexOf(active)
  if (at === -1) return first
  const { row, column } = cellOf(here.rows, at)
  if (across !== 0) {
    const [from, to] = cardsOfRow(here.rows, row)
    const isEdge = isOther ? at + across === to : at + across < from
    if (beside && isEdge && there.keys.length > 0) return cardAt(there, row, 0)
    return here.keys[at + across] ?? active
  }
  const lastRow = here.rows.rowCount - 1
  if (!beside && Math.abs(down) === 1 && there.keys.length > 0) {
    if (!isOther && down === 1 && row === lastRow) return cardAt(there, 0, column)
    if (isOther && down === -1 && row === 0) return cardAt(there, there.rows.rowCount - 1, column)
  }
  return cardAt(here, row + down, column)
}

/** The card in a row and column, or the nearest to it in a region that has fewer of either. */
function cardAt({ keys, rows }: RegionShape, row: number, column: number): string | null {
  const [from, to] = cardsOfRow(rows, Math.max(0, Math.min(rows.rowCount - 1, row)))
  return keys[Math.min(from + column, to - 1)] ?? null
}
