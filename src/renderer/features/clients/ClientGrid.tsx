import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, type CSSProperties, type MouseEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import styles from './ClientGrid.module.css'
import { columnFacts, columnTracks, type Column } from './client-columns.ts'
import type { Bucket } from './client-order.ts'
import { ClientRow } from './ClientRow.tsx'
import { groupRows } from './group-rows.ts'
import { TotalsRow } from './TotalsRow.tsx'

/** Height of the header in CSS pixels. */
export const headerHeight = 25

interface ClientGridProps {
  bucket: Bucket
  title: string
  /** In CSS pixels; with another height the grid is made anew. */
  rowHeight: number
}

/** The rows of one bucket. Only those in sight (and the one with the focus) are in the page. */
export function ClientGrid({ bucket, title, rowHeight }: ClientGridProps) {
  const { clients, selection, inspector, rowOrder } = usePanel()
  const live = useLive()
  const order = useStore(clients.state, (state) => state.shown[bucket])
  const active = useStore(selection.state, (state) => state.active)
  const focusTurn = useStore(selection.state, (state) => state.focusTurn)
  const scroller = useRef<HTMLDivElement>(null)
  const columns = useStore(clients.state, (state) => state.layout.columns)
  const groupBy = useStore(clients.state, (state) => state.layout.groupBy)
  const rows = useMemo(
    () => groupRows(order, clients.state.getState().byKey, groupBy),
    [order, groupBy, clients],
  )
  const activeIndex = active === null ? -1 : rows.findIndex((row) => row.key === active)
  // One row is always in reach of Tab: the active one, else the first.
  const tabStop = activeIndex === -1 ? rows.findIndex((row) => row.title === null) : activeIndex

  // eslint-disable-next-line react-hooks/incompatible-library -- the panel is not built with React's compiler
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollPaddingStart: headerHeight,
    scrollPaddingEnd: 2,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const indexes = defaultRangeExtractor(range)
        if (tabStop >= 0 && tabStop < range.count && !indexes.includes(tabStop)) {
          indexes.push(tabStop)
          indexes.sort((a, b) => a - b)
        }
        return indexes
      },
      [tabStop],
    ),
  })

  const shownTurn = useRef(focusTurn)
  useEffect(() => {
    if (shownTurn.current === focusTurn) return
    shownTurn.current = focusTurn
    const nothingActive = selection.state.getState().active === null
    const index = activeIndex === -1 && nothingActive && rowOrder()[0] === order[0] ? tabStop : activeIndex
    const key = rows[index]?.key
    if (key === undefined) return
    virtualizer.scrollToIndex(index, { align: 'auto' })
    if (nothingActive) selection.standOn(key)
    scroller.current
      ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
      ?.focus({ preventScroll: true })
  }, [focusTurn, activeIndex, tabStop, rows, order, selection, rowOrder, virtualizer])

  // A row that leaves takes the focus with it: the row that the keyboard stands on now gets it.
  const hasFocus = useRef(false)
  useEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return
    hasFocus.current = false
    selection.focusActive()
  }, [order, selection])

  const onClick = (event: MouseEvent) => {
    const key = (event.target as Element).closest('[data-key]')?.getAttribute('data-key')
    if (key === null || key === undefined) return
    const mode = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only'
    selection.select(rowOrder(), key, mode)
    if (mode === 'only') inspector.open(key)
  }

  const least = columns.reduce((sum, column) => sum + columnFacts[column].least, 0)
  const tracks = { '--tracks': columnTracks(columns), '--least': `${least}px` } as CSSProperties
  return (
    <div
      ref={scroller}
      className={styles['grid']}
      role="grid"
      aria-label={title}
      aria-multiselectable="true"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-disabled={live ? undefined : true}
      style={tracks}
      onClick={onClick}
      onFocus={() => {
        hasFocus.current = true
      }}
      onBlur={(event) => {
        hasFocus.current = event.relatedTarget === null && !event.target.isConnected
      }}
    >
      <div role="rowgroup" className={styles['head']}>
        <div role="row" aria-rowindex={1} className={styles['columns']}>
          {columns.map((column) => (
            <ColumnHeader key={column} bucket={bucket} column={column} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className={styles['body']} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index]
          if (row === undefined) return null
          if (row.title !== null) {
            return (
              <div
                key={row.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={styles['group']}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <div role="gridcell" aria-colspan={columns.length}>
                  <ClientText text={row.title} /> <span className="num">{row.count}</span>
                </div>
              </div>
            )
          }
          return (
            <ClientRow
              key={row.key}
              clientKey={row.key}
              columns={columns}
              rowIndex={item.index + 2}
              top={item.start}
              tabStop={item.index === tabStop}
            />
          )
        })}
      </div>
      <TotalsRow bucket={bucket} />
    </div>
  )
}

function ColumnHeader({ bucket, column }: { bucket: Bucket; column: Column }) {
  const { clients } = usePanel()
  const rank = useStore(clients.state, ({ layout }) =>
    layout.sort[bucket].findIndex((sort) => sort.column === column),
  )
  const direction = useStore(clients.state, ({ layout }) => layout.sort[bucket][rank]?.direction ?? null)
  const several = useStore(clients.state, ({ layout }) => layout.sort[bucket].length > 1)
  const title = column === 'place' && bucket === 'ephemeral' ? 'Working on' : columnFacts[column].title
  return (
    <div
      role="columnheader"
      aria-sort={direction ?? 'none'}
      className={columnFacts[column].end === true ? styles['end'] : undefined}
    >
      <button
        type="button"
        title="Sort. With Shift: sort by this as well"
        onClick={(event) => clients.sortBy(bucket, column, event.shiftKey)}
      >
        {title}
        {direction === 'ascending' && <ArrowUp size={11} aria-hidden />}
        {direction === 'descending' && <ArrowDown size={11} aria-hidden />}
        {several && rank !== -1 && (
          <span className={styles['rank']} aria-hidden>
            {rank + 1}
          </span>
        )}
      </button>
    </div>
  )
}
