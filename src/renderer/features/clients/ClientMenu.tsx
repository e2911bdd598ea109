import { useState, type MouseEvent } from 'react'
import { usePanel } from '../../panel/panel-context.ts'
import { RightClickMenu } from '../../ui/ActionMenu.tsx'
import type { MenuEntries } from '../../ui/menu-entries.ts'
import { entriesUnder } from './client-entries.ts'

/** What can be done with the client or the column under the pointer, or under the keyboard (Shift F10). */
export function ClientMenu({ children }: { children: React.ReactElement }) {
  const panel = usePanel()
  const [entries, setEntries] = useState<MenuEntries>([])
  const { selection } = panel

  const onAsk = (event: MouseEvent) => {
    const element = event.target as Element
    const under = element.closest('[data-key]')?.getAttribute('data-key') ?? null
    // What is done to the client under the pointer is done to the others only where it is one of them.
    if (under !== null && !selection.state.getState().selected.has(under)) {
      selection.select(panel.rowOrder(), under, 'only')
    }
    const found = entriesUnder(panel, element)
    if (found.length === 0) event.stopPropagation()
    else setEntries(found)
  }
  return (
    <RightClickMenu entries={entries} onAsk={onAsk}>
      {children}
    </RightClickMenu>
  )
}
