import { LayoutGrid, List } from 'lucide-react'
import { useStore } from 'zustand'
import { usePreferences } from '../../panel/panel-context.ts'
import { placeLink, wallLink } from '../../panel/router.ts'
import styles from './ClientsAs.module.css'

/** Whether the clients stand in tables or as cards on the wall. */
export function ClientsAs() {
  const preferences = usePreferences()
  const shownAs = useStore(preferences.state, ({ clientsAs }) => clientsAs)
  const show = (clientsAs: typeof shownAs) => {
    preferences.set({ clientsAs })
    location.hash = clientsAs === 'wall' ? wallLink : placeLink('clients')
  }
  return (
    <div className={styles['switch']} role="group" aria-label="Show clients as">
      <button type="button" aria-pressed={shownAs === 'table'} onClick={() => show('table')}>
        <List size={14} aria-hidden /> Table
      </button>
      <button type="button" aria-pressed={shownAs === 'wall'} onClick={() => show('wall')}>
        <LayoutGrid size={14} aria-hidden /> Wall
      </button>
    </div>
  )
}
