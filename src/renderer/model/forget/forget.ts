import type { ClientRef } from '../../../shared/clients.ts'
import { callProblem, noConnection } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import { countOf } from '../../lib/count-text.ts'
import { visibleText } from '../../lib/visible-text.ts'
import type { Toasts } from '../toasts/toasts.ts'

/** What `createForget` needs; `api` is null while there is no connection. */
interface ForgetPorts {
  api: () => PanelApi | null
  toasts: Pick<Toasts, 'show'>
}

/** Deletes what is kept about a client. Answers why it was not done; null where it was, which a toast tells. */
export type Forget = (about: ClientRef) => Promise<string | null>

export function createForget({ api, toasts }: ForgetPorts): Forget {
  return async (about) => {
    const link = api()
    if (link === null) return noConnection
    try {
      const done = await link.clients.forget(about)
      if (done.outcome === 'refused') return done.message
      const { entries, jobs, pictures } = done
      const what = [
        countOf(entries, 'entry of the activity log', 'entries of the activity log'),
        countOf(jobs, 'job'),
        countOf(pictures, 'picture'),
      ].join(', ')
      toasts.show({ kind: 'done', text: `Deleted what was kept about ${visibleText(about.uuid)}: ${what}.` })
      return null
    } catch (error) {
      return callProblem(error, 'whether it was deleted')
    }
  }
}
