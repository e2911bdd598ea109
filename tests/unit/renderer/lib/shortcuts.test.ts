import { describe, expect, it } from 'vitest'
import { chordText, shortcutOf, shortcuts, type Shortcut } from '../../../../src/renderer/lib/shortcuts.ts'

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {},
) => ({ key, code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })

describe('shortcuts', () => {
  it('are found by their keys, with exactly what is held', () => {
    expect(shortcutOf(press('k', { ctrlKey: true }), 'anywhere')).toBe('palette')
    expect(shortcutOf(press('K', { metaKey: true }), 'anywhere')).toBe('palette')
    expect(shortcutOf(press('k', { ctrlKey: true, shiftKey: true }), 'anywhere')).toBeNull()
    expect(shortcutOf(press('k'), 'anywhere')).toBeNull()
    expect(shortcutOf(press('a', { ctrlKey: true }), 'rows')).toBe('all')
    expect(shortcutOf(press('A', { ctrlKey: true, shiftKey: true }), 'rows')).toBe('group')
    expect(shortcutOf(press(' '), 'rows')).toBe('select')
    expect(shortcutOf(press(' ', { ctrlKey: true }), 'rows')).toBe('toggle')
    expect(shortcutOf(press('a'), 'approvals')).toBe('once')
    expect(shortcutOf(press('a', { altKey: true }), 'approvals')).toBeNull()
  })

  it.each([
    ['Russian', { k: 'л', a: 'ф', p: 'з', m: 'ь', s: 'ы', d: 'в', f: 'а', slash: '.' }],
    ['Greek', { k: 'κ', a: 'α', p: 'π', m: 'μ', s: 'σ', d: 'δ', f: 'φ', slash: '/' }],
    ['Hebrew', { k: 'ל', a: 'ש', p: 'פ', m: 'צ', s: 'ד', d: 'ג', f: 'כ', slash: '.' }],
  ])('are where they are on a Latin keyboard: %s', (_, { k, a, p, m, s, d, f, slash }) => {
    const at = (code: string, key: string, held: Parameters<typeof press>[1] = {}) => ({
      ...press(key, held),
      code,
    })
    expect([
      shortcutOf(at('KeyK', k, { ctrlKey: true }), 'anywhere'),
      shortcutOf(at('KeyK', k, { metaKey: true }), 'anywhere'),
      shortcutOf(at('Slash', slash), 'anywhere'),
      shortcutOf(at('KeyA', a, { ctrlKey: true }), 'rows'),
      shortcutOf(at('KeyA', a.toUpperCase(), { ctrlKey: true, shiftKey: true }), 'rows'),
      shortcutOf(at('KeyP', p), 'rows'),
      shortcutOf(at('KeyM', m), 'rows'),
      shortcutOf(at('KeyF', f), 'activity'),
      shortcutOf(at('KeyA', a), 'approvals'),
      shortcutOf(at('KeyS', s), 'approvals'),
      shortcutOf(at('KeyD', d), 'approvals'),
      shortcutOf(at('KeyK', k), 'anywhere'),
    ]).toEqual([
      'palette',
      'palette',
      'search',
      'all',
      'group',
      'pin',
      'write',
      'follow',
      'once',
      'session',
      'deny',
      null,
    ])
  })

  it('are by the character on every Latin keyboard, wherever its key is', () => {
    const at = (code: string, key: string, held: Parameters<typeof press>[1] = {}) => ({
      ...press(key, held),
      code,
    })
    // French: A is where others have Q. German: the slash is on the 7, and a hyphen in its place. Polish: AltGr and A.
    expect([
      shortcutOf(at('KeyQ', 'a', { ctrlKey: true }), 'rows'),
      shortcutOf(at('KeyA', 'q', { ctrlKey: true }), 'rows'),
      shortcutOf(at('Digit7', '/', { shiftKey: true }), 'anywhere'),
      shortcutOf(at('Slash', '-'), 'anywhere'),
      shortcutOf(at('KeyA', 'ą', { ctrlKey: true, altKey: true }), 'rows'),
      shortcutOf(at('KeyK', 'ł', { ctrlKey: true }), 'anywhere'),
    ]).toEqual(['all', null, 'search', null, null, null])
  })

  it('take signs however a keyboard makes them, and never with Ctrl', () => {
    expect(shortcutOf(press('?', { shiftKey: true }), 'anywhere')).toBe('shortcuts')
    expect(shortcutOf(press('/', { shiftKey: true }), 'anywhere')).toBe('search')
    expect(shortcutOf(press('/', { ctrlKey: true }), 'anywhere')).toBeNull()
  })

  it('of one place have no key in common', () => {
    for (const place of Object.values(shortcuts)) {
      const texts = Object.values<Shortcut>(place).flatMap(({ chords }) =>
        chords.map((chord) => chordText(chord, false)),
      )
      expect(new Set(texts).size).toBe(texts.length)
    }
  })

  it('are written as they are called on the machine', () => {
    expect(chordText({ key: 'k', command: true }, false)).toBe('Ctrl K')
    expect(chordText({ key: 'k', command: true }, true)).toBe('⌘ K')
    expect(chordText({ key: 'ArrowLeft', alt: true, shift: true }, false)).toBe('Alt Shift ←')
  })
})
