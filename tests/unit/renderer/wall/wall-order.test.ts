import { describe, expect, it } from 'vitest'
import { cardFrom, type WallShape } from '../../../../src/renderer/features/wall/wall-order.ts'

describe('the arrow keys', () => {
  //  x   a b c
  //  y   d e
  const beside: WallShape = {
    blenders: ['a', 'b', 'c', 'd', 'e'],
    others: ['x', 'y'],
    blenderColumns: 3,
    otherColumns: 1,
    beside: true,
  }
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
    ['a', 'PageDown', 'e'],
    ['e', 'PageUp', 'a'],
    ['e', 'Home', 'a'],
    ['a', 'End', 'y'],
    [null, 'ArrowDown', 'a'],
    ['has left', 'ArrowDown', 'a'],
    ['a', 'x', undefined],
  ])('from %s by %s to %s', (active, key, to) => {
    expect(cardFrom(beside, active, key)).toBe(to)
  })

  //  a b c
  //  d e
  //  x y
  const below: WallShape = { ...beside, otherColumns: 3, beside: false }
  it.each([
    ['e', 'ArrowDown', 'y'],
    ['d', 'ArrowDown', 'x'],
    ['x', 'ArrowUp', 'd'],
    ['y', 'ArrowUp', 'e'],
    ['a', 'ArrowLeft', 'a'],
    ['x', 'ArrowLeft', 'x'],
  ])('with the others below: from %s by %s to %s', (active, key, to) => {
    expect(cardFrom(below, active, key)).toBe(to)
  })

  it('lead nowhere on an empty wall', () => {
    const empty = { ...beside, blenders: [], others: [] }
    expect([cardFrom(empty, null, 'ArrowDown'), cardFrom(empty, null, 'End')]).toStrictEqual([null, null])
  })
})
