import type { PanelJob } from '../../../shared/jobs.ts'
import { isTerminal } from '../../../shared/protocol.ts'
import { jobStateWords } from './jobs-order.ts'

/** Whether somebody wants it stopped and its Blender has not said yet what came of that. */
export function isBeingCancelled({ state, cancelRequestedAt }: PanelJob): boolean {
  return cancelRequestedAt !== null && !isTerminal(state)
}

/** Its state in a word. */
export function jobStateText(job: PanelJob): string {
  return isBeingCancelled(job) ? 'cancelling…' : jobStateWords[job.state]
}
