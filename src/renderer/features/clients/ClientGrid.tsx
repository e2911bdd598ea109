import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useCallback, useEffect, useRef, type MouseEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import styles from './ClientGrid.module.css'
import { columns, type Bucket, type Column } from './client-order.ts'
import { ClientRow } from './ClientRow.tsx'

/** Heights in CSS pixels. The style sheet takes the row's from the token `--row`, which must say the same. */
export const rowHeight = 34
export const headerHeight = 25

const titles: Record<Bucket, Record<Column, string>> = {
  persistent: { client: 'Client', place: 'File', group: 'Group', job: 'Job', lastSeen: 'Last seen' },
  ephemeral: { client: 'Client', place: 'Working on', group: 'Group', job: 'Job', lastSeen: 'Last seen' },
}

/** The rows of one bucket. Only those in sight (and the one with the focus) are in the page. */
export function ClientGrid({ bucket, title }: { bucket: Bucket; title: string }) {
  const { clients, selection, inspector, rowOrder } = usePanel()
  const live = useLive()
  const order = useStore(clients.state, (state) => state.shown[bucket])
  const active = useStore(selection.state, (state) => state.active)
  const focusTurn = useStore(selection.state, (state) => state.focusTurn)
  const scroller = useRef<HTMLDivElement>(null)
  const activeIndex = active === null ? -1 : order.indexOf(active)
  // One row is always in reach of Tab: the active one, else the first.
  const tabStop = activeIndex === -1 ? 0 : activeIndex

  // eslint-disable-next-line react-hooks/incompatible-library -- the panel is not built with React's compiler
  const virtualizer = useVirtualizer({
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    scrollPaddingStart: headerHeight,
    scrollPaddingEnd: 2,
    getItemKey: useCallback((index: number) => order[index] ?? index, [order]),
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const indexes = defaultRangeExtractor(range)
        if (tabStop < range.count && !indexes.includes(tabStop)) {
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
    const index = activeIndex === -1 && nothingActive && rowOrder()[0] === order[0] ? 0 : activeIndex
    const key = order[index]
    if (key === undefined) return
    virtualizer.scrollToIndex(index, { align: 'auto' })
    if (nothingActive) selection.standOn(key)
    scroller.current
      ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
      ?.focus({ preventScroll: true })
  }, [focusTurn, activeIndex, order, selection, rowOrder, virtualizer])

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

  return (
    <div
      ref={scroller}
      className={styles['grid']}
      role="grid"
      aria-label={title}
      aria-multiselectable="true"
      aria-rowcount={order.length + 1}
      aria-colcount={columns.length}
      aria-disabled={live ? undefined : true}
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
          const key = order[item.index]
          return key === undefined ? null : (
            <ClientRow
              key={key}
              clientKey={key}
              bucket={bucket}
              index={item.index}
              top={item.start}
              tabStop={item.index === tabStop}
            />
          )
        })}
      </div>
    </div>
  )
}

function ColumnHeader({ bucket, column }: { bucket: Bucket; column: Column }) {
  const { clients } = usePanel()
  const direction = useStore(clients.state, ({ sort }) =>
    sort[bucket].column === column ? sort[bucket].direction : null,
  )
  return (
    <div role="columnheader" aria-sort={direction ?? 'none'} className={styles[column]}>
      <button type="button" onClick={() => clients.sortBy(bucket, column)}>
        {titles[bucket][column]}
        {direction === 'ascending' && <ArrowUp size={11} aria-hidden />}
        {direction === 'descending' && <ArrowDown size={11} aria-hidden />}
      </button>
    </div>
  )
}
