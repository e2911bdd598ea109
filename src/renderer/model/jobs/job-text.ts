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

/** Whom a job was sent to: `Atelier 1`, or `Atelier 1 and 3 more`. */
export function partyText(job: PanelJob): string {
  const name = job.targets[0]?.name ?? 'nobody'
  return job.targetCount > 1 ? `${name} and ${job.targetCount - 1} more` : name
}
