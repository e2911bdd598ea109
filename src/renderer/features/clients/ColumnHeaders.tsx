import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../../panel/panel-context.ts'
import grid from '../../ui/GridRow.module.css'
import { shortcutOf } from '../../lib/shortcuts.ts'
import { ariaSort, SortButton } from '../../ui/SortButton.tsx'
import { columnFacts, columnTitle, type Column } from '../../model/clients/client-columns.ts'
import type { Bucket } from '../../model/clients/client-order.ts'
import { moveColumn, shiftColumn, withWidth } from '../../model/clients/clients-layout.ts'
import styles from './ColumnHeaders.module.css'
import { drawnWidth } from '../../model/clients/drawn-width.ts'

/** CSS pixels that a key makes a column wider or narrower by. */
const keyStep = 16
/** CSS pixels that the pointer goes before a press becomes a drag. */
const dragAfter = 5

/**
 * The titles of the columns: a click sorts, the line at the right edge sets the width (a double click gives it back),
 * a title is dragged to another place. One of them is in reach of Tab, the arrow keys go from one to the next.
 */
export function ColumnHeaders({ bucket }: { bucket: Bucket }) {
  const { clients, selection } = usePanel()
  const columns = useStore(clients.state, (state) => state.columns)
  const sorts = useStore(clients.state, (state) => state.layout.sort[bucket])
  const row = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<Column>('client')
  const tabStop = columns.includes(at) ? at : 'client'
  const drag = useColumnDrag(row)

  const focus = (column: Column | undefined) => {
    if (column === undefined) return
    setAt(column)
    cellOf(row.current, column)?.querySelector('button')?.focus()
  }
  const onKeyDown = (event: KeyboardEvent, column: Column) => {
    const by = event.key === 'ArrowLeft' ? -1 : 1
    const shortcut = shortcutOf(event, 'headers')
    const { layout } = clients.state.getState()
    if (shortcut === 'next') focus(columns[columns.indexOf(column) + by])
    else if (shortcut === 'move') {
      clients.arrange({ columns: shiftColumn(layout.columns, column, by) })
      // A column that moved is drawn in another place and loses the focus on the way.
      requestAnimationFrame(() => focus(column))
    } else if (shortcut === 'size') {
      const width = widthIn(row.current, column) + by * keyStep
      clients.arrange({ widths: withWidth(layout.widths, column, width) })
    } else if (event.key === 'ArrowDown') selection.focusActive()
    else return
    event.preventDefault()
  }

  return (
    <div role="row" aria-rowindex={1} className={`${grid['columns']} ${styles['columns']}`} ref={row}>
      {columns.map((column) => (
        <div
          key={column}
          role="columnheader"
          aria-sort={ariaSort(sorts, column)}
          data-header={column}
          data-bucket={bucket}
          data-drop={drag.dropAt?.column === column ? drag.dropAt.side : undefined}
          className={`${columnFacts[column].end === true ? grid['endHead'] : ''} ${drag.dragged === column ? styles['dragged'] : ''}`}
        >
          <SortButton
            title={columnTitle(column, bucket)}
            sorts={sorts}
            column={column}
            tabIndex={column === tabStop ? 0 : -1}
            onFocus={() => setAt(column)}
            onKeyDown={(event) => onKeyDown(event, column)}
            onSort={(also) => {
              if (!drag.swallowsClick()) clients.sortBy(bucket, column, also)
            }}
            {...(column !== 'client' && { onPointerDown: (event) => drag.begin(event, column) })}
          />
          <WidthHandle column={column} row={row} />
        </div>
      ))}
    </div>
  )
}

/** The line that a column's width is drawn at. The keyboard has its own way, so that this is for the pointer alone. */
function WidthHandle({ column, row }: { column: Column; row: React.RefObject<HTMLElement | null> }) {
  const { clients } = usePanel()
  const from = useRef<{ x: number; width: number } | null>(null)
  const setWidth = (width: number | undefined) =>
    clients.arrange({ widths: withWidth(clients.state.getState().layout.widths, column, width) })
  return (
    <span
      aria-hidden
      className={styles['handle']}
      title="Drag to set the width, double-click to let it go"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { x: event.clientX, width: widthIn(row.current, column) }
      }}
      onPointerMove={(event) => {
        if (from.current === null) return
        setWidth(from.current.width + (event.clientX - from.current.x) / zoomOf(row.current))
      }}
      onPointerUp={() => {
        from.current = null
      }}
      onPointerCancel={() => {
        from.current = null
      }}
      onDoubleClick={() => setWidth(undefined)}
    />
  )
}

/** Moving a column by its title. A press that became a drag is no click. */
function useColumnDrag(row: React.RefObject<HTMLElement | null>) {
  const { clients } = usePanel()
  const [dragged, setDragged] = useState<Column | null>(null)
  const [dropAt, setDropAt] = useState<{ column: Column; side: 'before' | 'after' } | null>(null)
  const swallow = useRef(false)

  const begin = (event: PointerEvent, column: Column) => {
    if (event.button !== 0) return
    const startX = event.clientX
    let at: typeof dropAt = null
    let moving = false
    swallow.current = false
    const move = ({ clientX }: globalThis.PointerEvent) => {
      if (!moving && Math.abs(clientX - startX) < dragAfter) return
      moving = true
      at = placeUnder(row.current, clientX)
      setDragged(column)
      setDropAt(at)
    }
    const end = (last: globalThis.PointerEvent) => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', end)
      window.removeEventListener('pointercancel', end)
      setDragged(null)
      setDropAt(null)
      if (!moving) return
      swallow.current = true
      // The click that follows a drag comes at once, if it comes at all.
      setTimeout(() => {
        swallow.current = false
      })
      if (last.type === 'pointercancel' || at === null) return
      const { columns } = clients.state.getState().layout
      const { column: target, side } = at
      const before = side === 'before' ? target : (columns[columns.indexOf(target) + 1] ?? null)
      clients.arrange({ columns: moveColumn(columns, column, before) })
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', end)
    window.addEventListener('pointercancel', end)
  }
  return { dragged, dropAt, begin, swallowsClick: () => swallow.current }
}

/** Which edge of which column is nearest to a place across the row; nothing goes before the client. */
function placeUnder(row: HTMLElement | null, x: number): { column: Column; side: 'before' | 'after' } | null {
  const cells = [...(row?.querySelectorAll<HTMLElement>('[data-header]') ?? [])]
  const under = cells.find((cell) => x < cell.getBoundingClientRect().right) ?? cells.at(-1)
  if (under === undefined) return null
  const { left, width } = under.getBoundingClientRect()
  const column = under.dataset['header'] as Column
  return { column, side: column !== 'client' && x < left + width / 2 ? 'before' : 'after' }
}

function cellOf(row: HTMLElement | null, column: Column): HTMLElement | null {
  return row?.querySelector<HTMLElement>(`[data-header="${column}"]`) ?? null
}

function widthIn(row: HTMLElement | null, column: Column): number {
  return row === null ? 0 : (drawnWidth(column, row) ?? 0)
}

function zoomOf(element: HTMLElement | null): number {
  return element?.currentCSSZoom ?? 1
}
