import type { Router } from '../../panel/router.ts'
import type { Clients } from '../../model/clients/clients-store.ts'

/** An address that names the wall shows the clients there from then on. Answers the way to stop. */
export function followWallLink(router: Router, clients: Clients): () => void {
  const follow = () => {
    if (router.state.getState().wall) clients.arrange({ shownAs: 'wall' })
  }
  follow()
  return router.state.subscribe(follow)
}
