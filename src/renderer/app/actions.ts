import { clientStateSchema } from '../../shared/clients.ts'
import { clientName, fold, stateWords } from '../features/clients/client-text.ts'
import { groupings } from '../features/clients/clients-layout.ts'
import { settingSections } from '../features/settings/setting-entries.ts'
import type { PanelParts } from '../panel/panel-context.ts'
import { placeLink } from '../panel/router.ts'
import { densities, textSizes } from '../settings/preferences.ts'
import { themeChoices } from '../theme/theme.ts'
import { copyText } from '../ui/copy-text.ts'
import { visibleText } from '../ui/visible-text.ts'

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

/** Most clients and jobs that a search in the palette lists. */
const foundMax = 20

/** Every action there is just now, without what would do nothing. */
function allActions({ panel, theme, preferences, go, showShortcuts }: ActionPorts): Action[] {
  const actions: Action[] = []
  const add = (title: string, hint: string, run: () => void) => actions.push({ id: title, title, hint, run })
  const { clients, selection, toasts } = panel
  const toClients = (run: () => void) => () => {
    go(placeLink('clients'))
    run()
  }

  add('Go to clients', 'view', () => go(placeLink('clients')))
  add('Go to jobs', 'view', () => go(placeLink('jobs')))
  add('Go to approvals', 'view', () => go(placeLink('approvals')))
  add('Go to connect', 'view', () => go(placeLink('connect')))
  add('Go to settings', 'view', () => go(placeLink('settings')))
  for (const { id, title } of settingSections) {
    add(`Settings: ${title}`, 'settings', () => go(placeLink('settings', id)))
  }

  const active = clients.state.getState().byKey.get(selection.state.getState().active ?? '')
  if (active !== undefined) {
    const pinned = panel.pins.state.getState().pins.some(({ key }) => key === active.key)
    add(
      `${pinned ? 'Unpin' : 'Pin'} ${visibleText(clientName(active))}`,
      'P',
      toClients(() => panel.pinOrUnpin([active.key])),
    )
  }
  if (panel.pins.state.getState().pins.length > 1) {
    add('Unpin all clients', 'clients', () =>
      panel.pinOrUnpin(panel.pins.state.getState().pins.map(({ key }) => key)),
    )
  }

  const live = panel.connection.state.getState().kind === 'live'
  const { totals, shown } = clients.state.getState()
  if (live && selection.state.getState().selected.size > 0) {
    add('Unregister the selected clients…', 'Delete', () => panel.askUnregister())
  }
  if (live && totals.states.stale > 0) {
    add(`Unregister all stale clients (${totals.states.stale})…`, 'clients', () =>
      panel.askUnregisterWhere(({ state }) => state === 'stale'),
    )
  }
  const shownCount = shown.persistent.length + shown.ephemeral.length
  if (live && shownCount > 0) {
    add(`Unregister all clients shown (${shownCount})…`, 'clients', () => panel.askUnregisterShown())
  }
  add(
    'Show all clients',
    'filter',
    toClients(() => {
      clients.search('')
      clients.showState(null)
    }),
  )
  for (const state of clientStateSchema.options) {
    add(
      `Show ${stateWords[state]} clients only`,
      'filter',
      toClients(() => clients.showState(state)),
    )
  }
  for (const column of groupings) {
    add(
      `Group clients by ${column}`,
      'layout',
      toClients(() => clients.arrange({ groupBy: column })),
    )
  }
  add(
    'Do not group clients',
    'layout',
    toClients(() => clients.arrange({ groupBy: null })),
  )
  for (const view of panel.savedViews.state.getState().views) {
    add(
      `Show the view ${view.name}`,
      'saved view',
      toClients(() => panel.savedViews.show(view)),
    )
  }
  for (const state of ['running', 'failed'] as const) {
    add(`Show ${state} jobs only`, 'filter', () => {
      go(placeLink('jobs'))
      panel.jobs.showState(state)
    })
  }

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
  const url = panel.status.getState().status?.url
  if (url !== undefined) {
    add('Copy the address of this server', 'copy', () => {
      void copyText(url).then((copied) =>
        toasts.show(
          copied ? { kind: 'done', text: `Copied ${url}` } : { kind: 'problem', text: 'Not copied.' },
        ),
      )
    })
  }
  add('Show the keyboard shortcuts', '?', showShortcuts)
  return actions
}

/** The actions that have every word of the query, then the clients and jobs that have them. */
export function findActions(ports: ActionPorts, query: string): Action[] {
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== '')
  const has = (text: string) => words.every((word) => fold(text).includes(word))
  const actions = allActions(ports).filter(({ title, hint }) => has(`${title} ${hint}`))
  if (words.length === 0) return actions
  const found: Action[] = []
  for (const client of ports.panel.clients.state.getState().byKey.values()) {
    if (found.length === foundMax) break
    const { uuid } = client.record
    const name = clientName(client)
    if (!has(`${name} ${uuid}`)) continue
    const run = () => ports.go(placeLink('clients', uuid))
    found.push({ id: client.key, title: name, hint: client.record.client_type, run })
  }
  for (const job of ports.panel.jobs.state.getState().byKey.values()) {
    if (found.length === foundMax) break
    if (!has(`${job.title} ${job.jobId}`)) continue
    const run = () => ports.go(placeLink('jobs', job.jobId))
    found.push({ id: `job ${job.key}`, title: job.title, hint: `job, ${job.state}`, run })
  }
  return [...actions, ...found]
}
