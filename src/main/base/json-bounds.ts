/** What a JSON text may hold. Parsing costs by the value, and not only by the byte. */
export interface JsonBounds {
  /** Objects and lists in one another; what walks a value later may be recursive. */
  readonly maxJsonDepth: number
  /** Objects, lists, texts, numbers, booleans and nulls, all together. */
  readonly maxJsonValues: number
}

const quote = 0x22
const backslash = 0x5c
const space = 0x20
const comma = 0x2c

/**
 * What of its bounds a JSON text breaks, before it is parsed; null for none. Texts in it are stepped over by native
 * search, so a long one costs next to nothing, and it ends at the bound. Text that is not JSON gets some answer; the
 * parser has the last word.
 */
export function brokenBound(text: string, bounds: JsonBounds): 'too_deep' | 'too_many_values' | null {
  let depth = 0
  /** The value itself, one for each object or list that is not empty, and one for each comma. */
  let values = 1
  /** The last thing that stood there was an opening bracket. */
  let opened = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    switch (code) {
      case quote:
        opened = false
        at = endOfString(text, at)
        if (at === -1) return null
        break
      case 0x5b: // [
      case 0x7b: // {
        opened = true
        values += 1
        depth += 1
        if (depth > bounds.maxJsonDepth) return 'too_deep'
        break
      case 0x5d: // ]
      case 0x7d: // }
        if (opened) values -= 1
        opened = false
        depth -= 1
        break
      case comma:
        opened = false
        values += 1
        if (values > bounds.maxJsonValues) return 'too_many_values'
        break
      default:
        if (code > space) opened = false
    }
  }
  return values > bounds.maxJsonValues ? 'too_many_values' : null
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return -1
}
