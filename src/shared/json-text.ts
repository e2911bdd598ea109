/**
 * JSON as text, for what is passed on as it came: a number keeps every digit, which a parsed one does not. Each
 * function takes text that `JSON.parse` accepts; what it does with other text is left open.
 */

/** A value in a JSON text: from its first character to before the one that follows it. */
export interface Span {
  readonly start: number
  readonly end: number
}

interface Member extends Span {
  /** Its name as text; two spellings of one name are the same. */
  readonly name: string
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** The members of the object that begins at `at`, in their order, also where a name stands twice; none of another value. */
export function membersOf(json: string, at = 0): Member[] {
  const members: Member[] = []
  let next = afterSpace(json, at)
  if (json.charCodeAt(next) !== openBrace) return members
  next = afterSpace(json, next + 1)
  while (json.charCodeAt(next) === quote) {
    const afterName = endOfText(json, next)
    const name = JSON.parse(json.slice(next, afterName)) as string
    const start = afterSpace(json, afterSpace(json, afterName) + 1)
    const end = endOfValue(json, start)
    members.push({ name, start, end })
    next = afterSpace(json, end)
    if (json.charCodeAt(next) === comma) next = afterSpace(json, next + 1)
  }
  return members
}

/** The elements of the array that begins at `at`, in their order; none of another value. */
export function elementsOf(json: string, at = 0): Span[] {
  const elements: Span[] = []
  let next = afterSpace(json, at)
  if (json.charCodeAt(next) !== openBracket) return elements
  next = afterSpace(json, next + 1)
  while (next < json.length && json.charCodeAt(next) !== closeBracket) {
    const end = endOfValue(json, next)
    elements.push({ start: next, end })
    next = afterSpace(json, end)
    if (json.charCodeAt(next) === comma) next = afterSpace(json, next + 1)
  }
  return elements
}

/** The member that counts under this name: the last one, as for `JSON.parse`; null where there is none. */
export function memberOf(json: string, name: string, at = 0): Span | null {
  return membersOf(json, at).findLast((member) => member.name === name) ?? null
}

/** The object without these members, and with those of `added` (their JSON by name): in their place, or behind the others where they had none or are in `without`. */
export function withMembers(
  json: string,
  { without = [], added = {} }: { without?: readonly string[]; added?: Readonly<Record<string, string>> },
): string {
  const all = membersOf(json)
  const parts: string[] = []
  for (const [index, { name, start, end }] of all.entries()) {
    if (without.includes(name)) continue
    const isAdded = Object.hasOwn(added, name)
    // Of one that stands twice the last is replaced, and no other is left.
    if (isAdded && all.findLastIndex((member) => member.name === name) !== index) continue
    parts.push(`${JSON.stringify(name)}:${isAdded ? (added[name] ?? 'null') : json.slice(start, end)}`)
  }
  for (const [name, value] of Object.entries(added)) {
    if (without.includes(name) || !all.some((member) => member.name === name))
      parts.push(`${JSON.stringify(name)}:${value}`)
  }
  return `{${parts.join(',')}}`
}

/** The same on one line: a line break can only stand between values (RFC 8259, section 7). */
export function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ') : json
}

/**
 * The same text where each object names each of its members once, as any parsed object does. Where one stands twice,
 * the last one is left, which is the one that `JSON.parse` takes: peers with another rule must not read another value
 * than the one that was judged.
 *
 * @param value what `JSON.parse` makes of the text
 */
export function withoutRepeats(json: string, value: unknown): string {
  return countColons(json) === countMembers(value) ? json : lastOfEach(json, 0).text
}

/** The same without blanks and line breaks between values. */
export function compactJson(json: string): string {
  const parts: string[] = []
  for (let at = afterSpace(json, 0); at < json.length; at = afterSpace(json, at)) {
    const code = json.charCodeAt(at)
    const isSign = code === comma || code === colon || isBracket(code)
    const end = isSign ? at + 1 : endOfValue(json, at)
    parts.push(json.slice(at, end))
    at = end
  }
  return parts.join('')
}

const isBracket = (code: number) =>
  code === openBrace || code === closeBrace || code === openBracket || code === closeBracket

