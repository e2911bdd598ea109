import { describe, expect, it } from 'vitest'
import { chordText, shortcutOf, shortcuts, type Shortcut } from '../../../../src/renderer/lib/shortcuts.ts'

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {},
) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })

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
