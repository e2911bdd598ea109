import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pythonTokens } from '../../../../src/renderer/lib/python-tokens.ts'

describe('pythonTokens', () => {
  it('tells comments, strings, keywords and numbers apart', () => {
    const code = "import bpy # \"no string\"\nx = f\"#{1}\" + '''a\n# b''' if 3.5 else data.is\n"
    expect(pythonTokens(code)).toStrictEqual([
      { kind: 'keyword', text: 'import' },
      { kind: 'plain', text: ' bpy ' },
      { kind: 'comment', text: '# "no string"' },
      { kind: 'plain', text: '\nx = ' },
      { kind: 'string', text: 'f"#{1}"' },
      { kind: 'plain', text: ' + ' },
      { kind: 'string', text: "'''a\n# b'''" },
      { kind: 'plain', text: ' ' },
      { kind: 'keyword', text: 'if' },
      { kind: 'plain', text: ' ' },
      { kind: 'number', text: '3.5' },
      { kind: 'plain', text: ' ' },
      { kind: 'keyword', text: 'else' },
      { kind: 'plain', text: ' data.is\n' },
    ])
  })

  it('loses no character of any text', () => {
    const text = fc.string({ unit: fc.constantFrom('"', "'", '#', '\\', '\n', 'a', '1', ' ', 'f', 'if') })
    fc.assert(
      fc.property(text, (code) => {
        expect(
          pythonTokens(code)
            .map((token) => token.text)
            .join(''),
        ).toBe(code)
      }),
    )
  })
})
