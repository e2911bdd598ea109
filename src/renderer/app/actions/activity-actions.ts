import { priorityNames } from '../../../shared/protocol.ts'
import { chartWindows } from '../../model/activity/chart-lines.ts'
import { exportFormats, exportNames } from '../../model/activity/log-export.ts'
import { groupWords, kindFacts, kindsOf, logGroups } from '../../model/activity/log-text.ts'
import { placeLink } from '../../panel/router.ts'
import { copyAndTell } from '../../model/toasts/copy-and-tell.ts'
import { goingTo, type ActionPorts, type AddAction } from './action.ts'

const moments = [
  { words: '5 minutes', seconds: 300 },
  { words: 'an hour', seconds: 3_600 },
  { words: 'a day', seconds: 86_400 },
] as const

/** What of the log is shown, from when, whether it follows, and what its charts show. */
export function addActivity(add: AddAction, ports: ActionPorts): void {
  const { panel, router, live } = ports
  const { log, rateCharts, clock, intents } = panel
  const { filter, following } = log.state.getState()
  const toActivity = goingTo(ports, 'activity')
  add('Show all activity', 'filter', toActivity(log.clearFilter))
  for (const group of logGroups) {
    add(
      `Show ${groupWords[group].toLowerCase()} in the activity only`,
      'filter',
      toActivity(() => log.setFilter({ kinds: kindsOf([group]) })),
    )
  }
  add(
    'Show activity of any urgency',
    'filter',
    toActivity(() => log.setFilter({ priority: undefined })),
  )
  for (const [priority, name] of priorityNames.slice(0, -1).entries()) {
    add(
      `Show activity of ${name}${priority === 0 ? '' : ' and up'} only`,
      'filter',
      toActivity(() => log.setFilter({ priority })),
    )
  }
  add(
    'Search the activity…',
    'filter',
    toActivity(() => intents.set({ to: 'search', in: 'activity' })),
  )
  // A list that is not on show has nothing yet that could stand still.
  if (following && router.state.getState().view === 'activity') add('Pause the activity', 'F', log.pause)
  else add('Follow the newest activity', 'F', toActivity(log.resume))
  if (live) {
    for (const { words, seconds } of moments) {
      add(
        `Go to the activity of ${words} ago`,
        'time',
        toActivity(() => {
          const { now } = clock.state.getState()
          if (now !== null) intents.set({ to: 'go to a moment', at: now - seconds })
        }),
      )
    }
    for (const format of exportFormats) {
      add(
        `Export the activity as ${exportNames[format]}`,
        'save',
        toActivity(() => intents.set({ to: 'export', format })),
      )
    }
  }
  add(
    'Choose a time or a range of the activity…',
    'time',
    toActivity(() => intents.set({ to: 'choose a time' })),
  )
  if (filter.since !== undefined || filter.until !== undefined) {
    add(
      'Show activity of any time',
      'filter',
      toActivity(() => log.setFilter({ since: undefined, until: undefined })),
    )
  }
  for (const { window, words } of chartWindows) {
    if (window === rateCharts.state.getState().window) continue
    add(
      `Chart the last ${words}`,
      'charts',
      toActivity(() => rateCharts.show(window)),
    )
  }
  addEntry(add, ports)
}

/** What can be done with the entry that is open. */
function addEntry(add: AddAction, { panel, go }: ActionPorts): void {
  const { log, toasts } = panel
  const { open, detail } = log.state.getState()
  if (open === null) return
  const name = kindFacts[open.kind].word
  const kept = { payload: detail?.payload, error: detail?.error, result: detail?.result }
  for (const [part, text] of Object.entries(kept)) {
    if (text == null || text.text === '') continue
    add(`Copy its ${part}: ${name}`, 'entry', () => copyAndTell(toasts, part, text.text))
  }
  add(`Copy the entry: ${name}`, 'entry', () =>
    copyAndTell(toasts, 'entry', JSON.stringify(detail ?? open, null, 2)),
  )
  if (open.client !== '') {
    add(`Show activity of its client only: ${name}`, 'entry', () => {
      go(placeLink('activity'))
      log.setFilter({ client: open.client, userId: open.userId })
    })
  }
  add('Close the entry', 'Escape', log.closeEntry)
}
