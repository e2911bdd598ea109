import { ChevronDown } from 'lucide-react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { ButtonMenu } from '../../ui/ActionMenu.tsx'
import { Button } from '../../ui/Button.tsx'
import styles from './UnregisterButtons.module.css'
import { unregisterChoices } from './unregister-choices.ts'

/** The way to unregister those that are selected, and beside it the ways to unregister many at once. */
export function UnregisterButtons() {
  const panel = usePanel()
  const live = useLive()
  const selected = useStore(panel.selection.state, (state) => state.selected.size)
  // The numbers that the choices name: the menu is drawn anew with them.
  useStore(
    panel.clients.state,
    useShallow(({ totals, shown, filter }) => [
      totals.states.stale,
      totals.states.away,
      shown.persistent.length + shown.ephemeral.length,
      filter.query,
      filter.state,
    ]),
  )
  return (
    <div className={styles['split']} role="group" aria-label="Unregister">
      <Button
        kind="danger"
        disabled={!live || selected === 0}
        title={!live ? 'No connection' : selected === 0 ? 'Select a client first' : undefined}
        onClick={() => panel.askUnregister()}
      >
        Unregister…
      </Button>
      <ButtonMenu entries={unregisterChoices(panel)}>
        <Button kind="danger" aria-label="Unregister several at once" title="Unregister several at once">
          <ChevronDown size={14} aria-hidden />
        </Button>
      </ButtonMenu>
    </div>
  )
}
