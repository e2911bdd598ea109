import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, type RefObject } from 'react'

interface VirtualRowsOptions {
  scroller: RefObject<HTMLElement | null>
  rows: readonly { key: string }[]
  /** In CSS pixels. */
  rowHeight: number
  headerHeight: number
  /** Index of the row that is always drawn, since the focus may be on it; -1 for none. */
  tabStop: number
}

/** Draws only the rows in sight, a few around them, and the one with the focus. */
export function useVirtualRows({ scroller, rows, rowHeight, headerHeight, tabStop }: VirtualRowsOptions) {
  // eslint-disable-next-line react-hooks/incompatible-library -- the panel is not built with React's compiler
  return useVirtualizer({
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
}
