/**
 * Well-formed Unicode. A JavaScript string may hold half of a surrogate pair, and JSON may spell one (`\ud83c`). Such
 * text has no UTF-8: `encodeURIComponent` throws on it, and strict JSON parsers refuse the whole document. Here each
 * lone surrogate becomes U+FFFD, the replacement character, as the Unicode Standard recommends (section 3.9).
 */

/** True for text without lone surrogates. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed()
}

/** The text with U+FFFD in place of each lone surrogate. */
export function wellFormed(text: string): string {
  return text.toWellFormed()
}

/**
 * A parsed JSON value with each of its texts and keys well-formed. What needs no change is returned as it is, not
 * copied. Of keys that become equal the last one wins, as in `JSON.parse`. Recurses as deep as the value nests.
 */
export function wellFormedValue(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(wellFormedValue)
    return items.every((item, at) => item === value[at]) ? (value as unknown[]) : items
  }
  const before = Object.entries(value)
  const after = before.map(([key, item]): [string, unknown] => [key.toWellFormed(), wellFormedValue(item)])
  const same = after.every(([key, item], at) => key === before[at]?.[0] && item === before[at][1])
  // `fromEntries` defines its keys, so that `__proto__` stays a key like any other.
  return same ? value : Object.fromEntries(after)
}

const high = String.raw`(?:[\ud800-\udbff]|\\u[dD][89abAB][\da-fA-F]{2})`
const low = String.raw`(?:[\udc00-\udfff]|\\u[dD][c-fC-F][\da-fA-F]{2})`
/**
 * Group 1 is a lone surrogate. A whole pair, in whatever spelling, and every other escape are matched so that they are
 * stepped over: the second backslash of `\\ud800` begins no escape.
 */
const surrogates = new RegExp(String.raw`${high}${low}|(${high}|${low})|\\[^]`, 'g')
const surrogateEscape = /\\u[dD][89a-fA-F]/

/**
 * A JSON text whose strings are well-formed: U+FFFD in place of each lone surrogate, be it a character or an escape,
 * and in the same spelling, so that the text grows by no character. Everything else stays to the character, numbers
 * and blanks included. `JSON.parse` of it equals `wellFormedValue` of the parsed text, and fails where that fails.
 */
export function wellFormedJson(json: string): string {
  if (json.isWellFormed() && !surrogateEscape.test(json)) return json
  return json.replace(surrogates, (found: string, lone: string | undefined) => {
    if (lone === undefined) return found
    return lone.length === 1 ? '\ufffd' : String.raw`\ufffd`
  })
}
