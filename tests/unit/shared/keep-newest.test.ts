import { describe, expect, it } from 'vitest'
import { keepNewest } from '../../../src/shared/keep-newest.ts'

describe('what is bounded by number', () => {
  it('forgets the oldest first, of maps and of sets, and says how many', () => {
    const map = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
    expect(keepNewest(map, 1)).toBe(2)
    expect([...map]).toStrictEqual([['c', 3]])
    const set = new Set(['a', 'b', 'c'])
    expect(keepNewest(set, 2)).toBe(1)
    expect([...set]).toStrictEqual(['b', 'c'])
  })

  it('keeps everything up to the bound', () => {
    const set = new Set([1, 2])
    expect(keepNewest(set, 2)).toBe(0)
    expect(keepNewest(set, 3)).toBe(0)
    expect([...set]).toStrictEqual([1, 2])
  })
})
