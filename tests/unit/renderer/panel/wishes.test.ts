import { expect, it } from 'vitest'
import { createWishes, type Wish } from '../../../../src/renderer/panel/wishes.ts'

it('a wish waits until it is taken, once, and the last one holds', () => {
  const wishes = createWishes()
  const first: Wish = { to: 'add a block' }
  const second: Wish = { to: 'add a block' }
  wishes.make(first)
  wishes.make(second)
  expect(wishes.take(first)).toBe(false)
  expect(wishes.take(second)).toBe(true)
  expect(wishes.take(second)).toBe(false)
  expect(wishes.state.getState()).toEqual({ wish: null })
})
