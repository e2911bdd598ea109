import { Repeat } from 'lucide-react'
import { useStore } from 'zustand'
import { visibleText } from '../lib/visible-text.ts'
import { troubleText } from '../model/troubles/troubles-store.ts'
import { useLive, usePanel } from '../panel/panel-context.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Banner.module.css'

/** Programs shown at once; the palette has more. */
const shownMax = 3

/** Names programs that do the same in vain again and again, with the way to pause each. */
export function TroubleBanner() {
  const { troubles } = usePanel()
  const list = useStore(troubles.state, (state) => state.troubles)
  const live = useLive()
  return (
    <div role="status">
      {list.slice(0, shownMax).map((trouble) => {
        const name = visibleText(trouble.name)
        return (
          <div key={`${trouble.userId} ${trouble.program}`} className={styles['banner']}>
            <Repeat size={16} aria-hidden />
            <span>{visibleText(troubleText(trouble))}</span>
            <Button disabled={!live} onClick={() => void troubles.pause(trouble)}>
              Pause {name}
            </Button>
            <Button
              disabled={!live}
              aria-label={`Dismiss the notice about ${name}`}
              onClick={() => void troubles.dismiss(trouble)}
            >
              Dismiss
            </Button>
          </div>
        )
      })}
    </div>
  )
}
