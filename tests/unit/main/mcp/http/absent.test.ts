import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dropNulls, withoutNulls } from '../../../../../src/main/mcp/http/absent.ts'

const dropped = (message: unknown): unknown => {
  dropNulls(message)
  return message
}

describe('dropNulls', () => {
  test.each([
    [{ method: 'm', params: null }, { method: 'm' }],
    [{ params: { a: null, b: 0, c: '', d: false, _meta: null } }, { params: { b: 0, c: '', d: false } }],
    [{ params: { _meta: { progressToken: null, x: 1 } } }, { params: { _meta: { x: 1 } } }],
    [
      { params: { arguments: { a: null }, list: [null] } },
      { params: { arguments: { a: null }, list: [null] } },
    ],
    [{ params: [null] }, { params: [null] }],
    [
      { id: null, method: null },
      { id: null, method: null },
    ],
    [{ result: { _meta: null, x: null } }, { result: { x: null } }],
    [{ result: {}, error: null }, { result: {} }],
    [{ result: null, error: {} }, { error: {} }],
    [
      { result: null, error: null },
      { result: null, error: null },
    ],
    [{ result: null }, { result: null }],
    [null, null],
    [7, 7],
    [[null], [null]],
  ])('%j becomes %j', (message, expected) => {
    expect(dropped(message)).toStrictEqual(expected)
  })
})

describe('withoutNulls', () => {
  test('leaves no null behind but in lists, and changes nothing else', () => {
    expect(withoutNulls({ a: null, b: { c: null, d: [null, { e: null, f: 1 }] } })).toStrictEqual({
      b: { d: [null, { f: 1 }] },
    })
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!text.includes('null'))
        expect(JSON.stringify(withoutNulls(JSON.parse(text)))).toBe(text)
      }),
    )
  })
})
