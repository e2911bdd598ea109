import type { SessionHandle } from './client-info.ts'
import type { ClientRegistry } from './client-registry.ts'
import { listNames, refuse, type BusError } from './errors.ts'
import type { Job } from './jobs.ts'

/**
 * Who a session reports on a job as: the client that it speaks as, or another of its clients where that one was given
 * the job. On a job that nobody knows anybody may say something.
 *
 * Refused with `not_job_target`: a session none of whose clients was given the job.
 *
 * @param serverUuid whom a session reports as that has no client
 */
export function reporterOf(
  registry: ClientRegistry,
  job: Job | undefined,
  session: SessionHandle,
  serverUuid: string,
): string | BusError {
  const speaker = registry.boundTo(session)?.uuid
  if (job === undefined) return speaker ?? serverUuid
  if (speaker !== undefined && job.targets.includes(speaker)) return speaker
  const other = registry.allBoundTo(session).find((client) => job.targets.includes(client.uuid))
  if (other !== undefined) return other.uuid
  return refuse(
    'not_job_target',
    `Job "${job.job_id}" was given to ${listNames(job.targets)}, and nobody else may report on it. Nothing was changed. ` +
      'If you are that client, register its uuid in this session first. To stop a job, use blender_cancel_job.',
  )
}
