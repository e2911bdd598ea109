import { useStore } from 'zustand'
import { useLive } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { countOf } from '../../lib/count-text.ts'
import type { Log, LogState } from '../../model/activity/log-store.ts'
import styles from './LogList.module.css'
import { clockText, dayText } from '../../model/activity/log-text.ts'

/** Where the list stands: what it holds, what it looks for, and what is not kept. */
export function LogNote({ log }: { log: Log }) {
  const live = useLive()
  const state = useStore(log.state)
  return (
    <div className={`${styles['note']} num`} translate="no">
      <span role="status">
        {live ? noteText(state) : 'Not live: this is what was known when the connection was lost.'}
      </span>
      {live && state.phase === 'failed' && <Button onClick={log.retry}>Try again</Button>}
      {live && state.history.state === 'taking_over' && (
        <span>The history of an earlier version is being taken over. It comes here when that is done.</span>
      )}
      {live && state.history.state === 'off' && (
        <span className={styles['off']} role="alert" title={state.history.reason}>
          History is off: what is shown is lost when this list closes. {state.history.reason}
        </span>
      )}
    </div>
  )
}

function noteText(state: LogState): string {
  const { phase, busy, entries, olderAt, olderFrom, atTail, following, history } = state
  if (phase === 'failed') return 'The log could not be followed.'
  if (phase === 'loading') return 'Loading…'
  if (busy === 'older') {
    return olderAt === null
      ? 'Looking further back…'
      : `Looking further back, before ${dayText(olderAt)} ${clockText(olderAt)}…`
  }
  const first = entries[0]
  const held = countOf(entries.length, 'entry', 'entries')
  const from = first === undefined ? '' : ` from ${dayText(first.at)} ${clockText(first.at)}`
  const start = olderFrom === null && history.state === 'on' ? ', the first that is kept' : ''
  const end = following ? 'Following the newest' : atTail ? 'Paused' : 'Paused, newer entries below'
  return `${end}. ${held}${from}${first === undefined ? '' : start}`
}
