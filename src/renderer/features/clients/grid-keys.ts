import type { KeyboardEvent } from 'react'
import { usePanel } from '../../panel/panel-context.ts'
import { step } from './selection.ts'

/** Rows that Page Up and Page Down go by. */
const pageRows = 12

/**
 * The keyboard of both grids: arrows, Home, End and the page keys move (across the grids too), with Shift they
 * extend the selection, with Ctrl or Cmd they move without selecting and Space toggles; Ctrl or Cmd with A selects
 * all; Enter opens the inspector; P pins; Delete asks to unregister.
 */
export function useGridKeys(): (event: KeyboardEvent) => void {
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
      switch (event.key) {
        case 'ArrowDown':
          go(step(order, active, 1))
          return true
        case 'ArrowUp':
          go(step(order, active, -1))
          return true
        case 'PageDown':
          go(step(order, active, pageRows))
          return true
        case 'PageUp':
          go(step(order, active, -pageRows))
          return true
        case 'Home':
          go(order[0] ?? null)
          return true
        case 'End':
          go(order.at(-1) ?? null)
          return true
        case ' ':
          if (active !== null) selection.select(order, active, command ? 'toggle' : 'only')
          return true
        case 'a':
        case 'A':
          if (!command) return false
          selection.selectAll(order)
          return true
        case 'Enter':
          if (active === null) return false
          if (!selection.state.getState().selected.has(active)) selection.select(order, active, 'only')
          inspector.open(active)
          inspector.focus()
          return true
        case 'p':
        case 'P':
          if (command || event.altKey || active === null) return false
          panel.pinOrUnpin(panel.keysToPin(active))
          return true
        case 'Delete':
        case 'Backspace':
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
