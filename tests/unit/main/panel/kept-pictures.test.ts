import { expect, it } from 'vitest'
import { MemoryLedger } from '../../../../src/main/base/ledger.ts'
import { createKeptPictures, type KeptPicture } from '../../../../src/main/panel/kept-pictures.ts'

const ref = (uuid: string) => ({ userId: 'local', uuid })
const account = new MemoryLedger(Infinity).of('local')
const entry = (id: string, chars = 10): KeptPicture => ({
  askedSize: 480,
  tookMs: 0,
  picture: {
    id,
    takenAt: 1,
    mimeType: 'image/png',
    width: 4,
    height: 4,
    data: 'x'.repeat(chars),
    source: 'viewport',
    note: '',
  },
})

it('keeps the last picture of each client, and forgets the oldest past the count', () => {
  const kept = createKeptPictures({ countMax: 2, charsMax: 1000 })
  kept.keep(ref('a'), entry('1'), account)
  kept.keep(ref('b'), entry('2'), account)
  kept.keep(ref('a'), entry('3'), account)
  kept.keep(ref('c'), entry('4'), account)
  expect(['a', 'b', 'c'].map((uuid) => kept.of(ref(uuid))?.picture.id)).toStrictEqual(['3', undefined, '4'])
  expect(kept.of({ userId: 'eve', uuid: 'a' })).toBeNull()
  kept.forget(ref('a'))
  expect(kept.of(ref('a'))).toBeNull()
})

it('keeps within a number of characters in all, counting what was replaced or forgotten no more', () => {
  const kept = createKeptPictures({ countMax: 10, charsMax: 100 })
  for (let n = 0; n < 5; n += 1) kept.keep(ref('a'), entry(String(n), 60), account)
  kept.forget(ref('never kept'))
  kept.keep(ref('b'), entry('b', 40), account)
  expect([kept.of(ref('a'))?.picture.id, kept.of(ref('b'))?.picture.id]).toStrictEqual(['4', 'b'])
  kept.keep(ref('c'), entry('c', 1), account)
  expect([kept.of(ref('a')), kept.of(ref('b'))?.picture.id, kept.of(ref('c'))?.picture.id]).toStrictEqual([
    null,
    'b',
    'c',
  ])
})

it('charges a picture to its user until it is replaced or forgotten, and keeps none that there is no room for', () => {
  const memory = new MemoryLedger(200)
  const eve = memory.of('eve')
  const kept = createKeptPictures()
  kept.keep(ref('a'), entry('1', 60), eve)
  kept.keep(ref('b'), entry('2', 41), eve)
  expect([memory.usedBytes, kept.of(ref('b'))]).toStrictEqual([60, null])
  kept.keep(ref('a'), entry('3', 80), eve)
  expect([memory.usedBytes, kept.of(ref('a'))?.picture.id]).toStrictEqual([80, '3'])
  kept.keep(ref('a'), entry('4', 101), eve)
  expect([memory.usedBytes, kept.of(ref('a'))]).toStrictEqual([0, null])
})
