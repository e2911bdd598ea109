import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { countOf } from '../../lib/count-text.ts'
import styles from './StatusBar.module.css'

/** The numbers of the moment. Without a connection it shows none: old numbers are not the truth. */
export function StatusBar() {
  const { clients, status } = usePanel()
  const live = useLive()
  const totals = useStore(clients.state, (state) => state.totals)
  const facts = useStore(status, (state) => state.status)
  const roundTripMs = useStore(status, (state) => state.roundTripMs)
  if (!live || facts === null) {
    return (
      <footer className={styles['bar']}>
        <span>Nothing live to show</span>
      </footer>
    )
  }
  const others = totals.persistent + totals.ephemeral - totals.blenders
  return (
    <footer className={`${styles['bar']} num`} translate="no">
      <span>
        {countOf(totals.blenders, 'Blender')}, {totals.blendersLive.toLocaleString('en')} live
      </span>
      <span>{countOf(others, 'other')}</span>
      <span>{countOf(facts.jobsRunning, 'job')} running</span>
      {facts.sessionsUnregistered > 0 && (
        <span title="Sessions that are connected but have not registered a client on the bus">
          {countOf(facts.sessionsUnregistered, 'session')} not registered
        </span>
      )}
      {facts.history.state === 'taking_over' && (
        <span role="status" title="It can be read, and is kept on, when that is done.">
          Taking over the history of an earlier version…
        </span>
      )}
      {facts.history.state === 'off' && (
        <span className={styles['problem']} role="status" title={facts.history.reason}>
          History is not being kept. {facts.history.reason}
        </span>
      )}
      <span className={styles['end']}>
        {roundTripMs === null ? 'round trip –' : `round trip ${roundTripMs.toFixed(1)} ms`}
      </span>
    </footer>
  )
}
