import type { ClientGroup } from '../clients/client-groups.ts'

/** Cards that stand together: those of one group below its heading, or all of a region that is not grouped. */
export interface CardSection {
  readonly heading: ClientGroup | null
  /** Index of its first card, and how many it has. */
  readonly from: number
  readonly count: number
  /** Number of its first row among all rows. */
  readonly firstRow: number
  /** How many headings stand above its cards, its own included. */
  readonly headings: number
}

/** How the cards of a region fall into rows: so many in a row, and each section begins a new one. */
export interface CardRows {
  readonly columns: number
  readonly rowCount: number
  readonly headings: number
  readonly sections: readonly CardSection[]
}

/** @param groups of the region's list; none where it is not grouped */
export function cardRows(groups: readonly ClientGroup[], cardCount: number, columns: number): CardRows {
  const sections: CardSection[] = []
  let rowCount = 0
  const add = (heading: ClientGroup | null, from: number, count: number) => {
    const headings = heading === null ? 0 : sections.length + 1
    sections.push({ heading, from, count, firstRow: rowCount, headings })
    rowCount += Math.ceil(count / columns)
  }
  if (groups.length === 0) add(null, 0, cardCount)
  for (const group of groups) add(group, group.from, group.count)
  return { columns, rowCount, headings: groups.length, sections }
}

const noSection: CardSection = { heading: null, from: 0, count: 0, firstRow: 0, headings: 0 }

/** Where a card is among the others. */
export interface CardCell {
  readonly section: CardSection
  readonly row: number
  readonly column: number
}

export function cellOf(rows: CardRows, index: number): CardCell {
  const section = sectionWith(rows, 'from', index)
  const within = index - section.from
  return { section, row: section.firstRow + Math.floor(within / rows.columns), column: within % rows.columns }
}

/** The cards of a row: the index of the first, and the one after the last. */
export function cardsOfRow(rows: CardRows, row: number): [from: number, to: number] {
  const { from, count, firstRow } = sectionWith(rows, 'firstRow', row)
  const first = from + (row - firstRow) * rows.columns
  return [first, Math.min(first + rows.columns, from + count)]
}

/** The section with the card of this index, or with this row. */
export function sectionWith({ sections }: CardRows, by: 'from' | 'firstRow', number: number): CardSection {
  const next = firstWhere(sections.length, (n) => (sections[n] ?? noSection)[by] > number)
  return sections[next - 1] ?? noSection
}

/** The first of the numbers below `count` of which it holds, where it then holds of all that follow; `count` for none. */
export function firstWhere(count: number, holds: (n: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
