import { useEffect } from 'react'
import { Group, Panel as Pane, Separator } from 'react-resizable-panels'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../panel/panel-context.ts'
import { useNarrow } from '../panel/use-narrow.ts'
import split from './ClientsView.module.css'
import { JobPane } from '../features/jobs/JobPane.tsx'
import { JobsGrid } from '../features/jobs/JobsGrid.tsx'
import { JobsToolbar } from '../features/jobs/JobsToolbar.tsx'
import styles from './JobsView.module.css'
import { Timeline } from '../features/jobs/Timeline.tsx'

/** Every job the bus still knows: what runs, what waits, and what came of the last ones. */
export function JobsView() {
  const { jobs, jobSelection } = usePanel()
  const live = useLive()
  const open = useStore(jobs.state, (state) => state.open !== null)
  const overlay = useNarrow()

  useEffect(() => {
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest('dialog[open], [popover], [role="menu"]'))
        return
      if (jobs.state.getState().open === null) jobSelection.clear()
      else {
        jobs.close()
        jobSelection.focusActive()
      }
    }
    window.addEventListener('keydown', onEscape)
    return () => window.removeEventListener('keydown', onEscape)
  }, [jobs, jobSelection])

  return (
    <Group className={split['group']} orientation="horizontal" id="jobs">
      <Pane id="jobs-list" minSize="40%" className={split['pane']}>
        <main className={split['main']} aria-label="Jobs">
          <h1 className="spoken">Jobs</h1>
          <JobsToolbar />
          <div className={`${styles['content']} ${live ? '' : split['lost']}`}>
            <Timeline />
            <JobsGrid />
          </div>
        </main>
        {open && overlay && (
          <div className={split['overlay']}>
            <JobPane />
          </div>
        )}
      </Pane>
      {open && !overlay && (
        <>
          <Separator className={split['separator']} aria-label="Width of the job's details" />
          <Pane
            id="job"
            defaultSize={372}
            minSize={300}
            maxSize="55%"
            groupResizeBehavior="preserve-pixel-size"
            className={split['pane']}
          >
            <JobPane />
          </Pane>
        </>
      )}
    </Group>
  )
}
