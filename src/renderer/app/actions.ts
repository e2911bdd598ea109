import { clientStateSchema } from '../../shared/clients.ts'
import { groupWords, kindsOf, logGroups } from '../features/activity/log-text.ts'
import { blockEntries } from '../features/blocks/block-entries.ts'
import { clearFilter, clientEntries } from '../features/clients/client-entries.ts'
import { columnIds, columnNames } from '../features/clients/client-columns.ts'
import { clientName, stateWords } from '../features/clients/client-text.ts'
import { defaultLayout, groupings, toggleColumn, waysToShow } from '../features/clients/clients-layout.ts'
import { unregisterChoices } from '../features/clients/unregister-choices.ts'
import { claudeCommand } from '../features/connect/program-commands.ts'
import { jobEntries } from '../features/jobs/job-entries.ts'
import { jobColumns, jobColumnTitles, jobStates, jobStateWords } from '../features/jobs/jobs-order.ts'
import { settingSections } from '../features/settings/setting-entries.ts'
import { jobKey } from '../../shared/jobs.ts'
import type { PanelParts } from '../panel/panel-context.ts'
import { clientsLink, filterLink, placeLink, views } from '../panel/router.ts'
import { densities, textSizes } from '../settings/preferences.ts'
import { themeChoices } from '../theme/theme.ts'
import { copyAndTell } from '../ui/copy-and-tell.ts'
import { fold } from '../ui/fold.ts'
import { glossary } from '../ui/glossary.ts'
import type { MenuEntries } from '../ui/menu-entries.ts'

/** Something a person can do from the palette. */
export interface Action {
  id: string
  title: string
  /** What stands beside the title: the keys, or what kind of thing it is. */
  hint: string
  run: () => void
}

export interface ActionPorts extends PanelParts {
  /** Goes to a fragment of the panel. */
  go: (fragment: string) => void
  showShortcuts: () => void
}

type Add = (title: string, hint: string, run: () => void) => void

/** Most clients and jobs that a search in the palette lists, and requests and blocks that have actions of their own. */
const foundMax = 20
const eachMax = 20

/** Every action there is just now, without what would do nothing. */
function allActions(ports: ActionPorts): Action[] {
  const actions: Action[] = []
  const add: Add = (title, hint, run) => actions.push({ id: `${actions.length} ${title}`, title, hint, run })
  addPlaces(add, ports)
  addApprovals(add, ports)
  addOpenThings(add, ports)
  addUnregistering(add, ports)
  addClientsView(add, ports)
  addJobsView(add, ports)
  addActivityView(add, ports)
  addBlocks(add, ports)
  addLook(add, ports)
  addConnect(add, ports)
  add('Show the keyboard shortcuts', '?', ports.showShortcuts)
  return actions
}

function addEntries(add: Add, entries: MenuEntries, hint: string, name: string, before: () => void): void {
  for (const entry of entries) {
    if (entry === null || (entry.unusable ?? null) !== null) continue
    add(`${entry.label.replace(/…$/, '')}: ${name}${entry.label.endsWith('…') ? '…' : ''}`, hint, () => {
      before()
      entry.run()
    })
  }
}

function addPlaces(add: Add, { go }: ActionPorts): void {
  for (const view of views) add(`Go to ${view}`, 'view', () => go(placeLink(view)))
  for (const { id, title } of settingSections) {
    add(`Settings: ${title}`, 'settings', () => go(placeLink('settings', id)))
  }
}

function addApprovals(add: Add, { panel, go }: ActionPorts): void {
  const { approvals } = panel
  const { pending, policy } = approvals.state.getState()
  if (!isLive(panel)) return
  for (const { id, from, program, tool } of pending.slice(0, eachMax)) {
    const what = `${tool} for ${from?.name ?? program}`
    add(`Look at the request: ${what}`, 'approvals', () => go(placeLink('approvals')))
    add(`Allow once: ${what}`, 'approvals', () => void approvals.answer({ id, answer: 'once' }))
    add(
      `Allow for this session: ${what}`,
      'approvals',
      () => void approvals.answer({ id, answer: 'session' }),
    )
    add(`Deny: ${what}`, 'approvals', () => void approvals.answer({ id, answer: 'deny', reason: '' }))
  }
  const defaults = { by_token: 'LLM tokens', ask: 'everybody', allow: 'nobody' } as const
  for (const [choice, who] of Object.entries(defaults) as ['by_token' | 'ask' | 'allow', string][]) {
    if (policy === null || policy.default === choice) continue
    add(`Ask before changes by ${who}`, 'approvals', () => void approvals.setDefault(choice))
  }
}

