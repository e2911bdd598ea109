import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pagesOf } from '../../../../../src/renderer/model/approvals/code-pages.ts'

const cut = (text: string, size: number) =>
  pagesOf(text, size).map(({ start, end }) => text.slice(start, end))

it('cuts no character and no end of a line in half', () => {
  expect([cut('', 3), cut('abc', 3), cut('abcd', 3), cut('ab🎨c', 3), cut('ab\r\nc', 3)]).toStrictEqual([
    [''],
    ['abc'],
    ['abc', 'd'],
    ['ab', '🎨c'],
    ['ab', '\r\nc'],
  ])
})

it('shows all of a text, once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 7 }), (text, size) => {
      const pages = cut(text, size)
      expect(pages.join('')).toBe(text)
      expect(pages.every((page) => page.length <= size && page.isWellFormed())).toBe(true)
    }),
  )
})
