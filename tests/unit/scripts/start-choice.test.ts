import { describe, expect, it } from 'vitest'
import { chooseStart, fallBackLine } from '../../../scripts/start-choice.ts'

const linux = { platform: 'linux', uid: 1000, env: { DISPLAY: ':0' }, hasBinary: true } as const

describe('chooseStart', () => {
  it.each([
    ['X11', linux],
    ['Wayland', { ...linux, env: { WAYLAND_DISPLAY: 'wayland-0' } }],
    ['macOS, which has no DISPLAY', { ...linux, platform: 'darwin', env: {} }],
    ['Windows, which has neither', { ...linux, platform: 'win32', uid: undefined, env: {} }],
    ['root on macOS', { ...linux, platform: 'darwin', uid: 0, env: {} }],
  ] as const)('opens the desktop on %s', (_name, surroundings) => {
    expect(chooseStart(surroundings)).toEqual({ kind: 'desktop' })
  })

  it('fetches the binary only where nothing else is missing', () => {
    expect(chooseStart({ ...linux, hasBinary: false })).toEqual({ kind: 'fetch-binary' })
  })

  it.each([
    [
      { ...linux, env: {} },
      'No desktop window: there is no display (DISPLAY and WAYLAND_DISPLAY are not set). Serving the panel to a browser instead: open the Panel address.',
    ],
    [
      { ...linux, env: { DISPLAY: '', WAYLAND_DISPLAY: '' } },
      'No desktop window: there is no display (DISPLAY and WAYLAND_DISPLAY are not set). Serving the panel to a browser instead: open the Panel address.',
    ],
    [
      { ...linux, uid: 0 },
      "No desktop window: Electron's sandbox does not run as root. Serving the panel to a browser instead: open the Panel address.",
    ],
    [
      { ...linux, uid: 0, env: {}, hasBinary: false },
      "No desktop window: Electron's binary is not installed, there is no display (DISPLAY and WAYLAND_DISPLAY are not set), Electron's sandbox does not run as root. Serving the panel to a browser instead: open the Panel address.",
    ],
  ])('serves to a browser and says what is missing (%#)', (surroundings, line) => {
    expect(chooseStart(surroundings)).toEqual({ kind: 'serve', line })
  })
})

describe('fallBackLine', () => {
  const end = { error: null, code: 0, signal: null, wasAsked: false, afterMs: 1_000 } as const

  it.each([
    ['closed by its person', end],
    ['failed to start and said so itself', { ...end, code: 1 }],
    ['crashed after it had come up', { ...end, code: null, signal: 'SIGSEGV', afterMs: 10_001 }],
    ['told to end at once', { ...end, code: null, signal: 'SIGTERM', wasAsked: true }],
  ] as const)('does not start anything else after a desktop that %s', (_name, ended) => {
    expect(fallBackLine(ended)).toBeNull()
  })

  it.each([
    [
      { ...end, error: new Error('spawn EACCES'), code: null },
      'Electron could not be started (spawn EACCES)',
    ],
    [{ ...end, code: null, signal: 'SIGTRAP' }, 'Electron ended at once (SIGTRAP)'],
    [{ ...end, code: 127 }, 'Electron lacks a system library, named above'],
  ] as const)('serves to a browser when Electron itself can not run (%#)', (ended, because) => {
    expect(fallBackLine(ended)).toBe(
      `No desktop window: ${because}. Serving the panel to a browser instead: open the Panel address.`,
    )
  })
})
