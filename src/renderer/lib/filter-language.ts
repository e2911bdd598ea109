import { fold } from './fold.ts'

/** Most suggestions at once, and most different values that are looked through for them. */
const suggestionsMax = 8
const valuesMax = 200

/** What may follow at the end of a query: the whole query with the suggestion taken, and what to show for it. */
export interface Suggestion {
  query: string
  label: string
}

/** What a list can be filtered by. */
interface FilterParts<Row> {
  /** Names that may stand before the colon, with what they look at: every value of a row is tried. */
  fields: Record<string, (row: Row) => readonly string[]>
  /** Values that are tried as well, and never suggested. */
  aliases?: Record<string, (row: Row) => readonly string[]>
  /** Names whose value is a number, alone or after `>` or `<`; null compares as neither. */
  numbers: Record<string, (row: Row) => number | null>
  /** What plain words are looked for in. */
  text: (row: Row) => string
}

export interface FilterLanguage<Row> {
  /** The names there are, those with words and those with numbers. */
  readonly fields: readonly string[]
  readonly numbers: readonly string[]
  /**
   * Reads a query: every term must hold. `group:farm` looks for "farm" in the group, `group:"farm"` for exactly it,
   * `drops:>0` compares, `-type:llm` turns a term around, anything else is looked for in the text of a row. A name that
   * is unknown is text like any other, as is a Windows path. Never throws.
   */
  parse: (query: string) => (row: Row) => boolean
  /** Suggestions for the last word of a query: names that begin with it, or after a name the values there are. */
  suggest: (query: string, rows: Iterable<Row>) => Suggestion[]
}

/** One word of a query: an optional minus, an optional name and colon, then text, in quotes where it has spaces. */
const term = /(-)?(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi

/** The language of one list. The text of a row is folded once as long as the row is the same object. */
export function createFilterLanguage<Row extends object>(parts: FilterParts<Row>): FilterLanguage<Row> {
  const fieldNames = Object.keys(parts.fields)
  const numberNames = Object.keys(parts.numbers)
  const names = [...fieldNames, ...numberNames]
  const texts = new WeakMap<Row, string>()

  function textOf(row: Row): string {
    let text = texts.get(row)
    if (text === undefined) {
      text = fold(parts.text(row))
      texts.set(row, text)
    }
    return text
  }

  function testOf(name: string, quoted: string | undefined, plain: string, whole: string) {
    const field = Object.hasOwn(parts.fields, name) ? parts.fields[name] : undefined
    const number = Object.hasOwn(parts.numbers, name) ? parts.numbers[name] : undefined
    const comparison = /^([<>]?)(\d+(?:\.\d+)?)$/.exec(plain)
    if (number !== undefined && comparison !== null) {
      const [, sign, digits] = comparison
      const limit = Number(digits)
      return (row: Row) => {
        const value = number(row)
        if (value === null) return false
        return sign === '>' ? value > limit : sign === '<' ? value < limit : value === limit
      }
    }
    if (field !== undefined) {
      const wanted = fold(quoted ?? plain)
      const alias = parts.aliases?.[name]
      return (row: Row) =>
        [...field(row), ...(alias?.(row) ?? [])].some((value) =>
          quoted === undefined ? fold(value).includes(wanted) : fold(value) === wanted,
        )
    }
    // A name with nothing behind it yet: somebody is about to go on typing.
    if (quoted === undefined && names.some((each) => plain === `${each}:`)) return () => true
    const text = fold(name === '' ? (quoted ?? plain) : whole)
    return (row: Row) => textOf(row).includes(text)
  }

  return {
    fields: fieldNames,
    numbers: numberNames,
    parse(query) {
      const tests: ((row: Row) => boolean)[] = []
      for (const [whole, minus, name = '', quoted, plain = ''] of query.matchAll(term)) {
        const test = testOf(name.toLowerCase(), quoted, plain, whole.slice(minus === undefined ? 0 : 1))
        tests.push(minus === undefined ? test : (row) => !test(row))
      }
      return (row) => tests.every((test) => test(row))
    },
    suggest(query, rows) {
      const last = /(?:^|\s)(-?)([^\s"]*)$/.exec(query)
      const [, minus = '', word = ''] = last ?? []
      if (last === null || word === '') return []
      const start = query.slice(0, query.length - word.length - minus.length)
      const [name = '', ...rest] = word.split(':')
      if (rest.length === 0) {
        return names
          .filter((each) => each.startsWith(word.toLowerCase()))
          .map((each) => ({ query: `${start}${minus}${each}:`, label: `${each}:` }))
      }
      const fieldName = fieldNames.find((each) => each === name.toLowerCase())
      const field = fieldName === undefined ? undefined : parts.fields[fieldName]
      if (fieldName === undefined || field === undefined) return []
      const wanted = fold(rest.join(':'))
      const values = new Set<string>()
      for (const row of rows) {
        for (const value of field(row)) {
          if (
            value !== '' &&
            !value.includes('"') &&
            fold(value) !== wanted &&
            fold(value).includes(wanted)
          ) {
            values.add(value)
          }
        }
        if (values.size > valuesMax) break
      }
      return [...values]
        .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
        .slice(0, suggestionsMax)
        .map((value) => ({
          query: `${start}${minus}${filterTerm(fieldName, value)} `,
          label: `${fieldName}:${value}`,
        }))
    },
  }
}

/** A term of the language that looks for a value: in quotes where it has spaces. What can't be quoted is left out. */
export function filterTerm(name: string, value: string): string {
  return `${name}:${/[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`
}
