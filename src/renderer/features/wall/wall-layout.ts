import type { PreferenceValues } from '../../settings/preferences.ts'

/** All lengths are CSS pixels. Room around the cards of a region, and between them. */
export const padding = 14
export const gap = 14
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
export const sideBySideFrom = 620

/** How the cards of one region lie: so many in a row, all of one size. */
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

/** Where a region stands on the wall, and how far it is scrolled. */
export interface RegionPlace extends CardLayout {
  readonly left: number
  readonly top: number
  readonly height: number
  readonly scrollTop: number
}

interface Rect {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Where the card of this index stands on the wall, in sight or not. */
export function cardRect(place: RegionPlace, index: number): Rect {
  const { columns, cardWidth, cardHeight } = place
  return {
    left: place.left + padding + (index % columns) * (cardWidth + gap),
    top: place.top + padding + Math.floor(index / columns) * (cardHeight + gap) - place.scrollTop,
    width: cardWidth,
    height: cardHeight,
  }
}

/** First and last index of the cards of which anything can be seen; the last may be beyond the last card. */
export function indexesInSight({
  columns,
  cardHeight,
  height,
  scrollTop,
}: Omit<RegionPlace, 'left' | 'top'>): [number, number] {
  const pitch = cardHeight + gap
  const first = Math.max(0, Math.floor((scrollTop - padding + gap) / pitch))
  const last = Math.max(first, Math.ceil((scrollTop + height - padding) / pitch) - 1)
  return [first * columns, (last + 1) * columns - 1]
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
