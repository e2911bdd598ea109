import {
  Fragment,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  type CSSProperties,
  type MouseEvent,
} from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useLive, usePanel } from '../../panel/panel-context.ts'
import { ClientText } from '../../ui/ClientText.tsx'
import { keysOfGroup, type ClientGroup } from '../../model/clients/client-groups.ts'
import type { WallRegion } from '../../model/clients/client-order.ts'
import { cardRows, cellOf } from '../../model/wall/card-rows.ts'
import styles from './CardRegion.module.css'
import {
  cardOffset,
  cardsInSight,
  contentHeight,
  headingTop,
  scrollTopFor,
  type CardLayout,
  type RegionPlace,
} from '../../model/wall/wall-layout.ts'
import { useWallPlaces } from './wall-place.ts'

/** What a card is told of its place. */
export interface CardPlace {
  clientKey: string
  /** From 1. To who has it read out every card and every heading is a row, as in the tables. */
  rowIndex: number
  /** In CSS pixels, from the corner of all that is scrolled. */
  left: number
  top: number
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

/** Rows that are drawn beyond those in sight, so that a turn of the wheel meets them ready. */
const spareRows = 1

/** Cards in rows, under headings where they are grouped. Only those in sight and the one that Tab leads to are in the page. */
export function CardRegion({ region, label, layout, Card }: CardRegionProps) {
  const { clients, selection, inspector, rowOrder } = usePanel()
  const live = useLive()
  const places = useWallPlaces()
  const scroller = useRef<HTMLDivElement>(null)
  const keys = useStore(clients.state, (state) => state.shown[region])
  const groups = useStore(clients.state, (state) => state.groups[region])
  const active = useStore(selection.state, (state) => state.active)
  const focusTurn = useStore(selection.state, (state) => state.focusTurn)
  const { columns, cardWidth, cardHeight } = layout
  const rows = useMemo(() => cardRows(groups, keys.length, columns), [groups, keys.length, columns])
  const activeIndex = useMemo(() => (active === null ? -1 : keys.indexOf(active)), [active, keys])
  const tabStop = Math.max(0, activeIndex)

  /** Says where the region stands, for what is drawn of it and for the lines between cards. */
  const tell = useCallback((): RegionPlace | null => {
    const node = scroller.current
    if (node === null) return null
    const now = {
      left: node.offsetLeft,
      top: node.offsetTop,
      height: node.clientHeight,
      scrollTop: node.scrollTop,
      rows,
      columns,
      cardWidth,
      cardHeight,
    }
    const before = places.getState()[region]
    const same =
      before !== null && (Object.keys(now) as (keyof typeof now)[]).every((key) => before[key] === now[key])
    if (!same) places.setState({ [region]: now })
    return now
  }, [places, region, rows, columns, cardWidth, cardHeight])
  useLayoutEffect(() => {
    tell()
    const node = scroller.current
    if (node === null) return
    const observer = new ResizeObserver(() => tell())
    observer.observe(node)
    return () => observer.disconnect()
  }, [tell])

  const shownTurn = useRef(focusTurn)
  useEffect(() => {
    const node = scroller.current
    if (node === null || shownTurn.current === focusTurn) return
    shownTurn.current = focusTurn
    const nothingActive = selection.state.getState().active === null
    const index = activeIndex === -1 && nothingActive && rowOrder()[0] === keys[0] ? 0 : activeIndex
    const key = keys[index]
    const place = tell()
    if (key === undefined || place === null) return
    node.scrollTop = scrollTopFor(place, index)
    if (nothingActive) selection.standOn(key)
    // Where the wall as a whole is scrolled too, this brings the region into sight.
    node.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
  }, [focusTurn, activeIndex, keys, rowOrder, selection, tell])

  // A card that leaves takes the focus with it: the one that the keyboard stands on now gets it.
  const hasFocus = useRef(false)
  useEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return
    hasFocus.current = false
    selection.focusActive()
  }, [keys, rows, selection])

  const onClick = (event: MouseEvent) => {
    const key = (event.target as Element).closest('[data-key]')?.getAttribute('data-key')
    if (key === null || key === undefined) return
    const mode = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only'
    selection.select(rowOrder(), key, mode)
    if (mode === 'only') inspector.open(key)
  }

  // While it is scrolled, it is drawn anew only when a row comes into sight or leaves it.
  const [seenFrom, seenTo, drawnFrom, drawnTo] = useStore(
    places,
    useShallow((all) => {
      const place = all[region]
      return place === null ? nothingSeen : [...cardsInSight(place), ...cardsInSight(place, spareRows)]
    }),
  )
  const drawn = Array.from({ length: Math.max(0, drawnTo - drawnFrom) }, (_, n) => drawnFrom + n)
  if (tabStop < drawnFrom) drawn.unshift(tabStop)
  else if (tabStop >= drawnTo) drawn.push(tabStop)
  const sizes = { '--card-width': `${cardWidth}px`, '--card-height': `${cardHeight}px` } as CSSProperties
  return (
    <div
      ref={scroller}
      className={styles['scroller']}
      role="grid"
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={keys.length + groups.length}
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
      <div
        role="presentation"
        className={styles['body']}
        style={{ height: contentHeight(layout, rows) }}
        translate="no"
      >
        {drawn.map((index) => {
          const key = keys[index]
          // The list has become shorter, and where it stands is told in a moment.
          if (key === undefined) return null
          const cell = cellOf(rows, index)
          const { heading, from, headings } = cell.section
          const { left, top } = cardOffset(layout, cell)
          return (
            <Fragment key={key}>
              {heading !== null && index === from && (
                <GroupHeading
                  group={heading}
                  rowIndex={index + headings}
                  top={headingTop(layout, cell.section)}
                  onSelect={() => selection.selectAll(keysOfGroup(keys, heading))}
                />
              )}
              <Card
                clientKey={key}
                rowIndex={index + headings + 1}
                left={left}
                top={top}
                tabStop={index === tabStop}
                inSight={index >= seenFrom && index < seenTo}
              />
            </Fragment>
          )
        })}
      </div>
    </div>
  )
}

const nothingSeen = [0, 0, 0, 0] as const

interface GroupHeadingProps {
  group: ClientGroup
  rowIndex: number
  top: number
  onSelect: () => void
}

function GroupHeading({ group, rowIndex, top, onSelect }: GroupHeadingProps) {
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      className={styles['heading']}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell">
        {/* The keyboard selects the group of a card by a shortcut and by the card's menu. */}
        <button type="button" tabIndex={-1} title="Select all of this group" onClick={onSelect}>
          <ClientText text={group.title} />
        </button>{' '}
        <span className="num" translate="no">
          {group.count}
        </span>
      </div>
    </div>
  )
}
