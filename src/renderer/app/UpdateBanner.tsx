import { RefreshCw } from 'lucide-react'
import { useStore } from 'zustand'
import { usePanel } from '../panel/panel-context.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Banner.module.css'

/** Says that the page is of another version than the server. */
export function UpdateBanner() {
  const { update } = usePanel()
  const newer = useStore(update.state, (state) => state.newer)
  return (
    <div role="status" className={newer === null ? undefined : `${styles['banner']} ${styles['notice']}`}>
      {newer !== null && (
        <>
          <RefreshCw size={16} aria-hidden />
          <span>
            Busbar was updated to {newer}. This page is older. What you have written and not sent is lost when
            it reloads, so it waits for you while there is any.
          </span>
          <Button onClick={update.reload}>Reload</Button>
        </>
      )}
    </div>
  )
}
