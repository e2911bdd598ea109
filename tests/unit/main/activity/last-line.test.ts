import { expect, it } from 'vitest'
import { lastLine } from '../../../../src/main/activity/last-line.ts'

it.each([
  ['Traceback:\n  line 1\nValueError: no', 'ValueError: no'],
  ['ValueError: no\n\n  \n', 'ValueError: no'],
  ['one', 'one'],
  ['', ''],
  [`${'x'.repeat(1000)}\n${'y'.repeat(30)}`, 'y'.repeat(20)],
])('the last line of an error is what it says in the end', (text, line) => {
  expect(lastLine(text, 20)).toBe(line)
})
