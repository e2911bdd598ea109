import type { KeyboardEvent } from 'react'
import { usePanel } from '../../panel/panel-context.ts'
import { shortcutOf } from '../../lib/shortcuts.ts'
import { step } from '../../model/clients/selection.ts'

/** The client that a key leads to; undefined for a key that does not move, null where there is nowhere to go. */
type Moves = (active: string | null, key: string) => string | null | undefined

/** Rows that Page Up and Page Down go by. */
const pageRows = 12

/**
 * The keyboard of both grids: arrows, Home, End and the page keys move (across the grids too), with Shift they
 * extend the selection, with Ctrl or Cmd they move without selecting. The other keys are those of `shortcuts.rows`.
 *
 * @param moves where clients do not stand in rows of one
 */
export function useGridKeys(moves?: Moves): (event: KeyboardEvent) => void {
  const panel = usePanel()
  return (event) => {
    if (!(event.target instanceof Element) || event.target.closest('[data-key]') === null) return
    const { selection, inspector } = panel
    const { active } = selection.state.getState()
    const order = panel.rowOrder()
    const command = event.ctrlKey || event.metaKey

    const go = (key: string | null) => {
      if (key === null) return
      if (command) selection.standOn(key)
      else selection.select(order, key, event.shiftKey ? 'range' : 'only')
      if (!command && inspector.state.getState().key !== null) inspector.open(key)
      selection.focusActive()
    }

    const run = (): boolean => {
      const to = moves === undefined ? moveOf(event, order, active) : moves(active, event.key)
      if (to !== undefined) {
        go(to)
        return true
      }
      switch (shortcutOf(event, 'rows')) {
        case 'select':
          if (active !== null) selection.select(order, active, 'only')
          return true
        case 'toggle':
          if (active !== null) selection.select(order, active, 'toggle')
          return true
        case 'all':
          selection.selectAll(order)
          return true
        case 'group':
          if (active !== null) panel.selectGroup(active)
          return true
        case 'open':
          if (active === null) return false
          if (!selection.state.getState().selected.has(active)) selection.select(order, active, 'only')
          inspector.open(active)
          inspector.focus()
          return true
        case 'pin':
          if (active !== null) panel.pinOrUnpin(panel.keysToPin(active))
          return true
        case 'write':
          if (active !== null) panel.writeTo(active)
          return true
        case 'remove':
          if (active !== null && selection.state.getState().selected.size === 0)
            selection.select(order, active, 'only')
          panel.askUnregister()
          return true
        default:
          return false
      }
    }
    if (run()) event.preventDefault()
  }
}

/**
 * Where a key goes from the active row: undefined where it does not move at all, null where there is nowhere to go.
 * Shift and Ctrl don't matter here: they say what a move does to the selection.
 */
export function moveOf(
  { key, code, altKey }: Pick<KeyboardEvent, 'key' | 'code' | 'altKey'>,
  order: readonly string[],
  active: string | null,
): string | null | undefined {
  const bare = { key, code, altKey, shiftKey: false, ctrlKey: false, metaKey: false }
  switch (shortcutOf(bare, 'rows')) {
    case 'next':
      return step(order, active, key === 'ArrowDown' ? 1 : -1)
    case 'further':
      if (key === 'Home') return order[0] ?? null
      if (key === 'End') return order.at(-1) ?? null
      return step(order, active, key === 'PageDown' ? pageRows : -pageRows)
    default:
      return undefined
  }
}
