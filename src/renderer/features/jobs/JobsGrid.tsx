import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useRef, useState, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import { step } from '../clients/selection.ts'
import { JobRow, jobRowHeight } from './JobRow.tsx'
import styles from './JobsGrid.module.css'

const titles = ['Job', 'State', 'From and to', 'Took', 'Asked for']
const pageRows = 12

/** The jobs, newest first. Only those in sight (and the one the keyboard stands on) are in the page. */
export function JobsGrid() {
  const { jobs } = usePanel()
  const live = useLive()
  const ready = useStore(jobs.state, (state) => state.ready)
  const order = useStore(jobs.state, (state) => state.shown)
  const total = useStore(jobs.state, (state) => state.byKey.size)
  const openKey = useStore(jobs.state, (state) => state.open?.key ?? null)
  const [active, setActive] = useState<string | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const tabStop = Math.max(0, order.indexOf(active ?? openKey ?? ''))

  // eslint-disable-next-line react-hooks/incompatible-library -- the panel is not built with React's compiler
  const virtualizer = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => jobRowHeight,
    overscan: 10,
    scrollPaddingStart: 25,
    getItemKey: useCallback((index: number) => order[index] ?? index, [order]),
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const indexes = defaultRangeExtractor(range)
        if (tabStop < range.count && !indexes.includes(tabStop)) indexes.push(tabStop)
        return indexes.sort((a, b) => a - b)
      },
      [tabStop],
    ),
  })

  const go = (key: string | null) => {
    if (key === null) return
    setActive(key)
    if (openKey !== null) jobs.open(key)
    virtualizer.scrollToIndex(order.indexOf(key), { align: 'auto' })
    requestAnimationFrame(() =>
      scroller.current
        ?.querySelector<HTMLElement>(`[data-job="${CSS.escape(key)}"]`)
        ?.focus({ preventScroll: true }),
    )
  }
  const steps: Partial<Record<string, () => string | null>> = {
    ArrowDown: () => step(order, active, 1),
    ArrowUp: () => step(order, active, -1),
    PageDown: () => step(order, active, pageRows),
    PageUp: () => step(order, active, -pageRows),
    Home: () => order[0] ?? null,
    End: () => order.at(-1) ?? null,
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const move = steps[event.key]
    if (move !== undefined) go(move())
    else if (event.key === 'Enter' && active !== null) jobs.open(active)
    else return
    event.preventDefault()
  }

  return (
    <>
      <div
        ref={scroller}
        className={styles['grid']}
        role="grid"
        aria-label="Jobs, newest first"
        aria-rowcount={order.length + 1}
        aria-colcount={titles.length}
        aria-disabled={live ? undefined : true}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const key = (event.target as Element).closest('[data-job]')?.getAttribute('data-job')
          if (key !== null && key !== undefined) jobs.open(key)
        }}
      >
        <div role="rowgroup" className={styles['head']}>
          <div role="row" aria-rowindex={1} className={styles['columns']}>
            {titles.map((title) => (
              <div key={title} role="columnheader">
                {title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles['body']} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const key = order[item.index]
            return key === undefined ? null : (
              <JobRow
                key={key}
                jobKey={key}
                index={item.index}
                top={item.start}
                tabStop={item.index === tabStop}
                open={key === openKey}
                onStand={setActive}
              />
            )
          })}
        </div>
      </div>
      {order.length === 0 && <div className={styles['none']}>{none(ready, total, jobs)}</div>}
    </>
  )
}

function none(ready: boolean, total: number, jobs: ReturnType<typeof usePanel>['jobs']) {
  if (!ready) return <p role="status">Waiting for the list of jobs…</p>
  if (total === 0) {
    return (
      <>
        <h2>Nothing has been asked for yet</h2>
        <p>
          A job appears here as soon as a program asks a Blender for something, for example with the tool{' '}
          <code>blender_execute_code</code>. It stays after its end, with what came of it.
        </p>
      </>
    )
  }
  return (
    <p>
      No job matches.{' '}
      <Button
        onClick={() => {
          jobs.search('')
          jobs.showState(null)
        }}
      >
        Show all
      </Button>
    </p>
  )
}
