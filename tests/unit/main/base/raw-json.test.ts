import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonText, keptBytes, RawJson } from '../../../../src/main/base/raw-json.ts'

const raw = (json: string): RawJson => RawJson.fromText(json, JSON.parse(json))

describe('raw JSON', () => {
  it('stands in a larger text as it came, on one line', () => {
    const payload = raw('{"big": 1915883588174806058,\n "far": 1e400, "fine": 0.10}')
    expect(jsonText({ a: [payload], b: { payload, n: 1 } })).toBe(
      '{"a":[{"big": 1915883588174806058,  "far": 1e400, "fine": 0.10}],' +
        '"b":{"payload":{"big": 1915883588174806058,  "far": 1e400, "fine": 0.10},"n":1}}',
    )
    expect(jsonText(payload)).toBe(payload.text)
  })

  it('may hold what looks like a place in a replacement', () => {
    expect(jsonText([raw('"$1 $& $$"'), RawJson.of('"raw-json:0"')])).toBe('["$1 $& $$","\\"raw-json:0\\""]')
  })

  it('is the value for any other serialisation', () => {
    expect(JSON.stringify({ payload: raw('{"n": 1.0}') })).toBe('{"payload":{"n":1}}')
  })

  it('makes the text that JSON.stringify makes, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const json = JSON.stringify({ value, list: [value, 1] })
        expect(jsonText({ value: RawJson.of(value), list: [RawJson.of(value), 1] })).toBe(json)
      }),
    )
  })

  it('counts a text as what it takes in memory', () => {
    expect(keptBytes('abc')).toBe(3)
    expect(keptBytes('äbc')).toBe(6)
    expect(keptBytes('\u{1f600}', 4)).toBe(4)
  })
})
