import type { JobDetail } from '../../../shared/jobs.ts'
import { priorityNames, type JsonObject } from '../../../shared/protocol.ts'

/**
 * The call of `blender_send_message` that asks for the same as a job did, as JSON; null where the payload is not
 * known. The job id is left out, so that a repeat is a job of its own.
 */
export function toolCallOf(detail: JobDetail): string | null {
  if (detail.payload === null || detail.routing === null) return null
  const payload = JSON.parse(detail.payload) as JsonObject
  delete payload['job_id']
  const address: JsonObject = { ...detail.routing }
  delete address['type']
  const priority = detail.priority === null ? undefined : priorityNames[detail.priority]
  return JSON.stringify(
    { name: 'blender_send_message', arguments: { ...address, payload, priority } },
    null,
    2,
  )
}

/** What a person wants to read of a payload: the code of a job as it is, else the parameters as JSON. */
export function codeOf(payload: string): { language: 'python' | 'json'; text: string } {
  const { script, params } = JSON.parse(payload) as JsonObject
  const code = typeof params === 'object' && params !== null && 'code' in params ? params.code : undefined
  if (typeof script === 'string') return { language: 'python', text: script }
  if (typeof code === 'string') return { language: 'python', text: code }
  return { language: 'json', text: JSON.stringify(params ?? {}, null, 2) }
}
