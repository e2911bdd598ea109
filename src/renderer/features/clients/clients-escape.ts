import { useEffect } from 'react'
import { usePanel } from '../../panel/panel-context.ts'

/**
 * Escape, as long as nothing it is pressed in has a use of its own for it: from a pinned inspector it goes back to
 * the list, for what is pinned stays; else it closes the inspector of the selection, and then lets go of the selection.
 */
export function useClientsEscape(): void {
  const { inspector, selection } = usePanel()
  useEffect(() => {
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      const from = event.target instanceof Element ? event.target : null
      if (from?.closest('dialog[open], [popover], [role="menu"]')) return
      if (from?.closest('[data-pinned]')) selection.focusActive()
      else if (inspector.state.getState().key !== null) {
        inspector.close()
        selection.focusActive()
      } else selection.clear()
    }
    window.addEventListener('keydown', onEscape)
    return () => window.removeEventListener('keydown', onEscape)
  }, [inspector, selection])
}
