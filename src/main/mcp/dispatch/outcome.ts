import { isTerminal } from '../../../shared/protocol.ts'
import { wellFormedJson } from '../../../shared/well-formed.ts'
import { RawJson } from '../../base/raw-json.ts'
import type { Job } from '../../bus/jobs.ts'
import type { GateRefusal } from '../approvals/approval-gate.ts'

export type DispatchStatus =
  | 'completed'
  | 'failed'
  | 'timeout'
  | 'cancelled'
  | 'running'
  | 'waiting_for_approval'
  | 'no_target'
  | 'ambiguous_target'
  | 'target_away'

/** What became of a dispatched command, in the words of the wire (docs/protocol.md, dispatch tools). */
export interface DispatchOutcome {
  readonly status: DispatchStatus
  readonly job_id: string
  readonly target_uuid: string
  /** What the peer answered: its JSON as the text that came, or its text as it is; empty text where there was none. */
  readonly result: unknown
  readonly error: string
  readonly duration_ms: number
  /** What to do next; only where the job has not ended. */
  readonly message?: string
  /** 0..1, as the peer reported it; only where the job has not ended. */
  readonly progress?: number
  readonly progress_message?: string
}

/** An outcome without what every one has: which job, and how long it took. */
export type OutcomeOf = Omit<DispatchOutcome, 'job_id' | 'duration_ms'>

/** A call that is refused before there is a job (docs/protocol.md, dispatch tools). */
export interface DispatchRefusal {
  readonly ok: false
  readonly error: 'unknown_job' | 'not_your_job' | 'job_id_in_use' | 'too_large_for_target'
  readonly message: string
}

/** How a job of the bus ended. */
export function endOf(job: Job): OutcomeOf {
  const status = job.state === 'completed' || job.state === 'failed' ? job.state : 'cancelled'
  return {
    status,
    target_uuid: job.targets[0] ?? '',
    result: parseResult(job.result),
    error: job.error,
  }
}

/** How far a job is that has not ended. */
export function stateOf(job: Job): OutcomeOf {
  if (isTerminal(job.state)) return endOf(job)
  return {
    status: 'running',
    target_uuid: job.targets[0] ?? '',
    result: '',
    error: '',
    message: `${job.state === 'running' ? 'The job is running.' : 'The job has not started yet.'} ${askAgain(job.job_id)}`,
    ...(job.progress !== null && { progress: job.progress }),
    ...(job.progress_message !== '' && { progress_message: job.progress_message }),
  }
}

export const askAgain = (jobId: string): string =>
  `Call blender_get_job with job_id "${jobId}" for its result. Do not send it again.`

/** How a dispatch ends that a person or a rule did not let through. */
export function refused({ error: code, message }: GateRefusal, target_uuid: string): OutcomeOf {
  if (code === 'unknown_target') return { status: 'no_target', target_uuid: '', result: '', error: message }
  if (code === 'approval_timeout') {
    return { status: 'failed', target_uuid, result: '', error: code, message }
  }
  return { status: code === 'cancelled' ? 'cancelled' : 'failed', target_uuid, result: '', error: message }
}

/** A result is JSON where it looks like JSON and is; else it is the text. */
function parseResult(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return text
  const json = wellFormedJson(text)
  try {
    return RawJson.fromText(json, JSON.parse(json))
  } catch {
    return text
  }
}
