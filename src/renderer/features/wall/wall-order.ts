/** How the cards lie, as far as the keyboard has to know. */
export interface WallShape {
  readonly blenders: readonly string[]
  readonly others: readonly string[]
  readonly blenderColumns: number
  readonly otherColumns: number
  /** Programs stand at the left of the Blenders; else below them. */
  readonly beside: boolean
}

const arrows = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
} as const

/** Rows that Page Up and Page Down go by. */
const pageRows = 3

/**
 * Where a key leads from the active card: arrows in two dimensions and over the edge into the other region, the page
 * keys some rows on, Home and End to the first and the last card. Undefined for any other key, null where there is nothing.
 */
export function cardFrom(shape: WallShape, active: string | null, key: string): string | null | undefined {
  const { blenders, others } = shape
  const first = blenders[0] ?? others[0] ?? null
  if (key === 'Home') return first
  if (key === 'End') return others.at(-1) ?? blenders.at(-1) ?? null
  const isPage = key === 'PageUp' || key === 'PageDown'
  const arrow = Object.entries(arrows).find(([name]) => name === key)?.[1]
  if (arrow === undefined && !isPage) return undefined
  const isOther = active !== null && others.includes(active)
  const cards = isOther ? others : blenders
  const columns = isOther ? shape.otherColumns : shape.blenderColumns
  const at = active === null ? -1 : cards.indexOf(active)
  if (at === -1) return first
  if (isPage) return cards[clamp(at + (key === 'PageUp' ? -pageRows : pageRows) * columns, cards)] ?? null
  const [across, down] = arrow ?? [0, 0]
  const column = at % columns
  const row = Math.floor(at / columns)
  const lastRow = Math.floor((cards.length - 1) / columns)
  if (shape.beside) {
    if (!isOther && across === -1 && column === 0 && others.length > 0)
      return others[clamp(row, others)] ?? null
    if (isOther && across === 1 && column === columns - 1 && blenders.length > 0) {
      return blenders[clamp(row * shape.blenderColumns, blenders)] ?? null
    }
  } else {
    if (!isOther && down === 1 && row === lastRow && others.length > 0)
      return others[clamp(column, others)] ?? null
    if (isOther && down === -1 && row === 0 && blenders.length > 0) {
      const start = Math.floor((blenders.length - 1) / shape.blenderColumns) * shape.blenderColumns
      return blenders[clamp(start + column, blenders)] ?? null
    }
  }
  if (down === -1 && row === 0) return active
  if (down === 1 && row === lastRow) return active
  return cards[clamp(at + across + down * columns, cards)] ?? null
}

const clamp = (index: number, cards: readonly string[]) => Math.max(0, Math.min(cards.length - 1, index))
