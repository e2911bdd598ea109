import type { PanelJob } from '../../../shared/jobs.ts'
import { clientKey } from '../../../shared/clients.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import type { Panel } from '../../panel/panel.ts'
import { placeLink } from '../../panel/router.ts'
import { copyAndTell, copyLink } from '../../model/toasts/copy-and-tell.ts'
import { filterTerm } from '../../lib/filter-language.ts'
import type { MenuEntries, MenuEntry } from '../../ui/menu-entries.ts'
import { exactTime } from '../../lib/time-text.ts'
import { isBeingCancelled, jobStateText } from '../../model/jobs/job-state-text.ts'
import { partyText } from '../../model/jobs/job-text.ts'
import { jobStateWords, type JobColumn } from '../../model/jobs/jobs-order.ts'
import { toolCallOf } from '../../model/jobs/tool-call.ts'

/** What a cell says, as text to copy. */
function cellText(job: PanelJob, column: JobColumn): string {
  switch (column) {
    case 'job':
      return job.problem === '' ? job.title : `${job.title}: ${job.problem}`
    case 'state':
      return jobStateText(job)
    case 'parties':
      return `${job.from.name} → ${partyText(job)}`
    case 'took':
      return job.endedAt === null ? '' : `${job.endedAt - (job.startedAt ?? job.createdAt)} s`
    case 'asked':
      return exactTime(job.createdAt)
  }
}

/** What can be done with a job: the menu of its row, and the palette where it is open. `go` goes to a fragment. */
export function jobEntries(
  panel: Panel,
  job: PanelJob,
  column: JobColumn | null,
  go: (fragment: string) => void,
): MenuEntries {
  const { jobs, jobSelection, clients, toasts } = panel
  const live = panel.connection.state.getState().kind === 'live'
  const { selected } = jobSelection.state.getState()
  const { byKey, open, endable } = jobs.state.getState()
  const chosen = selected.has(job.key) ? [...selected].flatMap((key) => byKey.get(key) ?? []) : [job]
  const unfinished = chosen.filter((each) => !isTerminal(each.state) && !isBeingCancelled(each))
  const copy = (what: string, text: string) => () => copyAndTell(toasts, what, text)
  const value = column === null ? '' : cellText(job, column)
  const onBus = (uuid: string) =>
    clients.state.getState().byKey.has(clientKey({ userId: job.userId, uuid }))
      ? null
      : 'it is not on the bus'
  const showClient = (what: string, { uuid, name }: PanelJob['from']): MenuEntry => ({
    label: `Show ${what} ${name}`,
    run: () => go(placeLink('clients', uuid)),
    unusable: onBus(uuid),
  })
  const [target] = job.targets
  return [
    { label: 'Open', run: () => panel.openJob(job.key) },
    showClient('sender', job.from),
    ...(target === undefined ? [] : [showClient('target', target)]),
    null,
    ...(value === '' ? [] : [{ label: `Copy value: ${value.slice(0, 60)}`, run: copy('value', value) }]),
    { label: 'Copy job id', run: copy('job id', job.jobId) },
    { label: 'Copy link', run: () => copyLink(toasts, placeLink('jobs', job.jobId)) },
    {
      label: 'Copy as tool call',
      run: () => void copyCall(panel, job),
      unusable: live ? null : 'no connection',
    },
    null,
    { label: `Show only ${jobStateWords[job.state]} jobs`, run: () => jobs.showState(job.state) },
    {
      label: `Show only jobs from ${job.from.name}`,
      run: () => jobs.search(filterTerm('from', job.from.name)),
    },
    ...(target === undefined
      ? []
      : [
          {
            label: `Show only jobs to ${target.name}`,
            run: () => jobs.search(filterTerm('to', target.name)),
          },
        ]),
    null,
    { label: 'Run again', run: () => void jobs.repeat(job), unusable: live ? null : 'no connection' },
    {
      label: unfinished.length > 1 ? `Cancel ${unfinished.length} jobs` : 'Cancel job',
      run: () => void jobs.cancelAll(unfinished),
      danger: true,
      unusable: !live
        ? 'no connection'
        : unfinished.length > 0
          ? null
          : isBeingCancelled(job)
            ? 'it is being cancelled'
            : 'it has ended',
    },
    ...(endable === null || open?.key !== job.key
      ? []
      : [
          {
            label: 'End this Blender…',
            run: () => jobs.askToEnd(true),
            danger: true,
            takesFocus: true,
            unusable: live ? null : 'no connection',
          },
        ]),
  ]
}

async function copyCall({ jobs, toasts }: Panel, job: PanelJob): Promise<void> {
  const detail = await jobs.fetchDetail(job).catch(() => undefined)
  const call = detail === null || detail === undefined ? null : toolCallOf(detail)
  if (call !== null) copyAndTell(toasts, 'tool call', call)
  else {
    toasts.show({
      kind: 'problem',
      text: 'Nothing was copied: what this job asked for was too large to keep, or is too long ago.',
    })
  }
}
