import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compactJson,
  elementsOf,
  indentJson,
  memberOf,
  membersOf,
  onOneLine,
  withMembers,
  withoutRepeats,
} from '../../../src/shared/json-text.ts'

/** Any JSON text, with blanks and line breaks wherever they may stand. */
const anyJson = fc
  .tuple(fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }), fc.constantFrom('', ' ', '\n\t', '\r\n  '))
  .map(([value, indent]) => JSON.stringify(value, null, indent))

describe('JSON as text', () => {
  it('has the members of an object where they stand', () => {
    const json = ' { "a" : 1 ,"\\u0061":[{"a":"}"}], "b\\"":"x\\\\" ,"__proto__":{} } '
    expect(membersOf(json).map(({ name, start, end }) => [name, json.slice(start, end)])).toStrictEqual([
      ['a', '1'],
      ['a', '[{"a":"}"}]'],
      ['b"', '"x\\\\"'],
      ['__proto__', '{}'],
    ])
    const last = memberOf(json, 'a')
    expect(json.slice(last?.start, last?.end)).toBe('[{"a":"}"}]')
    expect(memberOf(json, 'c')).toBeNull()
    expect(membersOf('[{"a":1}]')).toStrictEqual([])
    expect(membersOf('{}')).toStrictEqual([])
  })

  it('has the elements of an array where they stand', () => {
    const json = '[ 1e400,"a,]" , [2,[3]],{"a":[]} ,null]'
    expect(elementsOf(json).map(({ start, end }) => json.slice(start, end))).toStrictEqual([
      '1e400',
      '"a,]"',
      '[2,[3]]',
      '{"a":[]}',
      'null',
    ])
    expect(elementsOf('{"a":[1]}')).toStrictEqual([])
    expect(elementsOf('[ ]')).toStrictEqual([])
  })

  it('takes members out and puts others in, and leaves every number as it is', () => {
    const json = '{"job_id":"a","n":1915883588174806058,"job_id":"b","f":1e400,"z":-0.10}'
    expect(withMembers(json, { added: { job_id: '"c"' } })).toBe(
      '{"n":1915883588174806058,"job_id":"c","f":1e400,"z":-0.10}',
    )
    expect(withMembers('{"a":1.0,"n":2}', { without: ['a'], added: { a: '3.0' } })).toBe('{"n":2,"a":3.0}')
    expect(withMembers('{"n":1.0}', { added: { job_id: '"c"' } })).toBe('{"n":1.0,"job_id":"c"}')
    expect(withMembers(json, { without: ['job_id', 'f'] })).toBe('{"n":1915883588174806058,"z":-0.10}')
  })

  it('leaves each name once, the last of those that stand twice, at any depth', () => {
    const json = '{"a":1,"b":[{"c":1.0,"\\u0063":2e2},[ ]],"a":{"d":"x:y","d":1e400}}'
    expect(withoutRepeats(json, JSON.parse(json))).toBe('{"a":{"d":1e400},"b":[{"c":2e2},[]]}')
    const plain = '{"a": "b:c", "d": [ {"e": 1e5} ]}'
    expect(withoutRepeats(plain, JSON.parse(plain))).toBe(plain)
  })

  it('is compact with each number as it is, and otherwise as `JSON.stringify` has it', () => {
    expect(compactJson(' {"a" : [1e400, 1915883588174806058 ] ,\r\n"b" :{ },"c":"{, :" } ')).toBe(
      '{"a":[1e400,1915883588174806058],"b":{},"c":"{, :"}',
    )
    fc.assert(
      fc.property(anyJson, (json) => {
        const value = JSON.parse(json) as unknown
        expect(compactJson(json)).toBe(JSON.stringify(value))
      }),
    )
  })

  it('indents as JSON.stringify does, with each number as it is', () => {
    expect(indentJson('{"a":[1e400, {}] ,"b":[ ],"c":"{,:"}')).toBe(
      '{\n  "a": [\n    1e400,\n    {}\n  ],\n  "b": [],\n  "c": "{,:"\n}',
    )
  })

  it('means the same value, whatever the text', () => {
    fc.assert(
      fc.property(anyJson, (json) => {
        const value: unknown = JSON.parse(json)
        const minified = JSON.stringify(value)
        expect(indentJson(json)).toBe(JSON.stringify(value, null, 2))
        expect(withoutRepeats(json, value)).toBe(json)
        expect(onOneLine(json)).not.toMatch(/[\r\n]/)
        expect(JSON.stringify(JSON.parse(onOneLine(json)))).toBe(minified)
        if (typeof value !== 'object' || value === null) return
        if (Array.isArray(value)) {
          const elements = elementsOf(json).map(({ start, end }): unknown =>
            JSON.parse(json.slice(start, end)),
          )
          expect(elements).toStrictEqual(JSON.parse(json))
        } else {
          expect(JSON.stringify(JSON.parse(withMembers(json, {})))).toBe(minified)
        }
      }),
    )
  })

  it('reads twice-named members as JSON.parse does, whatever they are', () => {
    const name = fc.constantFrom('a', 'b', '__proto__', '1')
    const { object } = fc.letrec<{ object: string; value: string }>((tie) => ({
      value: fc.oneof(
        { withCrossShrink: true },
        fc.constantFrom('1', '"x:"', 'null', '[]', '1e400'),
        tie('object'),
        fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
      ),
      object: fc
        .array(fc.tuple(name, tie('value')), { maxLength: 4 })
        .map((all) => `{${all.map(([key, value]) => `"${key}": ${value}`).join(' , ')}}`),
    }))
    fc.assert(
      fc.property(object, (json) => {
        const value: unknown = JSON.parse(json)
        const once = withoutRepeats(json, value)
        expect(JSON.parse(once)).toStrictEqual(value)
        const names = membersOf(once).map((member) => member.name)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })
})
