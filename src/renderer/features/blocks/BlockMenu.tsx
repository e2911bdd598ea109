import { useState, type MouseEvent } from 'react'
import { usePanel } from '../../panel/panel-context.ts'
import { RightClickMenu } from '../../ui/ActionMenu.tsx'
import type { MenuEntries } from '../../ui/menu-entries.ts'
import { blockEntries } from './block-entries.ts'

/** What can be done with the block under the pointer, or with the one whose button has the focus (Shift F10). */
export function BlockMenu({ children }: { children: React.ReactElement }) {
  const panel = usePanel()
  const [entries, setEntries] = useState<MenuEntries>([])
  const onAsk = (event: MouseEvent) => {
    const id = (event.target as Element).closest('[data-block]')?.getAttribute('data-block')
    const block = panel.blocks.state.getState().blocks.find((each) => each.id === id)
    if (block === undefined) event.stopPropagation()
    else setEntries(blockEntries(panel, block, (fragment) => (location.hash = fragment)))
  }
  return (
    <RightClickMenu entries={entries} onAsk={onAsk}>
      {children}
    </RightClickMenu>
  )
}
