import type { Column } from './client-columns.ts'

/**
 * The width that a column is drawn with, in CSS pixels, whatever the text size: it zooms the page. Null where it is not
 * drawn.
 */
export function drawnWidth(column: Column, within: ParentNode = document): number | null {
  const title = within.querySelector<HTMLElement>(`[data-header="${column}"]`)
  return title === null ? null : title.getBoundingClientRect().width / title.currentCSSZoom
}
