import { jobKey } from '../../../shared/jobs.ts'
import { jobEntries } from '../../features/jobs/job-entries.ts'
import { isWorthAFile, jobTexts, saveJobText } from '../../model/jobs/job-texts.ts'
import { jobColumns, jobColumnTitles, jobStates, jobStateWords } from '../../model/jobs/jobs-order.ts'
import { timelineWindows } from '../../model/jobs/timeline-lanes.ts'
import { filterLink, placeLink } from '../../panel/router.ts'
import { copyFetched, copyLink } from '../../model/toasts/copy-and-tell.ts'
import { addEntries, goingTo, type ActionPorts, type AddAction } from './action.ts'

/** What can be done with the job that is open, or else the one that the keyboard stands on. */
export function addJob(add: AddAction, { panel, router, go }: ActionPorts): void {
  const { jobs, jobSelection, toasts } = panel
  const { byKey, open, detail } = jobs.state.getState()
  const job = byKey.get(open === null ? (jobSelection.state.getState().active ?? '') : jobKey(open))
  if (job !== undefined) {
    addEntries(add, jobEntries(panel, job, null, go), 'job', job.title, () => {
      if (router.state.getState().view !== 'jobs') go(placeLink('jobs'))
    })
  }
  if (open === null) return
  for (const text of detail == null ? [] : jobTexts(jobs, open, detail)) {
    const name = text.title.toLowerCase()
    add(`Copy the ${name}: ${open.title}`, 'job', () => copyFetched(toasts, name, text.whole))
    if (isWorthAFile(text)) {
      add(`Save the ${name}: ${open.title}…`, 'job', () => void saveJobText(toasts, text))
    }
  }
  add('Close the job', 'Escape', jobs.close)
}

/** Which jobs are shown in which order, and what can be done with those that are selected. */
export function addJobsView(add: AddAction, ports: ActionPorts): void {
  const { panel, live } = ports
  const { jobs, jobSelection, intents, toasts } = panel
  const { filter, shown, byKey } = jobs.state.getState()
  const toJobs = goingTo(ports, 'jobs')
  add('Show all jobs', 'filter', toJobs(jobs.clearFilter))
  for (const state of jobStates) {
    add(
      `Show ${jobStateWords[state]} jobs only`,
      'filter',
      toJobs(() => jobs.showState(state)),
    )
  }
  add(
    'Filter jobs…',
    'filter',
    toJobs(() => intents.set({ to: 'search', in: 'jobs' })),
  )
  if (filter.query !== '') {
    add('Copy link to this filter of jobs', 'copy', () => copyLink(toasts, filterLink('jobs', filter.query)))
  }
  for (const column of jobColumns) {
    add(
      `Sort jobs by ${jobColumnTitles[column]}`,
      'layout',
      toJobs(() => jobs.sortBy(column)),
    )
  }
  for (const { label, seconds } of byKey.size === 0 ? [] : timelineWindows) {
    add(
      `Show the last ${label} on the timeline`,
      'layout',
      toJobs(() => intents.set({ to: 'show a timeline', seconds })),
    )
  }
  add(
    'Select all jobs shown',
    'Ctrl A',
    toJobs(() => jobSelection.selectAll(shown)),
  )
  if (jobSelection.state.getState().selected.size > 1 && live) {
    add('Cancel the selected jobs', 'Delete', panel.cancelSelectedJobs)
  }
}
