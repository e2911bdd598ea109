import { expect, it } from 'vitest'
import { escapeInvisible, jsonTokens } from '../../../../src/renderer/lib/json-tokens.ts'

it('tells keys, strings and literals apart', () => {
  expect(jsonTokens('{"a": "x: \\"1\\"", "b": [true, null, -1.5e3]}')).toEqual([
    { kind: 'plain', text: '{' },
    { kind: 'key', text: '"a"' },
    { kind: 'plain', text: ':' },
    { kind: 'plain', text: ' ' },
    { kind: 'string', text: '"x: \\"1\\""' },
    { kind: 'plain', text: ', ' },
    { kind: 'key', text: '"b"' },
    { kind: 'plain', text: ':' },
    { kind: 'plain', text: ' [' },
    { kind: 'literal', text: 'true' },
    { kind: 'plain', text: ', ' },
    { kind: 'literal', text: 'null' },
    { kind: 'plain', text: ', ' },
    { kind: 'literal', text: '-1.5e3' },
    { kind: 'plain', text: ']}' },
  ])
})

it('keeps every character, whatever a client put into its strings', () => {
  const json = JSON.stringify({ 'k":1': '</pre>\\ true \u0000 "', n: [1, 'true', {}] }, null, 2)
  expect(
    jsonTokens(json)
      .map(({ text }) => text)
      .join(''),
  ).toBe(json)
})

it('shows characters that would turn the text around as escapes of the same value', () => {
  const json = JSON.stringify({ label: 'a\u202eb\u200b' })
  expect(escapeInvisible(json)).toBe('{"label":"a\\u202eb\\u200b"}')
  expect(JSON.parse(escapeInvisible(json))).toEqual({ label: 'a\u202eb\u200b' })
})
