import type { Router } from '../../panel/router.ts'
import type { Preferences } from '../../settings/preferences.ts'

/** An address that names the wall shows the clients there from then on. Answers the way to stop. */
export function followWallLink(router: Router, preferences: Preferences): () => void {
  const follow = () => {
    if (router.state.getState().wall) preferences.set({ clientsAs: 'wall' })
  }
  follow()
  return router.state.subscribe(follow)
}
