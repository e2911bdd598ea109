import type { PreferenceValues } from '../../settings/preferences.ts'
import {
  cardsOfRow,
  cellOf,
  firstWhere,
  sectionWith,
  type CardCell,
  type CardRows,
  type CardSection,
} from './card-rows.ts'

/** All lengths are CSS pixels. Room around the cards of a region, and between them. */
const padding = 14
const gap = 14
/** Height of the heading of a group, as the style sheet has it. */
const headingHeight = 24
/** The lines of text below a picture, and a card of text alone. */
const textHeight = 82
const smallCardHeight = 78
/** Least width of a card by its chosen size, and of a small one. */
const leastWidths: Record<PreferenceValues['cardSize'], number> = { small: 150, medium: 216, large: 360 }
const smallCardWidth = 190
/** Longer side of the pictures by size, in pixels of a dense screen. */
export const pictureSizes: Record<PreferenceValues['cardSize'], number> = {
  small: 384,
  medium: 512,
  large: 960,
}
/** Narrower than this, programs stand below the Blenders instead of beside them. */
export const sideBySideMinWidth = 620

/** So many cards in a row, all of one size. */
export interface CardLayout {
  readonly columns: number
  readonly cardWidth: number
  readonly cardHeight: number
}

/** Cards of pictures share out the width of their region; the room of a picture is 16 to 10. */
export function pictureCards(width: number, size: PreferenceValues['cardSize']): CardLayout {
  const { columns, cardWidth } = shareOut(width, leastWidths[size])
  return { columns, cardWidth, cardHeight: Math.round((cardWidth * 10) / 16) + textHeight }
}

export function smallCards(width: number): CardLayout {
  return { ...shareOut(width, smallCardWidth), cardHeight: smallCardHeight }
}

function shareOut(width: number, least: number): Pick<CardLayout, 'columns' | 'cardWidth'> {
  const room = Math.max(0, width - 2 * padding)
  const columns = Math.max(1, Math.floor((room + gap) / (least + gap)))
  return { columns, cardWidth: Math.floor((room - (columns - 1) * gap) / columns) }
}

/** Where a region stands on the wall, how far it is scrolled, and what is in it. */
export interface RegionPlace extends CardLayout {
  readonly rows: CardRows
  readonly left: number
  readonly top: number
  readonly height: number
  readonly scrollTop: number
}

/** A point in all that is scrolled in a region, from its upper left corner. */
interface Offset {
  readonly left: number
  readonly top: number
}

/** Where a card stands in its region. */
export function cardOffset(
  { cardWidth, cardHeight }: CardLayout,
  { row, column, section }: CardCell,
): Offset {
  return { left: padding + column * (cardWidth + gap), top: rowTop(cardHeight, row, section.headings) }
}

/** Where the heading above a card of the first row of its section stands. */
export function headingTop({ cardHeight }: CardLayout, { firstRow, headings }: CardSection): number {
  return rowTop(cardHeight, firstRow, headings - 1)
}

/** Height of all that is scrolled in a region. */
export function contentHeight({ cardHeight }: CardLayout, { rowCount, headings }: CardRows): number {
  return rowTop(cardHeight, rowCount, headings) - (rowCount === 0 ? 0 : gap) + padding
}

function rowTop(cardHeight: number, row: number, headings: number): number {
  return padding + row * (cardHeight + gap) + headings * (headingHeight + gap)
}

interface Rect extends Offset {
  readonly width: number
  readonly height: number
}

/** Where the card of this index stands on the wall, in sight or not. */
export function cardRect(place: RegionPlace, index: number): Rect {
  const { left, top } = cardOffset(place, cellOf(place.rows, index))
  return {
    left: place.left + left,
    top: place.top + top - place.scrollTop,
    width: place.cardWidth,
    height: place.cardHeight,
  }
}

/**
 * The cards of which anything can be seen: the index of the first, and the one after the last.
 *
 * @param spareRows with so many rows before and after them
 */
