import { useCallback, useEffect, type Dispatch, type SetStateAction } from 'react'
import { CommandPalette } from './CommandPalette.tsx'
import { shortcutOf } from '../lib/shortcuts.ts'
import { isTextInput } from '../lib/text-input.ts'
import { ShortcutsSheet } from './ShortcutsSheet.tsx'

export type Overlay = 'palette' | 'shortcuts' | null

interface OverlaysProps {
  open: Overlay
  setOpen: Dispatch<SetStateAction<Overlay>>
}

/** The palette and the page of shortcuts, with the keys that open them from anywhere. */
export function Overlays({ open, setOpen }: OverlaysProps) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // A question that is open wants its answer first.
      if (document.querySelector('dialog[open]') !== null) return
      const shortcut = shortcutOf(event, 'anywhere')
      if (shortcut === 'palette') setOpen('palette')
      else if (shortcut === 'shortcuts' && !isTextInput(event)) setOpen('shortcuts')
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [setOpen])
  const showShortcuts = useCallback(() => setOpen('shortcuts'), [setOpen])
  // A palette that opened the shortcuts closes after they opened.
  const close = (closed: Overlay) => setOpen((now) => (now === closed ? null : now))
  return (
    <>
      {open === 'palette' && (
        <CommandPalette onClose={() => close('palette')} showShortcuts={showShortcuts} />
      )}
      {open === 'shortcuts' && <ShortcutsSheet onClose={() => close('shortcuts')} />}
    </>
  )
}
