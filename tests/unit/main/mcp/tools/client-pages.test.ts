import { expect, it } from 'vitest'
import { clientPage, parseCursor, type ClientPage } from '../../../../../src/main/mcp/tools/client-pages.ts'
import type { RawJson } from '../../../../../src/main/base/raw-json.ts'
import { recordText } from '../../../../../src/main/mcp/tools/record-texts.ts'
import { busFixture, registration } from '../../bus/bus-fixture.ts'

/** Each record is taken for a tenth of an answer and a little. */
const large = (): number => 90_000

const recordsIn = (list: RawJson) => list.value() as { uuid: string }[]

function pagesOf(turn: (page: ClientPage) => void = () => undefined) {
  const { bus } = busFixture()
  for (let n = 0; n < 25; n += 1)
    bus.register(registration(`c${String(n)}`, { is_persistent: n % 2 === 0 }), null)
  const uuids: string[][] = []
  let after = null
  do {
    const page: ClientPage = clientPage(bus, large, after === null ? {} : { after })
    uuids.push([...recordsIn(page.persistent), ...recordsIn(page.ephemeral)].map(({ uuid }) => uuid))
    turn(page)
    after = page.next_cursor === undefined ? null : parseCursor(page.next_cursor)
    if (uuids.length === 1) {
      bus.unregister('c18')
      bus.register(registration('newcomer', { is_persistent: true }), null)
    }
  } while (after !== null)
  return uuids
}

it('a list that fits is one page without a cursor', () => {
  const { bus } = busFixture()
  bus.register(registration('b'), null)
  expect(Object.keys(clientPage(bus, ({ bytes }) => bytes))).toStrictEqual([
    'user_id',
    'persistent',
    'ephemeral',
  ])
})

it('the pages of a longer one hold each client once, persistent ones first, whoever comes and goes meanwhile', () => {
  const flags: unknown[] = []
  const uuids = pagesOf(({ truncated, next_cursor }) => flags.push([truncated, next_cursor]))
  const even = Array.from({ length: 13 }, (_, n) => `c${String(2 * n)}`)
  const odd = Array.from({ length: 12 }, (_, n) => `c${String(2 * n + 1)}`)
  // The one that left stood on the first page.
  expect(uuids.flat()).toStrictEqual([...even, 'newcomer', ...odd])
  expect(uuids.map((page) => page.length)).toStrictEqual([10, 10, 6])
  expect(flags).toStrictEqual([
    [true, 'persistent-19'],
    [true, 'ephemeral-12'],
    [undefined, undefined],
  ])
})

it('a record is written once for all who ask, and again when it has changed', () => {
  const { bus } = busFixture()
  const { client } = bus.register(registration('b'), null)
  const first = recordText(bus, client)
  expect(recordText(bus, client)).toBe(first)
  expect(JSON.parse(first.json)).toStrictEqual(client.toDict())
  bus.register(registration('b', { group_id: 'g', metadata: { label: 'B' } }), null)
  expect(JSON.parse(recordText(bus, client).json)).toStrictEqual(client.toDict())
  client.last_seen += 1
  expect(JSON.parse(recordText(bus, client).json)).toStrictEqual(client.toDict())
})

it('what is no cursor is told apart', () => {
  expect(['', 'x', 'persistent', 'persistent--1', 'ephemeral-1e9', 'other-1'].map(parseCursor)).toStrictEqual(
    Array.from({ length: 6 }, () => null),
  )
  expect(parseCursor('ephemeral-12')).toStrictEqual({ bucket: 'ephemeral', ordinal: 12 })
})
