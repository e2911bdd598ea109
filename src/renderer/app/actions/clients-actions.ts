import { clientStateSchema } from '../../../shared/clients.ts'
import { clearFilter, clientEntries } from '../../features/clients/client-entries.ts'
import { stateWords, uniqueName } from '../../model/clients/client-text.ts'
import { unregisterChoices } from '../../features/clients/unregister-choices.ts'
import { filterLink, placeLink } from '../../panel/router.ts'
import { copyLink } from '../../model/toasts/copy-and-tell.ts'
import { addEntries, goingTo, openClients, type ActionPorts, type AddAction } from './action.ts'

/** What the menus offer of the client that the keyboard stands on, and of those that are open in an inspector. */
export function addClientMenus(add: AddAction, { panel, router, go }: ActionPorts): void {
  const { byKey } = panel.clients.state.getState()
  for (const key of openClients(panel)) {
    const client = byKey.get(key ?? '')
    if (client === undefined) continue
    addEntries(add, clientEntries(panel, client, null), 'client', uniqueName(client, byKey), () => {
      if (router.state.getState().view !== 'clients') go(placeLink('clients'))
    })
  }
}

/** The ways to unregister many at once. */
export function addUnregistering(add: AddAction, { panel }: ActionPorts): void {
  for (const { label, run, unusable = null } of unregisterChoices(panel)) {
    if (unusable === null) add(label, label.includes('selected') ? 'Delete' : 'clients', run)
  }
}

/** Which clients are shown, and which are selected. */
export function addClientsFilter(add: AddAction, ports: ActionPorts): void {
  const { panel } = ports
  const { clients, selection, intents, toasts } = panel
  const { filter } = clients.state.getState()
  const toClients = goingTo(ports, 'clients')
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
  add('Search clients…', '/', () => intents.set({ to: 'search', in: 'clients' }))
  if (filter.query !== '') {
    add('Copy link to this filter of clients', 'copy', () =>
      copyLink(toasts, filterLink('clients', filter.query)),
    )
  }
  add(
    'Select all clients shown',
    'Ctrl A',
    toClients(() => selection.selectAll(panel.rowOrder())),
  )
  if (selection.state.getState().selected.size > 0) add('Let go of the selection', 'Escape', selection.clear)
}
