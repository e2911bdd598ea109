import { useEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import rowStyles from '../../ui/GridRow.module.css'
import { shortcutOf } from '../../lib/shortcuts.ts'
import { ariaSort, SortButton } from '../../ui/SortButton.tsx'
import { useVirtualRows } from '../../ui/use-virtual-rows.ts'
import { moveOf } from '../clients/grid-keys.ts'
import { JobMenu } from './JobMenu.tsx'
import { JobRow, jobRowHeight } from './JobRow.tsx'
import { jobColumns, jobColumnTitles } from '../../model/jobs/jobs-order.ts'
import styles from './JobsGrid.module.css'

/** The jobs, newest first unless a person sorts them. Only those in sight (and the one with the focus) are in the page. */
export function JobsGrid() {
  const panel = usePanel()
  const { jobs, jobSelection: selection } = panel
  const live = useLive()
  const order = useStore(jobs.state, (state) => state.shown)
  const sorts = useStore(jobs.state, (state) => state.sorts)
  const active = useStore(selection.state, (state) => state.active)
  const focusTurn = useStore(selection.state, (state) => state.focusTurn)
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => order.map((key) => ({ key })), [order])
  const tabStop = Math.max(0, order.indexOf(active ?? ''))
  const virtualizer = useVirtualRows({ scroller, rows, rowHeight: jobRowHeight, headerHeight: 25, tabStop })

  const shownTurn = useRef(focusTurn)
  useEffect(() => {
    if (shownTurn.current === focusTurn) return
    shownTurn.current = focusTurn
    const key = order[tabStop]
    if (key === undefined) return
    virtualizer.scrollToIndex(tabStop, { align: 'auto' })
    scroller.current
      ?.querySelector<HTMLElement>(`[data-job="${CSS.escape(key)}"]`)
      ?.focus({ preventScroll: true })
  }, [focusTurn, order, tabStop, virtualizer])

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof Element) || event.target.closest('[data-job]') === null) return
    const key = moveOf(event, order, active)
    if (key !== undefined) {
      if (key !== null) {
        if (event.ctrlKey || event.metaKey) selection.standOn(key)
        else selection.select(order, key, event.shiftKey ? 'range' : 'only')
        if (!event.shiftKey && jobs.state.getState().open !== null) jobs.open(key)
        selection.focusActive()
      }
      event.preventDefault()
      return
    }
    if (active === null) return
    switch (shortcutOf(event, 'rows')) {
      case 'open':
        panel.openJob(active)
        break
      case 'select':
        selection.select(order, active, 'only')
        break
      case 'toggle':
        selection.select(order, active, 'toggle')
        break
      case 'all':
        selection.selectAll(order)
        break
      case 'remove':
        if (live) panel.cancelSelectedJobs()
        break
      default:
        return
    }
    event.preventDefault()
  }
  const onClick = (event: MouseEvent) => {
    const key = (event.target as Element).closest('[data-job]')?.getAttribute('data-job')
    if (key === null || key === undefined) return
    const mode = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only'
    if (mode === 'only') panel.openJob(key)
    else selection.select(order, key, mode)
  }

  return (
    <>
      <JobMenu>
        <div
          ref={scroller}
          className={styles['grid']}
          role="grid"
          aria-label="Jobs"
          aria-multiselectable="true"
          aria-rowcount={order.length + 1}
          aria-colcount={jobColumns.length}
          aria-disabled={live ? undefined : true}
          onKeyDown={onKeyDown}
          onClick={onClick}
        >
          <div role="rowgroup" className={rowStyles['head']}>
            <div role="row" aria-rowindex={1} className={`${rowStyles['columns']} ${styles['columns']}`}>
              {jobColumns.map((column) => (
                <div
                  key={column}
                  role="columnheader"
                  aria-sort={ariaSort(sorts, column)}
                  className={column === 'took' || column === 'asked' ? rowStyles['endHead'] : undefined}
                >
                  <SortButton
                    title={jobColumnTitles[column]}
                    sorts={sorts}
                    column={column}
                    onSort={(also) => jobs.sortBy(column, also)}
                  />
                </div>
              ))}
            </div>
          </div>
          <div
            role="rowgroup"
            className={styles['body']}
            style={{ height: virtualizer.getTotalSize() }}
            translate="no"
          >
            {virtualizer.getVirtualItems().map((item) => {
              const key = order[item.index]
              return key === undefined ? null : (
                <JobRow
                  key={key}
                  jobKey={key}
                  index={item.index}
                  top={item.start}
                  tabStop={item.index === tabStop}
                />
              )
            })}
          </div>
        </div>
      </JobMenu>
      {order.length === 0 && <NoJobs />}
    </>
  )
}

/** What stands there while no job does. */
function NoJobs() {
  const { jobs } = usePanel()
  const ready = useStore(jobs.state, (state) => state.ready)
  const total = useStore(jobs.state, (state) => state.byKey.size)
  if (!ready) {
    return (
      <div className={styles['none']}>
        <p role="status">Waiting for the list of jobs…</p>
      </div>
    )
  }
  return (
    <div className={styles['none']}>
      {total === 0 ? (
        <>
          <h2>Nothing has been asked for yet</h2>
          <p>
            A job appears here as soon as a program asks a Blender for something, for example with the tool{' '}
            <code>blender_execute_code</code>. It stays after its end, with what came of it.
          </p>
        </>
      ) : (
        <p>
          No job matches. <Button onClick={jobs.clearFilter}>Show all</Button>
        </p>
      )}
    </div>
  )
}
