import { describe, expect, it } from 'vitest'
import { createSelection, step } from '../../../../../src/renderer/model/clients/selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']

function build() {
  const selection = createSelection()
  const state = () => {
    const { selected, active } = selection.state.getState()
    return { selected: [...selected].sort(), active }
  }
  return { selection, state }
}

describe('the selection', () => {
  it('is one row, some rows, or a range from where it began', () => {
    const { selection, state } = build()
    selection.select(order, 'b', 'only')
    expect(state()).toEqual({ selected: ['b'], active: 'b' })
    selection.select(order, 'd', 'toggle')
    expect(state()).toEqual({ selected: ['b', 'd'], active: 'd' })
    selection.select(order, 'b', 'toggle')
    expect(state()).toEqual({ selected: ['d'], active: 'b' })
    selection.select(order, 'c', 'only')
    selection.select(order, 'e', 'range')
    expect(state()).toEqual({ selected: ['c', 'd', 'e'], active: 'e' })
    selection.select(order, 'a', 'range')
    expect(state()).toEqual({ selected: ['a', 'b', 'c'], active: 'a' })
  })

  it('is every row, then none', () => {
    const { selection, state } = build()
    selection.selectAll(order)
    expect(state()).toEqual({ selected: order, active: 'a' })
    selection.clear()
    expect(state()).toEqual({ selected: [], active: 'a' })
  })

  it('loses rows that are no longer shown, and stands on the one that followed', () => {
    const { selection, state } = build()
    selection.select(order, 'a', 'only')
    selection.select(order, 'c', 'toggle')
    selection.keepShown(order, ['a', 'b', 'd', 'e'])
    expect(state()).toEqual({ selected: ['a'], active: 'd' })
    selection.keepShown(['a', 'b', 'd', 'e'], ['a', 'b'])
    expect(state()).toEqual({ selected: ['a'], active: 'b' })
    selection.keepShown(['a', 'b'], [])
    expect(state()).toEqual({ selected: [], active: null })
  })

  it('goes on by so many rows and stops at both ends', () => {
    expect([
      step(order, 'b', 1),
      step(order, 'b', -1),
      step(order, 'd', 12),
      step(order, 'b', -12),
      step(order, null, 1),
      step(order, null, -1),
      step([], null, 1),
    ]).toEqual(['c', 'a', 'e', 'a', 'a', 'e', null])
  })
})
