import { Pause } from 'lucide-react'
import { useStore } from 'zustand'
import type { PanelPause } from '../../shared/pauses.ts'
import { clockText } from '../model/activity/log-text.ts'
import { visibleText } from '../lib/visible-text.ts'
import { useLive, usePanel } from '../panel/panel-context.ts'
import { Button } from '../ui/Button.tsx'
import styles from './Banner.module.css'

/** Says who may not work for now, since when and by whom, with the way to let them go on. */
export function PauseBanner() {
  const { pauses } = usePanel()
  const list = useStore(pauses.state, (state) => state.pauses)
  const live = useLive()
  const several = new Set(list.map(({ userId }) => userId)).size > 1
  return (
    <div role="status">
      {list.map((pause) => (
        <div key={`${pause.userId} ${pause.program ?? ''}`} className={styles['banner']}>
          <Pause size={16} aria-hidden />
          <span>{pauseText(pause, several)}</span>
          <Button disabled={!live} onClick={() => void pauses.resume(pause)}>
            Resume
          </Button>
        </div>
      ))}
    </div>
  )
}

function pauseText({ program, name, by, since, userId }: PanelPause, several: boolean): string {
  const who = program === null ? `All programs${several ? ` of ${userId}` : ''} are` : `${name} is`
  return visibleText(`${who} paused since ${clockText(since).slice(0, 8)} by ${by}.`)
}
