import { useEffect } from 'react'
import { Group, Panel as Pane, Separator } from 'react-resizable-panels'
import { useStore } from 'zustand'
import type { ActivityLogState } from '../../shared/status.ts'
import { useLive, usePanel } from '../panel/panel-context.ts'
import { useNarrow } from '../panel/use-narrow.ts'
import { useIntent } from '../panel/use-intent.ts'
import { Button } from '../ui/Button.tsx'
import { shortcutOf } from '../lib/shortcuts.ts'
import { isTextInput } from '../lib/text-input.ts'
import split from './ClientsView.module.css'
import { Charts } from '../features/activity/Charts.tsx'
import { LogList } from '../features/activity/LogList.tsx'
import { LogPane } from '../features/activity/LogPane.tsx'
import { LogToolbar } from '../features/activity/LogToolbar.tsx'
import styles from './ActivityView.module.css'

/** What happens and what happened: who came and went, which messages passed, how jobs ended. */
export function ActivityView() {
  const { log } = usePanel()
  const live = useLive()
  const open = useStore(log.state, (state) => state.open !== null)
  const overlay = useNarrow()
  useEffect(() => log.start(), [log])
  // After it was begun to follow the log: before, nothing can be asked of it.
  useIntent('go to a moment', ({ at }) => void log.jumpTo(at))

  const close = () => {
    const id = log.state.getState().open?.id
    log.closeEntry()
    if (id !== undefined) {
      document.querySelector<HTMLElement>(`[data-entry="${id}"]`)?.focus({ preventScroll: true })
    }
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest('dialog[open], [popover], [role="menu"]'))
        return
      if (event.key === 'Escape') close()
      else if (shortcutOf(event, 'activity') === 'follow' && !isTextInput(event)) {
        if (log.state.getState().following) log.pause()
        else log.resume()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })

  return (
    <Group className={split['group']} orientation="horizontal" id="activity">
      <Pane id="log" minSize="40%" className={split['pane']}>
        <main className={split['main']} aria-label="Activity">
          <h1 className="spoken">Activity</h1>
          <Charts />
          <LogToolbar log={log} />
          <div className={`${styles['content']} ${live ? '' : split['lost']}`}>
            <LogList
              log={log}
              label="Activity, oldest first"
              layout={overlay ? 'card' : 'line'}
              empty={<Empty />}
            />
          </div>
        </main>
        {open && overlay && (
          <div className={split['overlay']}>
            <LogPane log={log} onClose={close} />
          </div>
        )}
      </Pane>
      {open && !overlay && (
        <>
          <Separator className={split['separator']} aria-label="Width of the entry" />
          <Pane
            id="entry"
            defaultSize={372}
            minSize={300}
            maxSize="55%"
            groupResizeBehavior="preserve-pixel-size"
            className={split['pane']}
          >
            <LogPane log={log} onClose={close} />
          </Pane>
        </>
      )}
    </Group>
  )
}

const emptyTexts: Record<ActivityLogState['state'], string> = {
  on: 'Clients that come and go, their messages, and jobs that end appear here as it happens. Plug one in under Connect.',
  off: 'The history is off, so what happened before can’t be shown. What happens from now on appears here as long as this view is open.',
  taking_over:
    'What happened before appears here once the history of an earlier version has been taken over, and what happens from now on as it happens.',
}

function Empty() {
  const { log } = usePanel()
  const filter = useStore(log.state, (state) => state.filter)
  const history = useStore(log.state, (state) => state.history)
  if (Object.keys(filter).length > 0) {
    return (
      <>
        <p>Nothing that is kept matches. What matches from now on appears here.</p>
        <Button onClick={log.clearFilter}>Clear filter</Button>
      </>
    )
  }
  return (
    <>
      <h2>{history.state === 'on' ? 'Nothing has happened yet' : 'Nothing to show yet'}</h2>
      <p>{emptyTexts[history.state]}</p>
    </>
  )
}
