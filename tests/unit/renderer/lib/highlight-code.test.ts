import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highlightParts } from '../../../../src/renderer/lib/highlight-code.ts'

describe('highlightParts', () => {
  it('tells the keys, strings and literals of JSON apart', () => {
    expect(highlightParts('{"a": "x: \\"1\\"", "b": [true, null, -1.5e3]}', 'json')).toStrictEqual([
      { kind: 'plain', text: '{' },
      { kind: 'key', text: '"a"' },
      { kind: 'plain', text: ': ' },
      { kind: 'string', text: '"x: \\"1\\""' },
      { kind: 'plain', text: ', ' },
      { kind: 'key', text: '"b"' },
      { kind: 'plain', text: ': [' },
      { kind: 'literal', text: 'true' },
      { kind: 'plain', text: ', ' },
      { kind: 'literal', text: 'null' },
      { kind: 'plain', text: ', ' },
      { kind: 'literal', text: '-1.5e3' },
      { kind: 'plain', text: ']}' },
    ])
  })

  it('tells the comments, strings, keywords and literals of Python apart', () => {
    const code =
      "import bpy # \"no string\"\nx = f\"#{1}\\n\" + '''# b''' if 3.5 else data.is_\nasync def f(): 'open"
    expect(highlightParts(code, 'python')).toStrictEqual([
      { kind: 'keyword', text: 'import' },
      { kind: 'plain', text: ' bpy ' },
      { kind: 'comment', text: '# "no string"' },
      { kind: 'plain', text: '\nx = ' },
      { kind: 'string', text: 'f"#' },
      { kind: 'plain', text: '{' },
      { kind: 'literal', text: '1' },
      { kind: 'plain', text: '}' },
      { kind: 'string', text: '\\n"' },
      { kind: 'plain', text: ' + ' },
      { kind: 'string', text: "'''# b'''" },
      { kind: 'plain', text: ' ' },
      { kind: 'keyword', text: 'if' },
      { kind: 'plain', text: ' ' },
      { kind: 'literal', text: '3.5' },
      { kind: 'plain', text: ' ' },
      { kind: 'keyword', text: 'else' },
      { kind: 'plain', text: ' data.is_\n' },
      { kind: 'keyword', text: 'async' },
      { kind: 'plain', text: ' ' },
      { kind: 'keyword', text: 'def' },
      { kind: 'plain', text: ' f(): ' },
      { kind: 'string', text: "'open" },
    ])
  })

  it('keeps every character of any text', () => {
    const unit = fc.constantFrom(
      '"',
      "'",
      '#',
      '\\',
      '\n',
      '\r',
      '\0',
      '{',
      '[',
      ':',
      '1',
      ' ',
      'f',
      'if',
      '\u{1f642}',
    )
    fc.assert(
      fc.property(
        fc.string({ unit }),
        fc.constantFrom<'json' | 'python'>('json', 'python'),
        (code, language) => {
          const parts = highlightParts(code, language)
          expect(parts.map(({ text }) => text).join('')).toBe(code)
        },
      ),
    )
  })
})
