import { describe, expect, it } from 'vitest'
import { cardRows, cellOf } from '../../../../../src/renderer/model/wall/card-rows.ts'
import {
  cardOffset,
  cardRect,
  cardsInSight,
  contentHeight,
  headingTop,
  pictureCards,
  scrollTopFor,
  smallCards,
  wirePath,
  type RegionPlace,
} from '../../../../../src/renderer/model/wall/wall-layout.ts'

describe('the cards', () => {
  it('share out the width of their region, and there is always one in a row', () => {
    expect(pictureCards(1000, 'small')).toStrictEqual({ columns: 6, cardWidth: 150, cardHeight: 176 })
    expect(pictureCards(1000, 'medium')).toStrictEqual({ columns: 4, cardWidth: 232, cardHeight: 227 })
    expect(pictureCards(1000, 'large')).toStrictEqual({ columns: 2, cardWidth: 479, cardHeight: 381 })
    expect(pictureCards(200, 'large')).toStrictEqual({ columns: 1, cardWidth: 172, cardHeight: 190 })
    expect(smallCards(206)).toStrictEqual({ columns: 1, cardWidth: 178, cardHeight: 78 })
    expect(pictureCards(0, 'small').columns).toBe(1)
  })
})

const blenders: RegionPlace = {
  left: 218,
  top: 44,
  height: 500,
  scrollTop: 0,
  columns: 2,
  cardWidth: 200,
  cardHeight: 186,
  rows: cardRows([], 20, 2),
}
const programs: RegionPlace = {
  ...blenders,
  left: 0,
  columns: 1,
  cardWidth: 178,
  cardHeight: 78,
  rows: cardRows([], 31, 1),
}
/** Two rows of three cards under the heading at 14, two of four under the one at 452. */
const grouped: RegionPlace = {
  ...blenders,
  rows: cardRows(
    [
      { key: 'farm', title: 'farm', from: 0, count: 3 },
      { key: 'shop', title: 'shop', from: 3, count: 4 },
    ],
    7,
    2,
  ),
}

describe('what is in sight', () => {
  it('is every card of which anything shows', () => {
    // Rows begin at 14, 214 and 414; the last is cut at 500.
    expect(cardsInSight(blenders)).toStrictEqual([0, 6])
    expect(cardsInSight({ ...blenders, height: 414 })).toStrictEqual([0, 4])
    expect(cardsInSight({ ...blenders, scrollTop: 199 })).toStrictEqual([0, 8])
    expect(cardsInSight({ ...blenders, scrollTop: 200 })).toStrictEqual([2, 8])
    expect(cardsInSight({ ...blenders, height: 0 })).toStrictEqual([0, 0])
    expect(cardsInSight({ ...blenders, rows: cardRows([], 5, 2) })).toStrictEqual([0, 5])
    expect(cardsInSight({ ...blenders, rows: cardRows([], 0, 2) })).toStrictEqual([0, 0])
    expect(cardsInSight({ ...blenders, scrollTop: 9_000 })).toStrictEqual([0, 0])
  })

  it('has so many rows around it as are to be ready', () => {
    expect(cardsInSight(blenders, 1)).toStrictEqual([0, 8])
    expect(cardsInSight({ ...blenders, scrollTop: 201 }, 1)).toStrictEqual([0, 10])
    expect(cardsInSight({ ...blenders, scrollTop: 1_600 }, 1)).toStrictEqual([14, 20])
  })

  it('is found under headings', () => {
    // Rows begin at 52 and 252, then at 490 and 690.
    expect(cardsInSight(grouped)).toStrictEqual([0, 5])
    expect(cardsInSight({ ...grouped, height: 490 })).toStrictEqual([0, 3])
    expect(cardsInSight({ ...grouped, scrollTop: 437 })).toStrictEqual([2, 7])
    expect(cardsInSight({ ...grouped, scrollTop: 438 })).toStrictEqual([3, 7])
    // The heading alone.
    expect(cardsInSight({ ...grouped, scrollTop: 440, height: 45 })).toStrictEqual([0, 0])
    expect(cardsInSight({ ...grouped, scrollTop: 440, height: 45 }, 1)).toStrictEqual([2, 5])
  })

  it('has its place, scrolled or not', () => {
    expect(cardRect(blenders, 3)).toStrictEqual({ left: 446, top: 258, width: 200, height: 186 })
    expect(cardRect({ ...blenders, scrollTop: 100 }, 3).top).toBe(158)
    expect(cardRect({ ...grouped, scrollTop: 100 }, 4)).toStrictEqual({
      left: 446,
      top: 434,
      width: 200,
      height: 186,
    })
  })
})

