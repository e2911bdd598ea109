import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { clientStateSchema, type ClientState } from '../../../shared/clients.ts'
import { Button } from '../../ui/Button.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import { stateWords } from './client-text.ts'
import styles from './ClientsToolbar.module.css'
import { ViewMenu } from './ViewMenu.tsx'

const states: readonly ClientState[] = clientStateSchema.options

/** Which states to show, how many clients are selected, and the way to unregister them. */
export function ClientsToolbar() {
  const panel = usePanel()
  const live = useLive()
  const selected = useStore(panel.selection.state, (state) => state.selected.size)
  return (
    <div className={styles['bar']} role="toolbar" aria-label="Clients">
      <StateFilter />
      <span className={`${styles['selected']} num`} aria-live="polite">
        {selected > 1 ? `${selected} selected` : ''}
      </span>
      <ViewMenu />
      <Button kind="danger" disabled={!live || selected === 0} onClick={() => panel.askUnregister()}>
        Unregister…
      </Button>
    </div>
  )
}

function StateFilter() {
  const { clients } = usePanel()
  const live = useLive()
  const only = useStore(clients.state, (state) => state.filter.state)
  const totals = useStore(clients.state, (state) => state.totals)
  return (
    <div
      className={`${styles['filter']} ${live ? '' : styles['past']}`}
      role="group"
      aria-label="Show clients by state"
    >
      <button type="button" aria-pressed={only === null} onClick={() => clients.showState(null)}>
        All <span className="num">{totals.persistent + totals.ephemeral}</span>
      </button>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={only === state}
          onClick={() => clients.showState(only === state ? null : state)}
        >
          <StateDot state={state} />
          <span className={styles['word']}>{stateWords[state]}</span>{' '}
          <span className="num">{totals.states[state]}</span>
        </button>
      ))}
    </div>
  )
}
