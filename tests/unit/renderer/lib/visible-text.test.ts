import { expect, it } from 'vitest'
import { visibleText } from '../../../../src/renderer/lib/visible-text.ts'

it('shows control characters and turned text as symbols, and leaves people’s scripts alone', () => {
  expect(['a\u0000b\nc', 'x\u007fy\u0085', 'evil\u202egnp', 'שלום 🎨 <b>'].map(visibleText)).toEqual([
    'a␀b␊c',
    'x␡y\ufffd',
    'evil\ufffdgnp',
    'שלום 🎨 <b>',
  ])
})
