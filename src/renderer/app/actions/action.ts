import type { Settings } from '../../../shared/settings.ts'
import type { TokenInfo } from '../../../shared/tokens.ts'
import type { PanelParts } from '../../panel/panel-context.ts'
import { placeLink, type View } from '../../panel/router.ts'
import { pictureIntervals } from '../../settings/preferences.ts'
import type { MenuEntries } from '../../ui/menu-entries.ts'

/** Something a person can do from the palette. */
export interface Action {
  id: string
  title: string
  /** What stands beside the title: the keys, or what kind of thing it is. */
  hint: string
  run: () => void
}

export interface ActionPorts extends PanelParts {
  /** Whether the panel is connected: what acts on the bus is offered only then. */
  live: boolean
  /** What the server told of itself when the palette was opened; null until then, and where this panel may not know. */
  settings: Settings | null
  tokens: readonly TokenInfo[] | null
  /** Goes to a fragment of the panel. */
  go: (fragment: string) => void
  showShortcuts: () => void
}

export type AddAction = (title: string, hint: string, run: () => void) => void

/** Most things of one kind that have actions of their own: requests, blocks, tokens, rules. */
export const eachMax = 20

/** Does something in a view: goes there first. */
export function goingTo({ go }: ActionPorts, view: View) {
  return (run: () => void) => () => {
    go(placeLink(view))
    run()
  }
}

/** Keys of the clients that the keyboard stands on or that are open in an inspector. */
export function openClients({ selection, inspector, pins }: ActionPorts['panel']): Set<string | null> {
  return new Set([
    selection.state.getState().active,
    inspector.state.getState().key,
    ...pins.state.getState().pins.map(({ key }) => key),
  ])
}

/** What a menu offers for something of that name; `before` goes to where it is seen. */
export function addEntries(
  add: AddAction,
  entries: MenuEntries,
  hint: string,
  name: string,
  before: () => void,
): void {
  for (const entry of entries) {
    if (entry === null || (entry.unusable ?? null) !== null) continue
    add(withName(entry.label, name), hint, () => {
      before()
      entry.run()
    })
  }
}

/** `Unregister: Atelier 1…` of `Unregister…`: what asks further ends in dots. */
export function withName(label: string, name: string): string {
  return label.endsWith('…') ? `${label.slice(0, -1)}: ${name}…` : `${label}: ${name}`
}

type Seconds = (typeof pictureIntervals)[number]

/** How often pictures are taken in that place, but for what holds already. */
export function addIntervals(
  add: AddAction,
  place: string,
  chosen: Seconds,
  choose: (seconds: Seconds) => void,
): void {
  for (const seconds of pictureIntervals) {
    if (seconds === chosen) continue
    const when = seconds === null ? 'only when I ask' : `every ${seconds} s`
    add(`Take pictures ${place} ${when}`, 'pictures', () => choose(seconds))
  }
}
