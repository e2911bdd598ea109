import { expect, it } from 'vitest'
import { startOf } from '../../../../src/main/base/start-of.ts'

it.each([
  ['short', 5, 'short'],
  ['longer', 5, 'longe'],
  ['äöü', 2, 'äö'],
  ['ab\u{1f600}', 3, 'ab'],
  ['ab\u{1f600}', 4, 'ab\u{1f600}'],
  ['', 3, ''],
])('keeps of "%s" the first %i units', (text, length, start) => {
  expect(startOf(text, length)).toBe(start)
})
