import { wallDefaults, type Preferences } from '../../settings/preferences.ts'
import type { Clients } from './clients-store.ts'
import { defaultLayout } from './clients-layout.ts'

/** Lays the clients out as at first, as far as it can be seen: the tables while they are shown, or the wall. */
export function resetLayout(clients: Clients, preferences: Preferences): void {
  const { columns, widths, sort, groupBy } = defaultLayout
  const asWall = clients.state.getState().layout.shownAs === 'wall'
  clients.arrange(asWall ? { sort, groupBy } : { columns, widths, sort, groupBy })
  if (asWall) preferences.set(wallDefaults)
}
