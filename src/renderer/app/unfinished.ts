import type { Panel } from '../panel/panel.ts'
import type { View } from '../panel/router.ts'

/** Where forms stand, and tokens that are shown once. */
const viewsWithForms: readonly View[] = ['settings', 'connect']

/** Whether a reload would lose what a person has begun: an open question, a form, or text that was not sent. */
export function isUnfinished(panel: Pick<Panel, 'compose'>, view: View, page: Document): boolean {
  if (viewsWithForms.includes(view) || panel.compose.hasUnsent()) return true
  if (page.querySelector('dialog[open], [role="dialog"]:not([popover]), [popover]:popover-open') !== null)
    return true
  const fields = page.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'input:not([type="checkbox"], [type="radio"]), textarea',
  )
  return [...fields].some(({ value }) => value !== '')
}
