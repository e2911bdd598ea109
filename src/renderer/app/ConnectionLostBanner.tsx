import { Unplug } from 'lucide-react'
import { useStore } from 'zustand'
import { Button } from '../ui/Button.tsx'
import styles from './Banner.module.css'
import { usePanel } from '../panel/panel-context.ts'

/** Says that what is on screen is not true any more, as long as it is not. */
export function ConnectionLostBanner() {
  const { connection } = usePanel()
  const state = useStore(connection.state)
  const lost = state.kind === 'lost'
  const late = state.kind === 'connecting' && state.attempt > 1
  return (
    <div role="alert" className={lost || late ? styles['banner'] : undefined}>
      {(lost || late) && (
        <>
          <Unplug size={16} aria-hidden />
          <span>
            {lost
              ? 'Connection lost. Showing nothing live. Reconnecting…'
              : 'Busbar does not answer. Trying again…'}
          </span>
          <Button onClick={connection.retryNow}>Try now</Button>
        </>
      )}
    </div>
  )
}
