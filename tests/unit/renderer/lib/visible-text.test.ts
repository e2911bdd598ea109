import { expect, it } from 'vitest'
import { escapeInvisible, visibleText } from '../../../../src/renderer/lib/visible-text.ts'

it('shows control characters and turned text as symbols, and leaves people’s scripts alone', () => {
  expect(['a\u0000b\nc', 'x\u007fy\u0085', 'evil\u202egnp', 'שלום 🎨 <b>'].map(visibleText)).toEqual([
    'a␀b␊c',
    'x␡y\ufffd',
    'evil\ufffdgnp',
    'שלום 🎨 <b>',
  ])
})

it('shows characters that would turn the text around as escapes of the same value', () => {
  const json = JSON.stringify({ label: 'a\u202eb\u200b' })
  expect(escapeInvisible(json)).toBe('{"label":"a\\u202eb\\u200b"}')
  expect(JSON.parse(escapeInvisible(json))).toEqual({ label: 'a\u202eb\u200b' })
})
