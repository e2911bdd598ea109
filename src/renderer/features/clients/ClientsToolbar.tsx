import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { clientStateSchema, type ClientState } from '../../../shared/clients.ts'
import { glossary } from '../../lib/glossary.ts'
import { Segments } from '../../ui/Segments.tsx'
import { StateDot } from '../../ui/StateDot.tsx'
import bar from '../../ui/Toolbar.module.css'
import { TermList } from '../../ui/TermList.tsx'
import { stateWords } from '../../model/clients/client-text.ts'
import { ClientsAs } from './ClientsAs.tsx'
import { LiveCount } from '../../widgets/LiveCount.tsx'
import { UnregisterButtons } from './UnregisterButtons.tsx'
import { ViewMenu } from './ViewMenu.tsx'

/** What each state means, told on hover; the help of the view has them all. */
const stateTerms = { live: 'live', busy: 'busy', stale: 'stale', away: 'disconnected' } as const

const states: readonly ClientState[] = clientStateSchema.options

/** Which states to show, how many clients are selected, and the way to unregister them. */
export function ClientsToolbar() {
  const panel = usePanel()
  const selected = useStore(panel.selection.state, (state) => state.selected.size)
  return (
    <div className={bar['bar']} role="toolbar" aria-label="Clients">
      <ClientsAs />
      <StateFilter />
      <StateHelp />
      <div className={bar['end']}>
        <span className={`${bar['selected']} num`} translate="no" aria-live="polite">
          {selected > 1 ? `${selected} selected` : ''}
        </span>
        <ViewMenu />
        <UnregisterButtons />
      </div>
    </div>
  )
}

function StateFilter() {
  const { clients } = usePanel()
  const live = useLive()
  const only = useStore(clients.state, (state) => state.filter.state)
  const totals = useStore(clients.state, (state) => state.totals)
  return (
    <Segments label="Show clients by state" past={!live}>
      <button type="button" aria-pressed={only === null} onClick={() => clients.showState(null)}>
        All <LiveCount value={totals.persistent + totals.ephemeral} />
      </button>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={only === state}
          title={glossary[stateTerms[state]]}
          onClick={() => clients.showState(only === state ? null : state)}
        >
          <StateDot state={state} />
          <span className={bar['word']}>{stateWords[state]}</span> <LiveCount value={totals.states[state]} />
        </button>
      ))}
    </Segments>
  )
}

/** What the states mean, for those who don't hover. */
function StateHelp() {
  return (
    <TermList
      label="What the states mean"
      terms={states.map((state) => ({
        word: stateTerms[state],
        shown: (
          <>
            <StateDot state={state} /> {stateWords[state]}
          </>
        ),
      }))}
    />
  )
}
