/**
 * Well-formed Unicode. A JavaScript string may hold half of a surrogate pair, and JSON may spell one (`\ud83c`). Such
 * text has no UTF-8: `encodeURIComponent` throws on it, and strict JSON parsers refuse the whole document. Here each
 * lone surrogate becomes U+FFFD, the replacement character, as the Unicode Standard recommends (section 3.9).
 */

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
 * and blanks included. Parsed, it is the value that the given text means, with each of its texts and keys
 * well-formed; it is no JSON where the given text is none.
 */
export function wellFormedJson(json: string): string {
  if (json.isWellFormed() && !surrogateEscape.test(json)) return json
  return json.replace(surrogates, (found: string, lone: string | undefined) => {
    if (lone === undefined) return found
    return lone.length === 1 ? '\ufffd' : String.raw`\ufffd`
  })
}

/** The first `length` UTF-16 units of a text at most, one less where the last of them would be half of a character. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