export function cardsInSight(place: RegionPlace, spareRows = 0): [from: number, to: number] {
  const { rows, cardHeight, height, scrollTop } = place
  const topOf = (row: number) => rowTop(cardHeight, row, sectionWith(rows, 'firstRow', row).headings)
  const firstRow = firstWhere(rows.rowCount, (row) => topOf(row) + cardHeight > scrollTop)
  const endRow = firstWhere(rows.rowCount, (row) => topOf(row) >= scrollTop + height)
  const from = Math.max(0, firstRow - spareRows)
  const to = Math.min(rows.rowCount, Math.max(firstRow, endRow) + spareRows)
  return from >= to ? [0, 0] : [cardsOfRow(rows, from)[0], cardsOfRow(rows, to - 1)[1]]
}

/** How far a region is to be scrolled for a card to be seen whole, and its heading where it is below one: as little as can be. */
export function scrollTopFor(place: RegionPlace, index: number): number {
  const cell = cellOf(place.rows, index)
  const { section, row } = cell
  const cardTop = cardOffset(place, cell).top
  const isFirstRow = section.heading !== null && row === section.firstRow
  const top = (isFirstRow ? headingTop(place, section) : cardTop) - padding
  const bottom = cardTop + place.cardHeight + padding
  return Math.min(top, Math.max(place.scrollTop, bottom - place.height))
}

/**
 * The way of a line from a program's card to a Blender's, as an SVG path: through the gaps between the cards, so that it
 * covers nothing. Null where either end is out of sight.
 *
 * @param lane moves the line a little aside, so that several can be told apart
 */
export function wirePath(
  program: { place: RegionPlace; index: number },
  blender: { place: RegionPlace; index: number },
  beside: boolean,
  lane: number,
): string | null {
  const from = cardRect(program.place, program.index)
  const to = cardRect(blender.place, blender.index)
  const shift = (lane % 4) * 3
  // From the gap above the card, or where that is scrolled away from the one below it.
  const above = to.top - gap / 2 + shift - 4
  const below = to.top + to.height + gap / 2 + shift - 4
  const [entry, edge] = isWithin(blender.place, above) ? [above, to.top] : [below, to.top + to.height]
  if (!isWithin(blender.place, entry)) return null
  const x = to.left + 22 + shift * 3
  if (beside) {
    const y = from.top + from.height / 2 + shift
    if (!isWithin(program.place, y)) return null
    const gutter = blender.place.left + padding / 2 + shift - 4
    return roundedPath([
      [from.left + from.width, y],
      [gutter, y],
      [gutter, entry],
      [x, entry],
      [x, edge],
    ])
  }
  const start = from.left + from.width / 2 + shift
  const leave = from.top - gap / 2 + shift - 4
  if (!isWithin(program.place, from.top)) return null
  const gutter = blender.place.left + padding / 2 + shift - 4
  return roundedPath([
    [start, from.top],
    [start, leave],
    [gutter, leave],
    [gutter, entry],
    [x, entry],
    [x, edge],
  ])
}

function isWithin({ top, height }: RegionPlace, y: number): boolean {
  return y >= top && y <= top + height
}

const cornerRadius = 5

/** Straight lines along the axes, with round corners. */
function roundedPath(points: readonly (readonly [x: number, y: number])[]): string {
  return points
    .map(([x, y], index) => {
      if (index === 0) return `M${x} ${y}`
      const [before, after] = [points[index - 1], points[index + 1]]
      if (before === undefined || after === undefined) return `L${x} ${y}`
      const radius = Math.min(cornerRadius, distance(before, [x, y]) / 2, distance([x, y], after) / 2)
      const [inX, inY] = towards([x, y], before, radius)
      const [outX, outY] = towards([x, y], after, radius)
      return `L${inX} ${inY}Q${x} ${y} ${outX} ${outY}`
    })
    .join('')
}

type Point = readonly [x: number, y: number]
const distance = (a: Point, b: Point) => Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1])
const towards = (from: Point, to: Point, by: number): Point => [
  from[0] + Math.sign(to[0] - from[0]) * by,
  from[1] + Math.sign(to[1] - from[1]) * by,
]
