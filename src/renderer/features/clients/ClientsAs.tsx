import { LayoutGrid, List } from 'lucide-react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import { clientsLink } from '../../panel/router.ts'
import type { ViewMode } from '../../model/clients/clients-layout.ts'
import { Segments } from '../../ui/Segments.tsx'

/** Whether the clients stand in tables or as cards on the wall. */
export function ClientsAs() {
  const { clients } = usePanel()
  const shownAs = useStore(clients.state, ({ layout }) => layout.shownAs)
  const show = (next: ViewMode) => {
    clients.arrange({ shownAs: next })
    location.hash = clientsLink(next)
  }
  return (
    <Segments label="Show clients as">
      <button type="button" aria-pressed={shownAs === 'table'} onClick={() => show('table')}>
        <List size={14} aria-hidden /> Table
      </button>
      <button type="button" aria-pressed={shownAs === 'wall'} onClick={() => show('wall')}>
        <LayoutGrid size={14} aria-hidden /> Wall
      </button>
    </Segments>
  )
}
