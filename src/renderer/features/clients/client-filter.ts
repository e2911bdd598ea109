import type { PanelClient } from '../../../shared/clients.ts'
import { clientName, fold, searchText, stateWords } from './client-text.ts'

/** Names that may stand before the colon, with what they look at. Every value that a client has is tried. */
const fields = {
  name: (client: PanelClient) => [clientName(client)],
  uuid: ({ record }: PanelClient) => [record.uuid],
  type: ({ record }: PanelClient) => [record.client_type],
  state: ({ state }: PanelClient) => [stateWords[state], state],
  group: ({ record }: PanelClient) => [record.group_id ?? 'none'],
  file: ({ record }: PanelClient) => [record.blend_file ?? ''],
  can: ({ record }: PanelClient) => record.capabilities,
  job: ({ job, workingOn }: PanelClient) => [(job ?? workingOn)?.title ?? 'none'],
  host: ({ record }: PanelClient) => [record.hostname ?? ''],
  blender: ({ record }: PanelClient) => [record.blender_version ?? ''],
  program: ({ program }: PanelClient) => (program === null ? [] : [`${program.name} ${program.version}`]),
  address: ({ address }: PanelClient) => [address ?? ''],
} as const
type Field = keyof typeof fields
export const filterFields = Object.keys(fields) as readonly Field[]

/** Names whose value is a number, alone or after `>` or `<`. */
const numbers = {
  queue: (client: PanelClient) => client.queued,
  sent: (client: PanelClient) => client.sent,
  received: (client: PanelClient) => client.received,
  drops: (client: PanelClient) => client.dropped,
} as const
type NumberField = keyof typeof numbers
export const filterNumbers = Object.keys(numbers) as readonly NumberField[]

type Test = (client: PanelClient) => boolean

const searchTexts = new WeakMap<PanelClient, string>()

function holds(client: PanelClient, text: string): boolean {
  let all = searchTexts.get(client)
  if (all === undefined) {
    all = searchText(client)
    searchTexts.set(client, all)
  }
  return all.includes(text)
}

/** One word of a query: an optional minus, an optional name and colon, then text, in quotes where it has spaces. */
const term = /(-)?(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi

/**
 * Reads a query: every term must hold. `group:farm` looks for "farm" in the group, `group:"farm"` for exactly it,
 * `drops:>0` compares, `-type:llm` turns a term around, anything else is looked for in all that names a client. A
 * name that is unknown is text like any other, as is a Windows path. Never throws.
 */
export function parseFilter(query: string): Test {
  const tests: Test[] = []
  for (const [whole, minus, name = '', quoted, plain = ''] of query.matchAll(term)) {
    const test = testOf(name.toLowerCase(), quoted, plain, whole.slice(minus === undefined ? 0 : 1))
    tests.push(minus === undefined ? test : (client) => !test(client))
  }
  return (client) => tests.every((test) => test(client))
}

function testOf(name: string, quoted: string | undefined, plain: string, whole: string): Test {
  const field = filterFields.find((each) => each === name)
  const number = filterNumbers.find((each) => each === name)
  const comparison = /^([<>]?)(\d+)$/.exec(plain)
  if (number !== undefined && comparison !== null) {
    const [, sign, digits] = comparison
    const limit = Number(digits)
    return (client) => {
      const value = numbers[number](client)
      return sign === '>' ? value > limit : sign === '<' ? value < limit : value === limit
    }
  }
  if (field !== undefined) {
    const wanted = fold(quoted ?? plain)
    return (client) =>
      fields[field](client).some((value) =>
        quoted === undefined ? fold(value).includes(wanted) : fold(value) === wanted,
      )
  }
  // A name with nothing behind it yet: somebody is about to go on typing.
  if (quoted === undefined && [...filterFields, ...filterNumbers].some((each) => plain === `${each}:`)) {
    return () => true
  }
  const text = fold(name === '' ? (quoted ?? plain) : whole)
  return (client) => holds(client, text)
}

/** Most suggestions at once. */
const suggestionsMax = 8

/** What may follow at the end of a query: the whole query with the suggestion taken, and what to show for it. */
export interface Suggestion {
  query: string
  label: string
}

/** Suggestions for the last word of a query: names that begin with it, or after a name the values there are. */
export function suggestFilter(query: string, clients: Iterable<PanelClient>): Suggestion[] {
  const last = /(?:^|\s)(-?)([^\s"]*)$/.exec(query)
  const [, minus = '', word = ''] = last ?? []
  if (last === null || word === '') return []
  const start = query.slice(0, query.length - word.length - minus.length)
  const [name = '', ...rest] = word.split(':')
  if (rest.length === 0) {
    return [...filterFields, ...filterNumbers]
      .filter((each) => each.startsWith(word.toLowerCase()))
      .map((each) => ({ query: `${start}${minus}${each}:`, label: `${each}:` }))
  }
  const field = filterFields.find((each) => each === name.toLowerCase())
  if (field === undefined) return []
  const wanted = fold(rest.join(':'))
  const values = new Set<string>()
  for (const client of clients) {
    const [value] = field === 'can' ? [] : fields[field](client)
    for (const each of field === 'can' ? fields.can(client) : [value ?? '']) {
      if (each !== '' && !each.includes('"') && fold(each) !== wanted && fold(each).includes(wanted)) {
        values.add(each)
      }
    }
    if (values.size > 200) break
  }
  return [...values]
    .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
    .slice(0, suggestionsMax)
    .map((value) => ({
      query: `${start}${minus}${field}:${/\s/.test(value) ? `"${value}"` : value} `,
      label: `${field}:${value}`,
    }))
}
