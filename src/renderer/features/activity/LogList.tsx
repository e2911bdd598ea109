import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useStore } from 'zustand'
import { useLive } from '../../panel/panel-context.ts'
import { Button } from '../../ui/Button.tsx'
import type { LogEntry } from '../../../shared/activity.ts'
import { LogNote } from './LogNote.tsx'
import { LogRow, logRowHeights, type LogLayout } from './LogRow.tsx'
import styles from './LogList.module.css'
import type { Log } from '../../model/activity/log-store.ts'
import { dayText } from '../../model/activity/log-text.ts'

/** Rows from an end of what is there at which more is asked for. */
const nearEnd = 30
const pageRows = 20

interface LogListProps {
  log: Log
  label: string
  layout: LogLayout
  /** What stands there while the log has nothing; what a filter does not find is said here. */
  empty: React.ReactNode
}

/**
 * The log as rows, the newest at the bottom. It follows the newest until it is scrolled up, and again from the bottom on.
 * Only what is in sight, and the row the keyboard stands on, is in the page.
 */
export function LogList({ log, label, layout, empty }: LogListProps) {
  const live = useLive()
  const entries = useStore(log.state, (state) => state.entries)
  const names = useStore(log.state, (state) => state.names)
  const following = useStore(log.state, (state) => state.following)
  const unseen = useStore(log.state, (state) => state.unseen)
  const openId = useStore(log.state, (state) => state.open?.id ?? null)
  const target = useStore(log.state, (state) => state.target)
  const phase = useStore(log.state, (state) => state.phase)
  const busy = useStore(log.state, (state) => state.busy)
  const atTail = useStore(log.state, (state) => state.atTail)
  const olderFrom = useStore(log.state, (state) => state.olderFrom)
  const [active, setActive] = useState<number | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  /** The row at the top edge, and how far it is over it: what stands still while rows come and go above it. */
  const anchor = useRef<{ id: number; offset: number } | null>(null)
  const rowHeight = logRowHeights[layout]
  const standing = entries.findIndex(({ id }) => id === (active ?? openId))
  const tabStop = standing === -1 ? entries.length - 1 : standing

  // eslint-disable-next-line react-hooks/incompatible-library -- the panel is not built with React's compiler
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: useCallback((index: number) => entries[index]?.id ?? index, [entries]),
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const indexes = defaultRangeExtractor(range)
        if (tabStop >= 0 && tabStop < range.count && !indexes.includes(tabStop)) indexes.push(tabStop)
        return indexes.sort((a, b) => a - b)
      },
      [tabStop],
    ),
  })

  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])

  /** The sizes under which the newest was brought into sight: under others a scroll is the browser's, not the person's. */
  const settledSize = useRef('')
  const showNewest = useCallback((element: HTMLElement) => {
    element.scrollTop = element.scrollHeight
    settledSize.current = sizeOf(element)
  }, [])

  // After each change of what is there: at the bottom where the newest is followed, else where it was.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (following) {
      showNewest(element)
      return
    }
    const place = anchor.current
    const index = place === null ? -1 : entries.findIndex(({ id }) => id === place.id)
    if (place !== null && index !== -1) element.scrollTop = index * rowHeight + place.offset
  }, [entries, following, rowHeight, showNewest])

  // What is followed stays in sight in a window of another size, and with another size of the text.
  useEffect(() => {
    const element = scroller.current
    if (element === null || !following) return
    const observer = new ResizeObserver(() => showNewest(element))
    observer.observe(element)
    return () => observer.disconnect()
  }, [following, showNewest])

  // A moment that was asked for stands a third below the top edge.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || target === null) return
    const index = Math.max(
      0,
      entries.findIndex(({ id }) => id === target.id),
    )
    const top = Math.max(0, index * rowHeight - element.clientHeight / 3)
    element.scrollTop = top
    const first = entries[Math.floor(element.scrollTop / rowHeight)]
    anchor.current = first === undefined ? null : { id: first.id, offset: element.scrollTop % rowHeight }
    // What is asked for on both sides of it is there: from here on it is the person's to scroll.
    if (busy === null) log.targetReached()
  }, [target, entries, busy, rowHeight, log])

  function noteAnchor() {
    const element = scroller.current
    if (element === null) return
    const index = Math.floor(element.scrollTop / rowHeight)
    const entry = entries[index]
    anchor.current =
      entry === undefined ? null : { id: entry.id, offset: element.scrollTop - index * rowHeight }
  }

  function onScroll() {
    const element = scroller.current
    if (element === null) return
    if (following && sizeOf(element) !== settledSize.current) {
      showNewest(element)
      return
    }
    noteAnchor()
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    if (following && below > rowHeight * 1.5) log.pause()
    else if (!following && below < 2 && atTail && target === null) log.resume()
    if (element.scrollTop < nearEnd * rowHeight) void log.loadOlder()
    if (below < nearEnd * rowHeight) void log.loadNewer()
  }

  // A list that is shorter than its room has no way to be scrolled: it fills up by itself.
  useEffect(() => {
    const element = scroller.current
    if (element === null || phase !== 'ready' || busy !== null) return
    if (element.scrollHeight > element.clientHeight + 1) return
    if (olderFrom !== null) void log.loadOlder()
    else if (!atTail) void log.loadNewer()
  }, [entries, phase, busy, olderFrom, atTail, log])

  const go = (index: number) => {
    const entry = entries[Math.max(0, Math.min(entries.length - 1, index))]
    if (entry === undefined) return
    log.pause()
    setActive(entry.id)
    if (openId !== null) log.openEntry(entry)
    virtualizer.scrollToIndex(entries.indexOf(entry), { align: 'auto' })
    requestAnimationFrame(() => rowOf(scroller.current, entry)?.focus({ preventScroll: true }))
  }
  const steps: Partial<Record<string, () => void>> = {
    ArrowDown: () => go(tabStop + 1),
    ArrowUp: () => go(tabStop - 1),
    PageDown: () => go(tabStop + pageRows),
    PageUp: () => go(tabStop - pageRows),
    Home: () => go(0),
    End() {
      setActive(null)
      log.resume()
    },
    Enter() {
      const entry = entries[tabStop]
      if (entry !== undefined) log.openEntry(entry)
    },
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLAnchorElement) return
    const act = steps[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  return (
    <div className={styles['log']}>
      <div
        ref={scroller}
        className={styles['grid']}
        role="grid"
        aria-label={label}
        aria-rowcount={atTail && olderFrom === null ? entries.length : -1}
        aria-disabled={live ? undefined : true}
        tabIndex={entries.length === 0 ? 0 : undefined}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const element = event.target as Element
          const id = element.closest('[data-entry]')?.getAttribute('data-entry')
          const entry = entries.find((each) => String(each.id) === id)
          if (entry === undefined || element.closest('a') !== null) return
          setActive(entry.id)
          log.openEntry(entry)
        }}
      >
        <div
          role="rowgroup"
          className={styles['body']}
          style={{ height: entries.length * rowHeight }}
          translate="no"
        >
          {virtualizer.getVirtualItems().map((item) => {
            const entry = entries[item.index]
            return entry === undefined ? null : (
              <LogRow
                key={entry.id}
                entry={entry}
                names={names}
                layout={layout}
                index={item.index}
                top={item.start}
                tabStop={item.index === tabStop}
                open={entry.id === openId}
                newDay={isNewDay(entries[item.index - 1], entry)}
                onStand={setActive}
              />
            )
          })}
        </div>
      </div>
      {entries.length === 0 && phase === 'ready' && busy === null && (
        <div className={styles['none']}>{empty}</div>
      )}
      {!following && (unseen > 0 || !atTail) && (
        <Button kind="primary" className={styles['pill']} onClick={log.resume}>
          <ArrowDown size={14} aria-hidden />
          {unseen > 0 ? `${unseen.toLocaleString('en')} new` : 'To the newest'}
        </Button>
      )}
      <LogNote log={log} />
    </div>
  )
}

function sizeOf({ clientHeight, scrollHeight }: HTMLElement): string {
  return `${clientHeight} ${scrollHeight}`
}

function isNewDay(before: LogEntry | undefined, entry: LogEntry): boolean {
  return before !== undefined && dayText(before.at) !== dayText(entry.at)
}

function rowOf(scroller: HTMLElement | null, { id }: LogEntry): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-entry="${id}"]`) ?? null
}