/** The same with a line for each member and element, indented by two blanks as `JSON.stringify` does it. */
export function indentJson(json: string): string {
  const parts: string[] = []
  let depth = 0
  const line = (): string => `\n${'  '.repeat(depth)}`
  for (let at = afterSpace(json, 0); at < json.length; at = afterSpace(json, at)) {
    const code = json.charCodeAt(at)
    if (code === openBrace || code === openBracket) {
      const inside = afterSpace(json, at + 1)
      const closing = json.charCodeAt(inside)
      if (closing === closeBrace || closing === closeBracket) {
        parts.push(code === openBrace ? '{}' : '[]')
        at = inside + 1
      } else {
        depth += 1
        parts.push(json.charAt(at), line())
        at += 1
      }
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1
      parts.push(line(), json.charAt(at))
      at += 1
    } else if (code === comma) {
      parts.push(',', line())
      at += 1
    } else if (code === colon) {
      parts.push(': ')
      at += 1
    } else {
      const end = endOfValue(json, at)
      parts.push(json.slice(at, end))
      at = end
    }
  }
  return parts.join('')
}

function afterSpace(json: string, at: number): number {
  for (;;) {
    const code = json.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at += 1
  }
}

/** After the closing quote of the string that begins at `at`. */
function endOfText(json: string, at: number): number {
  let end = json.indexOf('"', at + 1)
  while (end !== -1) {
    let slashes = 0
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return end + 1
    end = json.indexOf('"', end + 1)
  }
  return json.length
}

const endOfPlain = /[\s,\]}]|$/g

/** After the value that begins at `at`, whatever it is. */
function endOfValue(json: string, at: number): number {
  const first = json.charCodeAt(at)
  if (first === quote) return endOfText(json, at)
  if (first !== openBrace && first !== openBracket) {
    endOfPlain.lastIndex = at
    return endOfPlain.exec(json)?.index ?? json.length
  }
  let depth = 0
  for (let next = at; next < json.length; next += 1) {
    const code = json.charCodeAt(next)
    if (code === quote) next = endOfText(json, next) - 1
    else if (code === openBrace || code === openBracket) depth += 1
    else if (code === closeBrace || code === closeBracket) {
      depth -= 1
      if (depth === 0) return next + 1
    }
  }
  return json.length
}

function countColons(json: string): number {
  let count = 0
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfText(json, at) - 1
    else if (code === colon) count += 1
  }
  return count
}

function countMembers(value: unknown): number {
  let count = 0
  const open: unknown[] = [value]
  while (open.length > 0) {
    const each = open.pop()
    if (typeof each !== 'object' || each === null) continue
    const inside: unknown[] = Array.isArray(each) ? each : Object.values(each)
    if (!Array.isArray(each)) count += inside.length
    for (const one of inside) if (typeof one === 'object' && one !== null) open.push(one)
  }
  return count
}

/** The value that begins at `at` with each name once, and where it ends. As deep as the text nests, which is bounded. */
function lastOfEach(json: string, at: number): { text: string; end: number } {
  const start = afterSpace(json, at)
  const first = json.charCodeAt(start)
  if (first !== openBrace && first !== openBracket) {
    const end = endOfValue(json, start)
    return { text: json.slice(start, end), end }
  }
  const elements: string[] = []
  const members = new Map<string, string>()
  let next = afterSpace(json, start + 1)
  while (next < json.length) {
    const code = json.charCodeAt(next)
    if (code === closeBrace || code === closeBracket) break
    if (code === comma) {
      next = afterSpace(json, next + 1)
      continue
    }
    let name: string | null = null
    if (first === openBrace) {
      const afterName = endOfText(json, next)
      name = JSON.parse(json.slice(next, afterName)) as string
      next = afterSpace(json, afterName) + 1
    }
    const inner = lastOfEach(json, next)
    if (name === null) elements.push(inner.text)
    else members.set(name, inner.text)
    next = afterSpace(json, inner.end)
  }
  const text =
    first === openBracket
      ? `[${elements.join(',')}]`
      : `{${[...members].map(([name, inner]) => `${JSON.stringify(name)}:${inner}`).join(',')}}`
  return { text, end: next + 1 }
}
