import type { Viewer } from '../access/logins.ts'
import { limitToUser } from '../panel/one-user.ts'
import { createPanelRouter, type PanelRouter } from '../panel/router.ts'
import type { PanelRouterPorts } from '../panel/router-ports.ts'

/** The panel's contract, whole and for each user who looks at their own. */
export interface PanelRouters {
  readonly whole: PanelRouter
  of(viewer: Viewer): PanelRouter
}

/** One router a user, made at need: limited ports listen to what they limit, and there are as many as users. */
export function createPanelRouters(ports: PanelRouterPorts): PanelRouters {
  const whole = createPanelRouter(ports)
  const ofUsers = new Map<string, PanelRouter>()
  return {
    whole,
    of({ userId }) {
      if (userId === null) return whole
      const made = ofUsers.get(userId) ?? createPanelRouter(limitToUser(ports, userId))
      ofUsers.set(userId, made)
      return made
    },
  }
}
