import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brokenBound } from '../../../../src/main/base/json-bounds.ts'

const nestsAtMost = (text: string, maxJsonDepth: number): boolean =>
  brokenBound(text, { maxJsonDepth, maxJsonValues: Infinity }) === null

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, each) => sum + valuesOf(each), 1)
}

describe('the bound of depth', () => {
  test('agrees with the depth of the parsed value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat({ max: 8 }), (text, max) => {
        expect(nestsAtMost(text, max)).toBe(depthOf(JSON.parse(text)) <= max)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    [String.raw`"[[["`, 0, true],
    [String.raw`"\"[[["`, 0, true],
    [String.raw`"\\"`, 0, true],
    [String.raw`["\\",[1]]`, 1, false],
    [String.raw`["\\\"[",1]`, 1, true],
    ['[[1],[2],[3]]', 2, true],
    ['[[1],[2],[[3]]]', 2, false],
    ['"never closed [[[', 0, true],
  ])('%s within %i: %s', (text, max, within) => {
    expect(nestsAtMost(text, max)).toBe(within)
  })

  test('takes a long string in its stride', () => {
    const text = JSON.stringify({ a: '\\"[{'.repeat(500_000) })
    expect(nestsAtMost(text, 1)).toBe(true)
  })
})

describe('the bound of values', () => {
  const holdsAtMost = (text: string, maxJsonValues: number): boolean =>
    brokenBound(text, { maxJsonDepth: Infinity, maxJsonValues }) === null

  test('agrees with the values of the parsed value, whatever the white space', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }),
        fc.nat({ max: 30 }),
        fc.nat({ max: 2 }),
        (value, max, indent) => {
          expect(holdsAtMost(JSON.stringify(value, null, indent), max)).toBe(valuesOf(value) <= max)
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    ['[ ]', 1],
    ['[[],{}]', 3],
    ['{"a,b":",",\n"c":[ 1 , 2 ]}', 5],
    ['"a,b"', 1],
  ])('%s has %i', (text, values) => {
    expect([holdsAtMost(text, values), holdsAtMost(text, values - 1)]).toStrictEqual([true, false])
  })
})
