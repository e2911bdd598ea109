import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logins } from '../access/logins.ts'
import { bearerToken } from '../access/token-store.ts'

const actions = ['stop-all', 'resume', 'show'] as const
export type ControlAction = (typeof actions)[number]
const paths = new Set(actions.map((action) => `/control/${action}`))

/** What can be asked for: `userId` null for all buses. */
interface ControlPorts {
  readonly logins: Pick<Logins, 'viewer'>
  readonly pauses: {
    stopAll(userId: string | null, by: string): number
    resume(userId: string, program: null, by: string): boolean
    resumeAll(by: string): number
  }
  /** Brings the window to the front; absent where the panel has none. */
  readonly showWindow?: (() => void) | undefined
}

/**
 * `POST /control/stop-all` and `POST /control/resume`: what the command line asks a running server for; and
 * `POST /control/show`: what a second start asks the first. All take the panel key, or a token with the scope `panel`, as
 * a bearer token: no program of a model has one. With the token of a user they mean that user's bus, which has no
 * window. False for a request that is none of these.
 */
export function answerControl({ logins, pauses, showWindow }: ControlPorts) {
  return (path: string, request: IncomingMessage, response: ServerResponse): boolean => {
    if (!paths.has(path)) return false
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end()
      return true
    }
    const viewer = logins.viewer(bearerToken(request), request.socket.remoteAddress ?? 'unknown')
    if (viewer === null || 'retryAfterSeconds' in viewer) {
      const status = viewer === null ? 401 : 429
      answer(response, status, {
        status: 'error',
        error: viewer === null ? 'unauthorized' : 'too_many_attempts',
        message: 'This takes the panel key, or a token with the scope panel, as a bearer token.',
      })
      return true
    }
    const { userId } = viewer
    const by = userId === null ? 'the operator' : userId
    if (path === '/control/stop-all') {
      answer(response, 200, { status: 'ok', jobs: pauses.stopAll(userId, by) })
    } else if (path === '/control/show') {
      const shown = userId === null && showWindow !== undefined
      if (shown) showWindow()
      answer(response, 200, { status: 'ok', shown })
    } else {
      const resumed = userId === null ? pauses.resumeAll(by) : Number(pauses.resume(userId, null, by))
      answer(response, 200, { status: 'ok', resumed })
    }
    return true
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}
