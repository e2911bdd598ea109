import { describe, expect, it } from 'vitest'
import { cardRows } from '../../../../../src/renderer/model/wall/card-rows.ts'
import { adjacentCard, type WallShape } from '../../../../../src/renderer/model/wall/wall-order.ts'

const region = (keys: string, columns: number, ...groups: string[]) => {
  let from = 0
  const counted = groups.map((title) => {
    const group = { key: title, title, from, count: title.length }
    from += title.length
    return group
  })
  return { keys: Array.from(keys), rows: cardRows(counted, keys.length, columns) }
}

describe('the arrow keys', () => {
  //  x   a b c
  //  y   d e
  const beside: WallShape = { blenders: region('abcde', 3), others: region('xy', 1), beside: true }
  it.each([
    ['a', 'ArrowRight', 'b'],
    ['c', 'ArrowRight', 'd'],
    ['e', 'ArrowRight', 'e'],
    ['d', 'ArrowLeft', 'y'],
    ['a', 'ArrowLeft', 'x'],
    ['x', 'ArrowRight', 'a'],
    ['y', 'ArrowRight', 'd'],
    ['x', 'ArrowLeft', 'x'],
    ['x', 'ArrowDown', 'y'],
    ['y', 'ArrowDown', 'y'],
    ['b', 'ArrowDown', 'e'],
    ['c', 'ArrowDown', 'e'],
    ['e', 'ArrowUp', 'b'],
    ['b', 'ArrowUp', 'b'],
    ['b', 'PageDown', 'e'],
    ['c', 'PageDown', 'e'],
    ['d', 'PageUp', 'a'],
    ['a', 'PageUp', 'a'],
    ['e', 'Home', 'a'],
    ['a', 'End', 'y'],
    [null, 'ArrowDown', 'a'],
    ['has left', 'ArrowDown', 'a'],
    ['a', 'x', undefined],
  ])('from %s by %s to %s', (active, key, to) => {
    expect(adjacentCard(beside, active, key)).toBe(to)
  })

  //  a b c
  //  d e
  //  x y
  const below: WallShape = { ...beside, others: region('xy', 3), beside: false }
  it.each([
    ['e', 'ArrowDown', 'y'],
    ['d', 'ArrowDown', 'x'],
    ['x', 'ArrowUp', 'd'],
    ['y', 'ArrowUp', 'e'],
    ['a', 'ArrowLeft', 'a'],
    ['x', 'ArrowLeft', 'x'],
  ])('with the others below: from %s by %s to %s', (active, key, to) => {
    expect(adjacentCard(below, active, key)).toBe(to)
  })

  //  x   a b c   under the heading abcd
  //  y   d
  //      e f     under the heading ef
  const grouped: WallShape = { ...beside, blenders: region('abcdef', 3, 'abcd', 'ef') }
  it.each([
    ['c', 'ArrowDown', 'd'],
    ['d', 'ArrowDown', 'e'],
    ['f', 'ArrowUp', 'd'],
    ['d', 'ArrowUp', 'a'],
    ['d', 'ArrowRight', 'e'],
    ['e', 'ArrowLeft', 'y'],
    ['f', 'ArrowDown', 'f'],
    ['b', 'PageDown', 'f'],
    ['f', 'PageUp', 'b'],
    ['x', 'End', 'y'],
  ])('over headings: from %s by %s to %s', (active, key, to) => {
    expect(adjacentCard(grouped, active, key)).toBe(to)
  })

  it('lead nowhere on an empty wall', () => {
    const empty = { ...beside, blenders: region('', 3), others: region('', 1) }
    expect([adjacentCard(empty, null, 'ArrowDown'), adjacentCard(empty, null, 'End')]).toStrictEqual([
      null,
      null,
    ])
  })
})
