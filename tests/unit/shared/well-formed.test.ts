import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip, wellFormedJson } from '../../../src/shared/well-formed.ts'

/** Any text, half of it made of what is hard: halves of pairs, whole ones, backslashes, quotes and their neighbours. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\ud83c',
        '\udf00',
        '😀',
        '\\',
        '"',
        'u',
        'd83c',
        '\ud7ff',
        '\ue000',
        '\u0000',
        'é',
        '\ufffd',
      ),
    )
    .map((parts) => parts.join('')),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor')), tie('any'), { maxKeys: 5 }),
  ),
})).any

/** The same JSON with each character of its strings written as an escape, as itself, or a mix of both. */
function respell(json: string, choices: readonly boolean[]): string {
  let at = 0
  return json.replace(/[\ud800-\udfff]|\\u[\da-f]{4}/g, (found) => {
    at += 1
    if (!(choices[at % choices.length] ?? false)) return found
    const code = found.length === 1 ? found.charCodeAt(0) : parseInt(found.slice(2), 16)
    const escape = code.toString(16).padStart(4, '0')
    return at % 2 === 0 ? `\\u${escape}` : `\\u${escape.toUpperCase()}`
  })
}

/** Every text and key in a value. */
function textsOf(found: unknown): string[] {
  if (typeof found === 'string') return [found]
  if (typeof found !== 'object' || found === null) return []
  if (Array.isArray(found)) return found.flatMap(textsOf)
  return Object.entries(found).flatMap(([key, item]) => [key, ...textsOf(item)])
}

/** What the parsed text has to mean: each of its texts and keys well-formed, the last of equal keys. */
function mendedValue(found: unknown): unknown {
  if (typeof found === 'string') return found.toWellFormed()
  if (typeof found !== 'object' || found === null) return found
  if (Array.isArray(found)) return found.map(mendedValue)
  return Object.fromEntries(
    Object.entries(found).map(([key, item]): [string, unknown] => [key.toWellFormed(), mendedValue(item)]),
  )
}

const isWellFormed = (found: string): boolean => found.isWellFormed()

describe('a JSON text', () => {
  it.each([
    [String.raw`"cut off \ud83d"`, String.raw`"cut off \ufffd"`],
    [String.raw`"\uD83D\uDE00 \ud83d\ud83d\ude00"`, String.raw`"\uD83D\uDE00 \ufffd\ud83d\ude00"`],
    // An escaped backslash, and then no escape.
    [String.raw`"\\ud83d"`, String.raw`"\\ud83d"`],
    [String.raw`"\\\ud83d"`, String.raw`"\\\ufffd"`],
    [
      String.raw`{"\udE00" : 1e400, "n":1915883588174806058}`,
      String.raw`{"\ufffd" : 1e400, "n":1915883588174806058}`,
    ],
    ['"\ud83d"', '"\ufffd"'],
    // Half a pair as a character and half as an escape are a pair once it is parsed.
    ['"\ud83d\\ude00"', '"\ud83d\\ude00"'],
    ['"\\ud83d\ude00"', '"\\ud83d\ude00"'],
  ])('%j', (given, mended) => {
    expect(wellFormedJson(given)).toBe(mended)
  })

  it('means what the parsed value means, in every spelling, and never grows', () => {
    fc.assert(
      fc.property(value, fc.array(fc.boolean(), { minLength: 1 }), (given, choices) => {
        const json = respell(JSON.stringify(given), choices)
        const mended = wellFormedJson(json)
        expect(JSON.stringify(JSON.parse(mended))).toBe(JSON.stringify(mendedValue(JSON.parse(json))))
        expect(textsOf(JSON.parse(mended)).every(isWellFormed)).toBe(true)
        expect(mended).toHaveLength(json.length)
        if (textsOf(JSON.parse(json)).every(isWellFormed)) expect(mended).toBe(json)
      }),
    )
  })

  it('that is none stays none', () => {
    const parses = (json: string): boolean => {
      try {
        JSON.parse(json)
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(text, (given) => {
        for (const json of [given, `"${given}"`, `["${given}`]) {
          expect(parses(wellFormedJson(json))).toBe(parses(json))
        }
      }),
    )
  })
})

describe('a text that is cut', () => {
  it.each([
    ['abc😀', 5, 'abc😀'],
    ['abc😀', 4, 'abc'],
    ['abc😀', 3, 'abc'],
    ['😀😀', 3, '😀'],
    ['abc', 0, ''],
  ])('%s at %d ends with a whole character: %s', (whole, length, cut) => {
    expect(clip(whole, length)).toBe(cut)
  })

  it('stays well-formed, and loses one unit at most', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(40), (whole, length) => {
        const cut = clip(whole, length)
        expect(cut.isWellFormed() && whole.startsWith(cut)).toBe(true)
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(whole.length, length) - 1)
        expect(cut.length).toBeLessThanOrEqual(length)
      }),
    )
  })
})
