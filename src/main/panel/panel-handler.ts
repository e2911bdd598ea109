import { mapEventIterator } from '@orpc/client'
import { ORPCError, ValidationError } from '@orpc/server'
import { StandardRPCHandler } from '@orpc/server/standard'
import type { Log } from '../base/log.ts'
import type { PanelContext, PanelRouter } from './router.ts'

export interface PanelHandlerPorts {
  readonly router: PanelRouter
  readonly log: Log
  /** Where the panel is, for the log: the address of a browser, or `window`. */
  readonly panel: string
}

/**
 * What answers the calls of a panel, whatever carries them. A call or a watch that fails by a fault of this program is
 * logged here; the panel only learns that there was one.
 */
export function createPanelHandler({
  router,
  log,
  panel,
}: PanelHandlerPorts): StandardRPCHandler<PanelContext> {
  const note = (error: unknown, path: readonly string[]): void => {
    if (error instanceof ORPCError && error.status < 500) return
    log.error(
      { ...faultOf(error), procedure: path.join('.'), panel },
      'a call of a panel failed by a fault of this program',
    )
  }
  return new StandardRPCHandler(router, {
    clientInterceptors: [
      async (call) => {
        const { path } = call
        try {
          const output: unknown = await call.next()
          if (!isEvents(output)) return output
          return mapEventIterator(output, {
            value: (event: unknown) => Promise.resolve(event),
            error(error) {
              note(error, path)
              return Promise.resolve(error)
            },
          })
        } catch (error) {
          note(error, path)
          throw error
        }
      },
    ],
  })
}

function isEvents(output: unknown): output is AsyncIterator<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output
}

/** What the log may have of an error. What does not fit a schema may hold a secret, so only the place is told. */
function faultOf(error: unknown): object {
  if (!(error instanceof ORPCError)) return { err: error }
  const issues = error.cause instanceof ValidationError ? error.cause.issues : []
  return {
    code: String(error.code),
    reason: error.message,
    issues: issues.map(({ path = [], message }) => `${path.map(String).join('.')}: ${message}`),
  }
}
