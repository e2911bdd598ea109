import { expect, test } from 'vitest'
import { languageOf } from '../../../../src/renderer/lib/code-language.ts'

test.each([
  ['{"frames":1}', 'json'],
  ['[]', 'json'],
  ['12', 'text'],
  ['null', 'text'],
  ['{"frames":', 'text'],
  ['', 'text'],
  [JSON.stringify({ long: 'x'.repeat(20_000) }), 'text'],
])(
  'a text is highlighted where it is an object or a list of JSON that is not too long: %.20s',
  (text, language) => {
    expect(languageOf(text)).toBe(language)
  },
)
