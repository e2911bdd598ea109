import { useStore } from 'zustand'
import { useLive } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { useInspector } from './inspector-context.ts'
import styles from '../../ui/Pane.module.css'

/** What stands in a tab while there is no detail to show: why, and the way on. */
export function DetailPending() {
  const inspector = useInspector()
  const live = useLive()
  const phase = useStore(inspector.state, (state) => state.phase)
  if (phase === 'failed') {
    return (
      <p className={styles['note']} role="alert">
        This could not be loaded. <Button onClick={inspector.linkChanged}>Try again</Button>
      </p>
    )
  }
  return (
    <p className={styles['note']}>
      {phase === 'left' ? 'Nothing was kept of it.' : live ? 'Loading…' : 'Not known without a connection.'}
    </p>
  )
}
