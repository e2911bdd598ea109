/** Why the bus refuses something a client asked for. Literal on the wire as `error`. */
export type BusErrorCode =
  | 'unknown_target'
  | 'ambiguous_target'
  | 'not_your_client'
  | 'invalid_arguments'
  | 'invalid_priority'
  | 'payload_too_large'
  | 'too_large_for_target'
  | 'not_job_target'
  | 'job_id_in_use'
  | 'unknown_client'
  | 'blocked'
  | 'too_many_clients'
  | 'too_many_jobs'
  | 'reserved_name'
  | 'reserved_message'
  | 'out_of_memory_share'

/** A refusal as a value. `message` says what happened, to what, and what to do next. */
export interface BusError {
  readonly ok: false
  readonly error: BusErrorCode
  readonly message: string
}

export function refuse(error: BusErrorCode, message: string): BusError {
  return { ok: false, error, message }
}

/** Names in an error message: at most 20, then how many more. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, 20).join(', ')
  return names.length > 20 ? `${shown} and ${String(names.length - 20)} more` : shown
}