/** What the menus of the client that the keyboard stands on and of the open job offer. */
function addOpenThings(add: Add, { panel, router, go }: ActionPorts): void {
  const { clients, selection, jobs, jobSelection, pins, inspector } = panel
  const client = clients.state.getState().byKey.get(selection.state.getState().active ?? '')
  if (client !== undefined) {
    addEntries(add, clientEntries(panel, client, null), 'client', clientName(client), () => {
      if (router.state.getState().view !== 'clients') go(placeLink('clients'))
    })
  }
  if (inspector.state.getState().key !== null) add('Close the inspector', 'Escape', inspector.close)
  if (pins.state.getState().pins.length > 1) {
    add('Unpin all clients', 'clients', () =>
      panel.pinOrUnpin(pins.state.getState().pins.map(({ key }) => key)),
    )
  }
  const open = jobs.state.getState().open
  const job = jobs.state
    .getState()
    .byKey.get(open === null ? (jobSelection.state.getState().active ?? '') : jobKey(open))
  if (job !== undefined) {
    addEntries(add, jobEntries(panel, job, null, go), 'job', job.title, () => {
      if (router.state.getState().view !== 'jobs') go(placeLink('jobs'))
    })
  }
}

function addUnregistering(add: Add, { panel }: ActionPorts): void {
  for (const { label, run, unusable = null } of unregisterChoices(panel)) {
    if (unusable === null) add(label, label.includes('selected') ? 'Delete' : 'clients', run)
  }
}

function addClientsView(add: Add, { panel, go }: ActionPorts): void {
  const { clients, selection, savedViews, toasts } = panel
  const { layout, totals, filter } = clients.state.getState()
  const toClients = (run: () => void) => () => {
    go(placeLink('clients'))
    run()
  }
  add(
    'Show all clients',
    'filter',
    toClients(() => clearFilter(panel)),
  )
  for (const state of clientStateSchema.options) {
    add(
      `Show ${stateWords[state]} clients only`,
      'filter',
      toClients(() => clients.showState(state)),
    )
  }
  for (const shownAs of waysToShow) {
    add(shownAs === 'wall' ? 'Show clients on the wall' : 'Show clients in tables', 'layout', () => {
      clients.arrange({ shownAs })
      go(clientsLink(shownAs))
    })
  }
  if (filter.query !== '') {
    const link = new URL(filterLink('clients', filter.query), location.href).href
    add('Copy link to this filter of clients', 'copy', () => copyAndTell(toasts, 'link', link))
  }
  add(
    'Select all clients shown',
    'Ctrl A',
    toClients(() => selection.selectAll(panel.rowOrder())),
  )
  if (selection.state.getState().selected.size > 0) add('Let go of the selection', 'Escape', selection.clear)
  const offered = (column: string) => column !== 'user' || totals.users > 1
  for (const column of columnIds) {
    if (column === 'client' || !offered(column)) continue
    const title = `${layout.columns.includes(column) ? 'Hide' : 'Show'} the column ${columnNames[column]}`
    add(
      title,
      'layout',
      toClients(() =>
        clients.arrange({ columns: toggleColumn(clients.state.getState().layout.columns, column) }),
      ),
    )
  }
  for (const column of layout.columns) {
    for (const direction of ['ascending', 'descending'] as const) {
      const sort = [{ column, direction }]
      add(
        `Sort clients by ${columnNames[column]}, ${direction}`,
        'layout',
        toClients(() => clients.arrange({ sort: { persistent: sort, ephemeral: sort } })),
      )
    }
  }
  for (const column of groupings.filter(offered)) {
    if (layout.groupBy !== column) {
      add(
        `Group clients by ${column}`,
        'layout',
        toClients(() => clients.arrange({ groupBy: column })),
      )
    }
  }
  if (layout.groupBy !== null) {
    add(
      'Do not group clients',
      'layout',
      toClients(() => clients.arrange({ groupBy: null })),
    )
  }
  add(
    'Lay out the tables of clients as at first',
    'layout',
    toClients(() => clients.arrange({ ...defaultLayout, shownAs: layout.shownAs })),
  )
  for (const view of savedViews.state.getState().views) {
    add(`Show the view ${view.name}`, 'saved view', () => {
      go(clientsLink(view.layout.shownAs))
      savedViews.show(view)
    })
    add(`Replace the view ${view.name}`, 'saved view', () => savedViews.save(view.name))
    add(`Forget the view ${view.name}`, 'saved view', () => savedViews.remove(view.name))
  }
}

function addJobsView(add: Add, { panel, go }: ActionPorts): void {
  const { jobs, jobSelection, toasts } = panel
  const { filter, shown, open } = jobs.state.getState()
  const toJobs = (run: () => void) => () => {
    go(placeLink('jobs'))
    run()
  }
  add('Show all jobs', 'filter', toJobs(jobs.clearFilter))
  for (const state of jobStates) {
    add(
      `Show ${jobStateWords[state]} jobs only`,
      'filter',
      toJobs(() => jobs.showState(state)),
    )
  }
  if (filter.query !== '') {
    const link = new URL(filterLink('jobs', filter.query), location.href).href
    add('Copy link to this filter of jobs', 'copy', () => copyAndTell(toasts, 'link', link))
  }
  for (const column of jobColumns) {
    add(
      `Sort jobs by ${jobColumnTitles[column]}`,
      'layout',
      toJobs(() => jobs.sortBy(column)),
    )
  }
  add(
    'Select all jobs shown',
    'Ctrl A',
    toJobs(() => jobSelection.selectAll(shown)),
  )
  if (jobSelection.state.getState().selected.size > 1 && isLive(panel)) {
    add('Cancel the selected jobs', 'Delete', panel.cancelSelectedJobs)
  }
  if (open !== null) add('Close the job', 'Escape', jobs.close)
}

