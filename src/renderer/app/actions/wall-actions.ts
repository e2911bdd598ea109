import { waysToShow } from '../../features/clients/clients-layout.ts'
import { refreshPicturesInSight } from '../../features/wall/refresh-in-sight.ts'
import { clientsLink } from '../../panel/router.ts'
import { cardSizes, pictureIntervals } from '../../settings/preferences.ts'
import { isLive, type ActionPorts, type Add } from './action.ts'

/** The wall of clients: whether they stand there, how large the cards are, and how often their pictures are taken. */
export function addWall(add: Add, { panel, preferences, router, go }: ActionPorts): void {
  const { clients } = panel
  const { cardSize, wallSeconds } = preferences.state.getState()
  for (const shownAs of waysToShow) {
    add(shownAs === 'wall' ? 'Show clients on the wall' : 'Show clients in tables', 'layout', () => {
      clients.arrange({ shownAs })
      go(clientsLink(shownAs))
    })
  }
  for (const size of cardSizes) {
    if (size !== cardSize)
      add(`Use ${size} cards on the wall`, 'layout', () => preferences.set({ cardSize: size }))
  }
  for (const seconds of pictureIntervals) {
    if (seconds === wallSeconds) continue
    const when = seconds === null ? 'only when I ask' : `every ${seconds} s`
    add(`Take pictures on the wall ${when}`, 'pictures', () => preferences.set({ wallSeconds: seconds }))
  }
  if (
    isLive(panel) &&
    clients.state.getState().layout.shownAs === 'wall' &&
    router.state.getState().view === 'clients'
  ) {
    add('Take new pictures of the Blenders in sight', 'pictures', () => refreshPicturesInSight(panel))
  }
}
