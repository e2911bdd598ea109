import type { PanelJob } from '../../../shared/jobs.ts'

/** Whom a job was sent to: `Atelier 1`, or `Atelier 1 and 3 more`. */
export function partyText(job: PanelJob): string {
  const name = job.targets[0]?.name ?? 'nobody'
  return job.targetCount > 1 ? `${name} and ${job.targetCount - 1} more` : name
}
