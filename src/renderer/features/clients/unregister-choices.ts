import type { Panel } from '../../panel/panel.ts'
import type { MenuEntry } from '../../ui/menu-entries.ts'

/** The ways to unregister many at once, each with how many that are now, or why there is nothing to do. */
export function unregisterChoices(panel: Panel): MenuEntry[] {
  const live = panel.connection.state.getState().kind === 'live'
  const { totals } = panel.clients.state.getState()
  const selected = panel.selection.state.getState().selected.size
  const shownCount = panel.rowOrder().length
  const { stale, away } = totals.states
  const choice = (label: string, count: number, none: string, run: () => void): MenuEntry => ({
    label: `${label} (${count.toLocaleString('en')})…`,
    run,
    danger: true,
    unusable: !live ? 'no connection' : count === 0 ? none : null,
  })
  return [
    choice('Unregister the selected clients', selected, 'none is selected', () => panel.askUnregister()),
    choice('Unregister all stale clients', stale, 'no client is stale', () =>
      panel.askUnregisterWhere(({ state }) => state === 'stale'),
    ),
    choice('Unregister all disconnected clients', away, 'no client is disconnected', () =>
      panel.askUnregisterWhere(({ state }) => state === 'away'),
    ),
    choice('Unregister all clients shown', shownCount, 'no client is shown', () =>
      panel.askUnregisterShown(),
    ),
  ]
}
