import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, type CSSProperties, type MouseEvent } from 'react'
import { useStore } from 'zustand'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import type { WallRegion } from '../clients/client-order.ts'
import styles from './CardRegion.module.css'
import { gap, indexesInSight, padding, type CardLayout } from './wall-layout.ts'
import { useWallPlaces } from './wall-place.ts'

/** What a card is told of its place. */
export interface CardPlace {
  clientKey: string
  /** From 1. To who has it read out every card is a row, as in the tables. */
  rowIndex: number
  tabStop: boolean
  /** Something of it can be seen, so that it is worth a picture. */
  inSight: boolean
}

interface CardRegionProps {
  region: WallRegion
  label: string
  layout: CardLayout
  Card: React.ComponentType<CardPlace>
}

/** Cards in rows. Only the rows in sight (and the card that Tab leads to) are in the page. */
export function CardRegion({ region, label, layout, Card }: CardRegionProps) {
  const { clients, selection, inspector, rowOrder } = usePanel()
  const live = useLive()
  const places = useWallPlaces()
  const scroller = useRef<HTMLDivElement>(null)
  const keys = useStore(clients.state, (state) => state.shown[region])
  const active = useStore(selection.state, (state) => state.active)
  const focusTurn = useStore(selection.state, (state) => state.focusTurn)
  const place = useStore(places, (all) => all[region])
  const { columns, cardWidth, cardHeight } = layout
  const activeIndex = active === null ? -1 : keys.indexOf(active)
  const tabStop = Math.max(0, activeIndex)
  const tabRow = Math.floor(tabStop / columns)

  // eslint-disable-next-line react-hooks/incompatible-library -- the panel is not built with React's compiler
  const virtualizer = useVirtualizer({
    count: Math.ceil(keys.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => cardHeight,
    gap,
    paddingStart: padding,
    paddingEnd: padding,
    scrollPaddingStart: padding,
    scrollPaddingEnd: padding,
    overscan: 1,
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const rows = defaultRangeExtractor(range)
        if (tabRow < range.count && !rows.includes(tabRow)) rows.push(tabRow)
        return rows.sort((a, b) => a - b)
      },
      [tabRow],
    ),
  })
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, cardHeight])

  // Told after every drawing, for the lines between cards; nothing changes where nothing moved.
  const tell = useCallback(() => {
    const node = scroller.current
    if (node === null) return
    const now = {
      left: node.offsetLeft,
      top: node.offsetTop,
      height: node.clientHeight,
      scrollTop: node.scrollTop,
      columns,
      cardWidth,
      cardHeight,
    }
    const before = places.getState()[region]
    const same =
      before !== null && (Object.keys(now) as (keyof typeof now)[]).every((key) => before[key] === now[key])
    if (!same) places.setState({ [region]: now })
  }, [places, region, columns, cardWidth, cardHeight])
  useLayoutEffect(tell)
  useEffect(() => {
    const node = scroller.current
    if (node === null) return
    const observer = new ResizeObserver(tell)
    observer.observe(node)
    return () => observer.disconnect()
  }, [tell])

  const shownTurn = useRef(focusTurn)
  useEffect(() => {
    if (shownTurn.current === focusTurn) return
    shownTurn.current = focusTurn
    const nothingActive = selection.state.getState().active === null
    const key = keys[activeIndex] ?? (nothingActive && rowOrder()[0] === keys[0] ? keys[0] : undefined)
    if (key === undefined) return
    virtualizer.scrollToIndex(Math.floor(keys.indexOf(key) / columns), { align: 'auto' })
    if (nothingActive) selection.standOn(key)
    scroller.current
      ?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
      ?.focus({ preventScroll: true })
  }, [focusTurn, activeIndex, keys, rowOrder, columns, selection, virtualizer])

  // A card that leaves, or goes to another row because there is more room, takes the focus with it: the one that the
  // keyboard stands on now gets it.
  const hasFocus = useRef(false)
  useEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return
    hasFocus.current = false
    selection.focusActive()
  }, [keys, columns, selection])

  const onClick = (event: MouseEvent) => {
    const key = (event.target as Element).closest('[data-key]')?.getAttribute('data-key')
    if (key === null || key === undefined) return
    const mode = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only'
    selection.select(rowOrder(), key, mode)
    if (mode === 'only') inspector.open(key)
  }

  const [first, last] = place === null ? [0, -1] : indexesInSight(place)
  const sizes = { '--card-width': `${cardWidth}px`, '--card-height': `${cardHeight}px` } as CSSProperties
  return (
    <div
      ref={scroller}
      className={styles['scroller']}
      role="grid"
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={keys.length}
      aria-colcount={1}
      aria-disabled={live ? undefined : true}
      style={sizes}
      onScroll={tell}
      onClick={onClick}
      onFocus={() => {
        hasFocus.current = true
      }}
      onBlur={(event) => {
        hasFocus.current = event.relatedTarget === null && !event.target.isConnected
      }}
    >
      <div role="presentation" className={styles['body']} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index: row, start }) => (
          <div
            key={row}
            role="presentation"
            className={styles['row']}
            style={{ transform: `translateY(${start}px)` }}
          >
            {keys.slice(row * columns, (row + 1) * columns).map((key, column) => {
              const index = row * columns + column
              return (
                <Card
                  key={key}
                  clientKey={key}
                  rowIndex={index + 1}
                  tabStop={index === tabStop}
                  inSight={index >= first && index <= last}
                />
              )
            })}
          </div>
        ))}
      </div>
    </div>
  )
}
