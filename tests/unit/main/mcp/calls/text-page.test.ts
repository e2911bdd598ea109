import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../fixtures/any-text.ts'
import { textPage, type TextPage } from '../../../../../src/main/mcp/calls/text-page.ts'

const pageOf = (text: string, offset: number, size?: number): TextPage => {
  const page = textPage(text, offset, size)
  if (page === null) throw new Error('There is no such page.')
  return page
}

/** The whole text, page by page, as a client would read it. */
function readAll(text: string, size?: number): { whole: string; pages: number; largest: number } {
  let [whole, pages, largest] = ['', 0, 0]
  for (let offset: number | null = 0; offset !== null;) {
    const page = pageOf(text, offset, size)
    whole += page.text
    pages += 1
    largest = Math.max(largest, Buffer.byteLength(page.text))
    offset = page.next_offset
  }
  return { whole, pages, largest }
}

describe('a page of a text', () => {
  it('holds all of a short one', () => {
    expect(textPage('Grüße', 0)).toStrictEqual({
      text: 'Grüße',
      offset: 0,
      next_offset: null,
      total_bytes: 7,
    })
    expect(textPage('', 0)).toStrictEqual({ text: '', offset: 0, next_offset: null, total_bytes: 0 })
  })

  it('has at most 256 KiB, and says where the next one begins', () => {
    const text = 'x'.repeat(262_145)
    expect(textPage(text, 0)).toStrictEqual({
      text: 'x'.repeat(262_144),
      offset: 0,
      next_offset: 262_144,
      total_bytes: 262_145,
    })
    expect(textPage(text, 262_144)).toStrictEqual({
      text: 'x',
      offset: 262_144,
      next_offset: null,
      total_bytes: 262_145,
    })
  })

  it('cuts no character in half, at either end', () => {
    const text = `x${'🧊'.repeat(65_536)}`
    expect(pageOf(text, 0)).toMatchObject({ next_offset: 262_141 })
    for (const inside of [2, 3, 4]) expect(pageOf(text, inside)).toMatchObject({ offset: 1 })
  })

  it('is shorter where JSON would make it too long', () => {
    const page = pageOf('\u0001'.repeat(262_144), 0)
    expect(page.next_offset).toBe(65_536)
  })

  it('is not there beyond the end', () => {
    expect(textPage('abc', 3)).toStrictEqual({ text: '', offset: 3, next_offset: null, total_bytes: 3 })
    expect(textPage('abc', 4)).toBeNull()
  })

  it('gives the whole with all others, whatever the text and the size of the pages', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), fc.integer({ min: 4, max: 300 }), (text, size) => {
        const { whole, largest } = readAll(text, size)
        expect(whole).toBe(text)
        expect(largest).toBeLessThanOrEqual(size)
      }),
    )
  })

  it('gives the whole with all others where it is long', () => {
    const text = 'Ærøskøbing 🧊 '.repeat(40_000)
    const { whole, largest, pages } = readAll(text)
    expect(whole === text).toBe(true)
    expect([largest <= 262_144, pages]).toStrictEqual([true, 3])
  })

  it('begins at an offset with the character that it points into', () => {
    fc.assert(
      fc.property(anyText(), fc.nat(), (text, at) => {
        const bytes = Buffer.from(text)
        const offset = at % (bytes.length + 1)
        const page = pageOf(text, offset)
        expect(bytes.subarray(0, page.offset).toString() + page.text).toBe(text)
        expect(offset - page.offset).toBeLessThan(4)
      }),
    )
  })
})
