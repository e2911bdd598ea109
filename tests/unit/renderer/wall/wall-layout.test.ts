import { describe, expect, it } from 'vitest'
import {
  cardRect,
  indexesInSight,
  pictureCards,
  smallCards,
  wirePath,
  type RegionPlace,
} from '../../../../src/renderer/features/wall/wall-layout.ts'

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
}
const programs: RegionPlace = { ...blenders, left: 0, columns: 1, cardWidth: 178, cardHeight: 78 }

describe('what is in sight', () => {
  it('is every card of which anything shows', () => {
    // Rows begin at 14, 214 and 414; the last is cut at 500.
    expect(indexesInSight(blenders)).toStrictEqual([0, 5])
    expect(indexesInSight({ ...blenders, height: 414 })).toStrictEqual([0, 3])
    expect(indexesInSight({ ...blenders, scrollTop: 199 })).toStrictEqual([0, 7])
    expect(indexesInSight({ ...blenders, scrollTop: 201 })).toStrictEqual([2, 7])
    expect(indexesInSight({ ...blenders, height: 0 })).toStrictEqual([0, 1])
  })

  it('has its place, scrolled or not', () => {
    expect(cardRect(blenders, 3)).toStrictEqual({ left: 446, top: 258, width: 200, height: 186 })
    expect(cardRect({ ...blenders, scrollTop: 100 }, 3).top).toBe(158)
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

  it('lies beside another one', () => {
    expect(line({}, 3, 0, 1)).not.toBe(line({}, 3))
    expect(line({}, 3, 0, 4)).toBe(line({}, 3))
  })

  it('goes up from a program that stands below', () => {
    const below = { ...programs, top: 600, columns: 3 }
    const path = wirePath({ place: below, index: 1 }, { place: { ...blenders, left: 0 }, index: 1 }, false, 0)
    expect(path).toMatch(/^M295 614L295 /)
    expect(path).toMatch(/ 58$/)
  })
})
