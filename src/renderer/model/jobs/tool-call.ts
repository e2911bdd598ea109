import { indentJson, memberOf, withMembers } from '../../../shared/json-text.ts'
import type { JobDetail } from '../../../shared/jobs.ts'
import { priorityNames, type JsonObject } from '../../../shared/protocol.ts'

/**
 * The call of `blender_send_message` that asks for the same as a job did, as JSON; null where the payload is not
 * known. The job id is left out, so that a repeat is a job of its own.
 */
export function toolCallOf(detail: JobDetail): string | null {
  if (detail.payload === null || detail.routing === null) return null
  const payload = withMembers(detail.payload, { without: ['job_id'] })
  const address: JsonObject = { ...detail.routing }
  delete address['type']
  const priority = detail.priority === null ? undefined : priorityNames[detail.priority]
  const args = withMembers(JSON.stringify({ ...address, priority }), { added: { payload } })
  return indentJson(withMembers('{"name":"blender_send_message"}', { added: { arguments: args } }))
}

/** What a person wants to read of a payload: the code of a job as it is, else the parameters as the JSON that came. */
export function codeOf(payload: string): { language: 'python' | 'json'; text: string } {
  const { script, params } = JSON.parse(payload) as JsonObject
  const code = typeof params === 'object' && params !== null && 'code' in params ? params.code : undefined
  if (typeof script === 'string') return { language: 'python', text: script }
  if (typeof code === 'string') return { language: 'python', text: code }
  const span = params === undefined || params === null ? null : memberOf(payload, 'params')
  return { language: 'json', text: span === null ? '{}' : indentJson(payload.slice(span.start, span.end)) }
}
