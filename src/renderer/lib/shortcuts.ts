/**
 * Every key of the panel in one table: what handles a key asks here which shortcut it is, and the page of shortcuts
 * is drawn from the same rows. `command` is Ctrl, or Cmd on a Mac; what is not named must not be held.
 */
interface Chord {
  key: string
  command?: true
  shift?: true
  alt?: true
}

export interface Shortcut {
  chords: readonly Chord[]
  what: string
}

const chord = (key: string, held: Omit<Chord, 'key'> = {}): Chord => ({ key, ...held })

export const shortcuts = {
  anywhere: {
    palette: { chords: [chord('k', { command: true })], what: 'Commands, clients and jobs by name' },
    search: { chords: [chord('/')], what: 'Search clients' },
    shortcuts: { chords: [chord('?')], what: 'This page' },
    close: { chords: [chord('Escape')], what: 'Close what is open, or let go of the selection' },
  },
  rows: {
    next: { chords: [chord('ArrowDown'), chord('ArrowUp')], what: 'Move; with Shift, select on the way' },
    across: { chords: [chord('ArrowLeft'), chord('ArrowRight')], what: 'Move between cards on the wall' },
    further: {
      chords: [chord('PageDown'), chord('PageUp'), chord('Home'), chord('End')],
      what: 'Move further',
    },
    open: { chords: [chord('Enter')], what: 'Open in full' },
    select: { chords: [chord(' ')], what: 'Select the row' },
    toggle: {
      chords: [chord(' ', { command: true })],
      what: 'Add the row to the selection, or take it away',
    },
    all: { chords: [chord('a', { command: true })], what: 'Select all that are shown' },
    group: { chords: [chord('a', { command: true, shift: true })], what: 'Select the group of the row' },
    pin: { chords: [chord('p')], what: 'Pin a client beside the list, or unpin it' },
    write: { chords: [chord('m')], what: 'Send something to a client' },
    remove: {
      chords: [chord('Delete'), chord('Backspace')],
      what: 'Unregister the selected clients, or cancel the selected jobs',
    },
    menu: { chords: [chord('F10', { shift: true })], what: 'What can be done with the row' },
  },
  inspector: {
    pin: { chords: [chord('p')], what: 'Pin its client, or unpin it' },
    write: { chords: [chord('m')], what: 'Send something to its client' },
    send: { chords: [chord('Enter', { command: true })], what: 'Send what stands in the form' },
    leave: { chords: [chord('Escape')], what: 'In code: let Tab go on to the next field' },
    value: {
      chords: [chord('ArrowDown'), chord('ArrowUp'), chord('Home'), chord('End')],
      what: 'Among its values: go to another',
    },
    copy: { chords: [chord('F10', { shift: true })], what: 'Copy the value' },
  },
  headers: {
    next: { chords: [chord('ArrowLeft'), chord('ArrowRight')], what: 'Go to another column' },
    sort: { chords: [chord('Enter')], what: 'Sort by it' },
    also: {
      chords: [chord('Enter', { shift: true })],
      what: 'Sort by it as well, then the other way, then not',
    },
    move: {
      chords: [chord('ArrowLeft', { alt: true }), chord('ArrowRight', { alt: true })],
      what: 'Move the column',
    },
    size: {
      chords: [
        chord('ArrowLeft', { alt: true, shift: true }),
        chord('ArrowRight', { alt: true, shift: true }),
      ],
      what: 'Make the column narrower or wider',
    },
  },
  timeline: {
    job: { chords: [chord('ArrowLeft'), chord('ArrowRight')], what: 'Go to the job before or after' },
    lane: { chords: [chord('ArrowUp'), chord('ArrowDown')], what: 'Go to another lane' },
    closer: { chords: [chord('+'), chord('=')], what: 'Show less time' },
    wider: { chords: [chord('-')], what: 'Show more time' },
    open: { chords: [chord('Enter')], what: 'Open the job' },
  },
  activity: {
    follow: { chords: [chord('f')], what: 'Follow the newest, or pause' },
    newest: { chords: [chord('End')], what: 'Back to the newest, and follow' },
  },
  approvals: {
    once: { chords: [chord('a')], what: 'Allow once' },
    session: { chords: [chord('s')], what: 'Allow for this session' },
    program: { chords: [chord('h')], what: 'Allow for its program, one hour' },
    deny: { chords: [chord('d')], what: 'Deny, with a reason' },
    next: { chords: [chord('ArrowDown'), chord('ArrowUp')], what: 'Go to another request' },
  },
} as const satisfies Record<string, Record<string, Shortcut>>

export type ShortcutPlace = keyof typeof shortcuts

export const shortcutTitles: Record<ShortcutPlace, string> = {
  anywhere: 'Anywhere',
  rows: 'In the lists',
  inspector: 'In an inspector',
  headers: 'On the titles of columns',
  timeline: 'On the timeline',
  activity: 'In the activity',
  approvals: 'On a request that waits',
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

const positions: Partial<Record<string, string>> = { Slash: '/', Minus: '-', Equal: '=' }

/**
 * The key as a Latin keyboard names it: by its character, and where that is of another script (Cyrillic, Greek, Hebrew)
 * by its position. Those layouts have a full stop where the others have the slash. No Latin one but the Turkish has.
 */
function latinKey({ key, code }: Pick<KeyPress, 'key' | 'code'>): string {
  if (key.length !== 1) return key
  const isOther = /\p{L}/u.test(key) && !/\p{Script=Latin}/u.test(key)
  if (!isOther && !(key === '.' && code === 'Slash')) return key.toLowerCase()
  const letter = /^Key([A-Z])$/.exec(code)?.[1]
  return letter?.toLowerCase() ?? positions[code] ?? key
}

/** Which shortcut of a place a key is, on any layout; null for none. Characters that need Shift on some keyboards are taken with it. */
export function shortcutOf<Place extends ShortcutPlace>(
  event: KeyPress,
  place: Place,
): (keyof (typeof shortcuts)[Place] & string) | null {
  const key = latinKey(event)
  const isSign = key.length === 1 && !/[a-z ]/.test(key)
  const rows = Object.entries<Shortcut>(shortcuts[place])
  const found = rows.find(([, { chords }]) =>
    chords.some(
      (each) =>
        each.key === key &&
        (each.command ?? false) === (event.ctrlKey || event.metaKey) &&
        (isSign || ((each.shift ?? false) === event.shiftKey && (each.alt ?? false) === event.altKey)),
    ),
  )
  return found === undefined ? null : (found[0] as keyof (typeof shortcuts)[Place] & string)
}

const keyNames: Partial<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  ' ': 'Space',
}

/** A chord as it is drawn: `Ctrl K`, on a Mac `⌘ K`. */
export function chordText({ key, command, shift, alt }: Chord, mac: boolean): string {
  const parts = [
    command && (mac ? '⌘' : 'Ctrl'),
    alt && (mac ? '⌥' : 'Alt'),
    shift && 'Shift',
    keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key),
  ]
  return parts.filter((part) => typeof part === 'string').join(' ')
}