describe('all that is scrolled', () => {
  it('has its cards below the headings of their groups, and room at its end', () => {
    const { rows } = grouped
    expect([0, 1, 2, 3, 6].map((index) => cardOffset(grouped, cellOf(rows, index)))).toStrictEqual([
      { left: 14, top: 52 },
      { left: 228, top: 52 },
      { left: 14, top: 252 },
      { left: 14, top: 490 },
      { left: 228, top: 690 },
    ])
    expect(rows.sections.map((section) => headingTop(grouped, section))).toStrictEqual([14, 452])
    expect(contentHeight(grouped, rows)).toBe(690 + 186 + 14)
    expect(contentHeight(blenders, cardRows([], 1, 2))).toBe(14 + 186 + 14)
    expect(contentHeight(blenders, cardRows([], 0, 2))).toBe(28)
  })

  it('is moved as little as can be for a card to be seen, with its heading where that is above it', () => {
    const to = (scrollTop: number, index: number) => scrollTopFor({ ...grouped, scrollTop }, index)
    expect(to(0, 0)).toBe(0)
    expect(to(0, 2)).toBe(0)
    expect(to(0, 3)).toBe(190)
    expect(to(0, 6)).toBe(390)
    expect(to(390, 2)).toBe(238)
    expect(to(600, 4)).toBe(438)
    expect(to(390, 1)).toBe(0)
    // Where there is no room for it, its upper edge is seen.
    expect(scrollTopFor({ ...grouped, height: 100 }, 6)).toBe(676)
  })
})

describe('a line from a program to its Blender', () => {
  const line = (blender: Partial<RegionPlace>, index: number, program = 0, lane = 0) =>
    wirePath({ place: programs, index: program }, { place: { ...blenders, ...blender }, index }, true, lane)

  it('runs through the gaps: to the gutter, along the row, and into the card from above', () => {
    expect(line({}, 3)).toBe(
      'M192 97L216 97Q221 97 221 102L221 242Q221 247 226 247L463 247Q468 247 468 252L468 258',
    )
  })

  it('comes from below where the gap above is scrolled out of sight', () => {
    expect(line({ scrollTop: 60 }, 0)).toMatch(/L254 184$/)
  })

  it('is not drawn to what is out of sight', () => {
    expect(line({ scrollTop: 400 }, 0)).toBeNull()
    expect(line({}, 20)).toBeNull()
    expect(line({}, 0, 30)).toBeNull()
  })

  it('runs between a card and the heading above it', () => {
    // The heading ends at 520, the card begins at 534.
    expect(wirePath({ place: programs, index: 0 }, { place: grouped, index: 3 }, true, 0)).toBe(
      'M192 97L216 97Q221 97 221 102L221 518Q221 523 226 523L249 523Q254 523 254 528L254 534',
    )
  })

  it('lies beside another one', () => {
    expect(line({}, 3, 0, 1)).not.toBe(line({}, 3))
    expect(line({}, 3, 0, 4)).toBe(line({}, 3))
  })

  it('goes up from a program that stands below', () => {
    const below = { ...programs, top: 600, columns: 3, rows: cardRows([], 3, 3) }
    const path = wirePath({ place: below, index: 1 }, { place: { ...blenders, left: 0 }, index: 1 }, false, 0)
    expect(path).toMatch(/^M295 614L295 /)
    expect(path).toMatch(/ 58$/)
  })
})