function addActivityView(add: Add, { panel, go }: ActionPorts): void {
  const { log } = panel
  const toActivity = (run: () => void) => () => {
    go(placeLink('activity'))
    run()
  }
  add('Show all activity', 'filter', toActivity(log.clearFilter))
  for (const group of logGroups) {
    add(
      `Show ${groupWords[group].toLowerCase()} in the activity only`,
      'filter',
      toActivity(() => log.setFilter({ kinds: kindsOf([group]) })),
    )
  }
  add('Follow the newest activity', 'F', toActivity(log.resume))
}

function addBlocks(add: Add, { panel, go }: ActionPorts): void {
  for (const block of panel.blocks.state.getState().blocks.slice(0, eachMax)) {
    addEntries(add, blockEntries(panel, block, go), 'block', block.subject, () => undefined)
  }
}

function addLook(add: Add, { theme, preferences }: ActionPorts): void {
  for (const choice of themeChoices) {
    const title = choice === 'system' ? 'Use the theme of the system' : `Use the ${choice} theme`
    add(title, 'look', () => theme.choose(choice))
  }
  for (const density of densities) {
    add(`Use ${density} rows`, 'look', () => preferences.set({ density }))
  }
  for (const textSize of textSizes) {
    add(`Set the text size to ${textSize} %`, 'look', () => preferences.set({ textSize }))
  }
  const { approvalSound } = preferences.state.getState()
  add(`Turn the sound of approvals ${approvalSound ? 'off' : 'on'}`, 'notifications', () =>
    preferences.set({ approvalSound: !approvalSound }),
  )
}

function addConnect(add: Add, { panel }: ActionPorts): void {
  const { status, connection, toasts } = panel
  const url = status.getState().status?.url
  if (url !== undefined) {
    add('Copy the address of this server', 'copy', () => copyAndTell(toasts, 'address', url))
  }
  if (!isLive(panel)) {
    add('Try to connect now', 'connection', connection.retryNow)
    return
  }
  const fetched =
    (what: string, fetch: (api: NonNullable<ReturnType<typeof connection.api>>) => Promise<string>) =>
    async () => {
      const api = connection.api()
      try {
        if (api === null) throw new Error('There is no connection.')
        copyAndTell(toasts, what, await fetch(api))
      } catch {
        toasts.show({ kind: 'problem', text: `The ${what} could not be fetched, so nothing was copied.` })
      }
    }
  const blender = fetched('command', async (api) => (await api.connect.info()).blenderCommand)
  const claude = fetched('command', async (api) =>
    claudeCommand((await api.connect.info()).url, (await api.connect.token()).token),
  )
  const token = fetched('token', async (api) => (await api.connect.token()).token)
  add('Copy the command that starts a Blender in the background', 'connect', () => void blender())
  add('Copy the command that adds this server to Claude Code', 'connect', () => void claude())
  add('Copy the token', 'connect', () => void token())
}

function isLive({ connection }: ActionPorts['panel']): boolean {
  return connection.state.getState().kind === 'live'
}

/** The actions that have every word of the query, then words of the bus, then clients and jobs that have them. */
export function findActions(ports: ActionPorts, query: string): Action[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  const has = (text: string) => words.every((word) => fold(text).includes(word))
  const actions = allActions(ports).filter(({ title, hint }) => has(`${title} ${hint}`))
  if (words.length === 0) return actions
  const found: Action[] = []
  for (const [word, meaning] of Object.entries(glossary)) {
    if (!has(`what does ${word} mean`)) continue
    const run = () => ports.panel.toasts.show({ kind: 'done', text: `${word}: ${meaning}` })
    found.push({ id: `word ${word}`, title: `What does “${word}” mean?`, hint: 'help', run })
  }
  for (const client of ports.panel.clients.state.getState().byKey.values()) {
    if (found.length >= foundMax) break
    const { uuid } = client.record
    const name = clientName(client)
    if (!has(`send to it ${name} ${uuid}`)) continue
    const run = () => ports.go(placeLink('clients', uuid))
    if (has(`${name} ${uuid}`)) {
      found.push({ id: client.key, title: name, hint: client.record.client_type, run })
    }
    // For the one that the keyboard stands on it is offered already.
    if (isLive(ports.panel) && client.key !== ports.panel.selection.state.getState().active) {
      found.push({
        id: `send ${client.key}`,
        title: `Send to it: ${name}…`,
        hint: 'client',
        run() {
          ports.go(placeLink('clients'))
          ports.panel.writeTo(client.key)
        },
      })
    }
  }
  for (const job of ports.panel.jobs.state.getState().byKey.values()) {
    if (found.length >= 2 * foundMax) break
    if (!has(`${job.title} ${job.jobId}`)) continue
    const run = () => ports.go(placeLink('jobs', job.jobId))
    found.push({ id: `job ${job.key}`, title: job.title, hint: `job, ${jobStateWords[job.state]}`, run })
  }
  return [...actions, ...found]
}
