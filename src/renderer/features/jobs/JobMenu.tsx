import { useState, type MouseEvent } from 'react'
import { usePanel } from '../../panel/panel-context.ts'
import { RightClickMenu } from '../../ui/ActionMenu.tsx'
import type { MenuEntries } from '../../ui/menu-entries.ts'
import { jobEntries } from './job-entries.ts'
import type { JobColumn } from '../../model/jobs/jobs-order.ts'

/** What can be done with the job under the pointer, or under the keyboard (Shift F10). */
export function JobMenu({ children }: { children: React.ReactElement }) {
  const panel = usePanel()
  const { jobs, jobSelection } = panel
  const [entries, setEntries] = useState<MenuEntries>([])

  const onAsk = (event: MouseEvent) => {
    const element = event.target as Element
    const { byKey, shown } = jobs.state.getState()
    const job = byKey.get(element.closest('[data-job]')?.getAttribute('data-job') ?? '')
    if (job === undefined) {
      event.stopPropagation()
      return
    }
    if (!jobSelection.state.getState().selected.has(job.key)) jobSelection.select(shown, job.key, 'only')
    const column = element.closest('[data-column]')?.getAttribute('data-column') as JobColumn | undefined
    setEntries(jobEntries(panel, job, column ?? null, (fragment) => (location.hash = fragment)))
  }
  return (
    <RightClickMenu entries={entries} onAsk={onAsk}>
      {children}
    </RightClickMenu>
  )
}
