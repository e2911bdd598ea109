import { describe, expect, it } from 'vitest'
import {
  countUnseen,
  escapeInvisible,
  visibleCode,
  visibleText,
} from '../../../../src/renderer/lib/visible-text.ts'

describe('a text that somebody else wrote', () => {
  it('shows controls as symbols, and leaves people’s scripts alone', () => {
    expect(['a\u0000b\nc', 'x\u007fy\u0085', 'שלום 🎨 <b>'].map(visibleText)).toEqual([
      'a␀b␊c',
      'x␡y⟨U+0085⟩',
      'שלום 🎨 <b>',
    ])
  })

  it.each([
    ['zero-width', 'a\u200bb', 'a⟨U+200B⟩b'],
    ['bidirectional', 'evil\u202egnp', 'evil⟨U+202E⟩gnp'],
    ['an Arabic letter mark', 'a\u061cb', 'a⟨U+061C⟩b'],
    ['a tag', 'a\u{e0041}b', 'a⟨U+E0041⟩b'],
    ['a variation', 'a\ufe0fb', 'a⟨U+FE0F⟩b'],
    ['a variation of a plane of its own', 'a\u{e0100}b', 'a⟨U+E0100⟩b'],
    ['a soft hyphen', 'a\u00adb', 'a⟨U+00AD⟩b'],
    ['a mark of the byte order', '\ufeffa', '⟨U+FEFF⟩a'],
    ['a separator of lines', 'a\u2028b', 'a⟨U+2028⟩b'],
    ['a blank of Braille', 'a\u2800b', 'a⟨U+2800⟩b'],
  ])('marks what can’t be seen: %s', (_, text, shown) => {
    expect([visibleText(text), visibleCode(text), countUnseen(text)]).toStrictEqual([shown, shown, 1])
  })
})

describe('code', () => {
  it('keeps lines and tabs, and ends a line where Python does', () => {
    expect(visibleCode('a\r\n\tb\n# c\rimport os')).toBe('a\n\tb\n# c␍\nimport os')
    expect(countUnseen('a\r\n\tb\n# c\rimport os')).toBe(1)
  })
})

describe('JSON', () => {
  it('has what can’t be seen as escapes of the same value', () => {
    const value = { label: 'a\u202eb\u200bc\u{e0041}d\ufe0f' }
    const shown = escapeInvisible(JSON.stringify(value, null, 2))
    expect(shown).toBe('{\n  "label": "a\\u202eb\\u200bc\\udb40\\udc41d\\ufe0f"\n}')
    expect(JSON.parse(shown)).toEqual(value)
  })
})
