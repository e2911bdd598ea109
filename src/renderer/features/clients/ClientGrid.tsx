import { useEffect, useLayoutEffect, useMemo, useRef, type CSSProperties, type MouseEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import rowStyles from '../../ui/GridRow.module.css'
import { useVirtualRows } from '../../ui/use-virtual-rows.ts'
import styles from './ClientGrid.module.css'
import { columnTracks } from '../../model/clients/client-columns.ts'
import { keysOfGroup, tableRows } from '../../model/clients/client-groups.ts'
import type { Bucket } from '../../model/clients/client-order.ts'
import { ClientRow } from './ClientRow.tsx'
import { ColumnHeaders } from './ColumnHeaders.tsx'
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
  const columns = useStore(clients.state, (state) => state.columns)
  const widths = useStore(clients.state, (state) => state.layout.widths)
  const groups = useStore(clients.state, (state) => state.groups[bucket])
  const rows = useMemo(() => tableRows(order, groups), [order, groups])
  const activeIndex = active === null ? -1 : rows.findIndex((row) => row.key === active)
  // One row is always in reach of Tab: the active one, else the first.
  const tabStop = activeIndex === -1 ? rows.findIndex((row) => row.heading === null) : activeIndex

  const virtualizer = useVirtualRows({ scroller, rows, rowHeight, headerHeight, tabStop })

  // A list that is gone to from elsewhere shows where the keyboard stands in it.
  const standing = useRef(activeIndex)
  useLayoutEffect(() => {
    if (standing.current !== -1) virtualizer.scrollToIndex(standing.current, { align: 'auto' })
  }, [virtualizer])

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
    // Where both tables are scrolled as a whole too, this brings the row's into sight.
    scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
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

  const { tracks, least } = columnTracks(columns, widths)
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
      style={{ '--tracks': tracks, '--least': least } as CSSProperties}
      onClick={onClick}
      onFocus={() => {
        hasFocus.current = true
      }}
      onBlur={(event) => {
        hasFocus.current = event.relatedTarget === null && !event.target.isConnected
      }}
    >
      <div role="rowgroup" className={`${rowStyles['head']} ${styles['head']}`}>
        <ColumnHeaders bucket={bucket} />
      </div>
      <div
        role="rowgroup"
        className={styles['body']}
        style={{ height: virtualizer.getTotalSize() }}
        translate="no"
      >
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index]
          if (row === undefined) return null
          const { heading } = row
          if (heading !== null) {
            return (
              <div
                key={row.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={styles['group']}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <div role="gridcell" aria-colspan={columns.length}>
                  <button
                    type="button"
                    // The keyboard selects the group of a row by a shortcut and by the row's menu.
                    tabIndex={-1}
                    title="Select all of this group"
                    onClick={() => selection.selectAll(keysOfGroup(order, heading))}
                  >
                    <ClientText text={heading.title} />
                  </button>{' '}
                  <span className="num" translate="no">
                    {heading.count}
                  </span>
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
