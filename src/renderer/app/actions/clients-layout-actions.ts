import { resetLayout } from '../../model/clients/reset-layout.ts'
import { columnIds, columnNames } from '../../model/clients/client-columns.ts'
import { buckets } from '../../model/clients/client-order.ts'
import {
  groupings,
  shiftColumn,
  toggleColumn,
  withWidth,
  type ClientsLayout,
} from '../../model/clients/clients-layout.ts'
import { drawnWidth } from '../../model/clients/drawn-width.ts'
import { clientsLink } from '../../panel/router.ts'
import type { Intent } from '../../panel/intents.ts'
import { goingTo, type ActionPorts, type AddAction } from './action.ts'

/** CSS pixels that a column is made wider or narrower by. */
const widthStep = 48

/** How clients are laid out: columns, order, groups, and views under names. */
export function addClientsLayout(add: AddAction, ports: ActionPorts): void {
  const { panel, preferences, router } = ports
  const { clients } = panel
  const { layout, totals } = clients.state.getState()
  const asWall = layout.shownAs === 'wall'
  const offered = (column: string) => column !== 'user' || totals.users > 1
  const toClients = goingTo(ports, 'clients')
  const arrange = (title: string, change: Partial<ClientsLayout>) =>
    add(
      title,
      'layout',
      toClients(() => clients.arrange(change)),
    )
  for (const column of columnIds) {
    if (column === 'client' || !offered(column)) continue
    const title = `${layout.columns.includes(column) ? 'Hide' : 'Show'} the column ${columnNames[column]}`
    arrange(title, { columns: toggleColumn(layout.columns, column) })
  }
  for (const [at, column] of layout.columns.entries()) {
    const name = columnNames[column]
    if (at > 1) arrange(`Move the column ${name} left`, { columns: shiftColumn(layout.columns, column, -1) })
    if (at > 0 && at < layout.columns.length - 1) {
      arrange(`Move the column ${name} right`, { columns: shiftColumn(layout.columns, column, 1) })
    }
    // By as much as its title's menu does, from the width that it is drawn with.
    if (router.state.getState().view === 'clients' && !asWall) {
      const resize = (by: number) => () => {
        const width = drawnWidth(column)
        if (width !== null) clients.arrange({ widths: withWidth(layout.widths, column, width + by) })
      }
      add(`Make the column ${name} wider`, 'layout', resize(widthStep))
      add(`Make the column ${name} narrower`, 'layout', resize(-widthStep))
    }
    if (layout.widths[column] !== undefined) {
      const widths = withWidth(layout.widths, column, undefined)
      arrange(`Give the column ${name} its width as at first`, { widths })
    }
  }
  for (const column of asWall ? columnIds.filter(offered) : layout.columns) {
    const name = columnNames[column]
    for (const direction of ['ascending', 'descending'] as const) {
      const sort = [{ column, direction }]
      arrange(`Sort clients by ${name}, ${direction}`, { sort: { persistent: sort, ephemeral: sort } })
    }
    if (asWall || layout.sort.persistent.some((each) => each.column === column)) continue
    add(
      `Sort clients by ${name} as well`,
      'layout',
      toClients(() => buckets.forEach((bucket) => clients.sortBy(bucket, column, true))),
    )
  }
  for (const column of groupings.filter(offered)) {
    if (layout.groupBy !== column) arrange(`Group clients by ${column}`, { groupBy: column })
  }
  if (layout.groupBy !== null) arrange('Do not group clients', { groupBy: null })
  add(
    `Lay out the ${asWall ? 'wall' : 'tables of clients'} as at first`,
    'layout',
    toClients(() => resetLayout(clients, preferences)),
  )
  addSavedViews(add, ports)
}

function addSavedViews(add: AddAction, ports: ActionPorts): void {
  const { panel, go } = ports
  const { savedViews, intents } = panel
  const toMenu = (intent: Intent) => goingTo(ports, 'clients')(() => intents.set(intent))
  add('Save what is shown as a view…', 'saved view', toMenu({ to: 'name a view' }))
  for (const view of savedViews.state.getState().views) {
    const { name } = view
    add(`Show the view ${name}`, 'saved view', () => {
      go(clientsLink(view.layout.shownAs))
      savedViews.show(view)
    })
    add(`Replace the view ${name}`, 'saved view', () => savedViews.save(name))
    add(`Rename the view ${name}…`, 'saved view', toMenu({ to: 'rename a view', name }))
    add(`Forget the view ${name}`, 'saved view', () => savedViews.remove(name))
  }
}
