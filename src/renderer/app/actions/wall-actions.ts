import { viewModes } from '../../model/clients/clients-layout.ts'
import { refreshPicturesInSight } from '../../features/wall/refresh-in-sight.ts'
import { clientsLink } from '../../panel/router.ts'
import { cardSizes } from '../../settings/preferences.ts'
import { addIntervals, type ActionPorts, type AddAction } from './action.ts'

/** The wall of clients: whether they stand there, how large the cards are, and how often their pictures are taken. */
export function addWall(add: AddAction, { panel, preferences, router, go, live }: ActionPorts): void {
  const { clients } = panel
  const { cardSize, wallSeconds } = preferences.state.getState()
  for (const shownAs of viewModes) {
    add(shownAs === 'wall' ? 'Show clients on the wall' : 'Show clients in tables', 'layout', () => {
      clients.arrange({ shownAs })
      go(clientsLink(shownAs))
    })
  }
  for (const size of cardSizes) {
    if (size !== cardSize)
      add(`Use ${size} cards on the wall`, 'layout', () => preferences.set({ cardSize: size }))
  }
  addIntervals(add, 'on the wall', wallSeconds, (seconds) => preferences.set({ wallSeconds: seconds }))
  if (
    live &&
    clients.state.getState().layout.shownAs === 'wall' &&
    router.state.getState().view === 'clients'
  ) {
    add('Take new pictures of the Blenders in sight', 'pictures', () => refreshPicturesInSight(panel))
  }
}
