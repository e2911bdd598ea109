import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkJson } from '../../../../../src/renderer/model/send/json-check.ts'

const problem = (text: string) => {
  const checked = checkJson(text)
  if (checked.ok) expect.fail('it is JSON')
  const { line, column, message } = checked.problem
  return `${line}:${column} ${message}`
}

it.each([
  ['', '1:1 Nothing is here yet'],
  ['  \n ', '2:2 Nothing is here yet'],
  ['{', '1:2 The end is missing: }'],
  ['{\n  "a": [1, 2', '2:13 The end is missing: ]'],
  ['{"a": }', '1:7 This is no value'],
  ['{"a" 1}', '1:6 A colon is missing'],
  ['{"a": 1 "b": 2}', '1:9 A comma or } is missing'],
  ['{\n  "frame": 1\n  "b": 2}', '3:3 A comma or } is missing'],
  ['[1 2]', '1:4 A comma or ] is missing'],
  ['{"a": 1,}', '1:9 A comma stands before }'],
  ['[1,]', '1:4 A comma stands before ]'],
  ['{a: 1}', '1:2 A name in double quotes is missing'],
  ["{'a': 1}", '1:2 A name in double quotes is missing'],
  ["['a']", '1:2 Texts stand in double quotes'],
  ['{"a": "b', '1:9 The closing quote is missing'],
  ['{"a\n": 1}', '1:4 The closing quote is missing'],
  ['{"a": "C:\\work"}', '1:10 This escape is unknown'],
  ['{"a": "\u0007"}', '1:8 This character must be written as an escape'],
  ['{"a": 01}', '1:7 This is no value'],
  ['{"a": True}', '1:7 This is no value'],
  ['{"a": 1} x', '1:10 Something stands after the end'],
  ['{"🙂": 1 2}', '1:10 A comma or } is missing'],
])('says of %j what is wrong, and where', (text, said) => {
  expect(problem(text)).toBe(said)
})

it('takes what JSON.parse takes, and finds a place in everything else', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (json, at, put) => {
      const place = at % (json.length + 1)
      const text = json.slice(0, place) + put + json.slice(place)
      const checked = checkJson(text)
      let parses = true
      try {
        JSON.parse(text)
      } catch {
        parses = false
      }
      expect(checked.ok).toBe(parses)
      if (!checked.ok) {
        expect(checked.problem.offset).toBeLessThanOrEqual(text.length)
        expect(checked.problem.column).toBeGreaterThan(0)
      }
    }),
  )
})

it('is not brought down by what is nested deeply', () => {
  expect(problem('['.repeat(100_000))).toBe('1:100001 The end is missing: ]')
})
