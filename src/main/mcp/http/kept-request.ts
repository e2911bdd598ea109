import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js'
import { memberOf } from '../../../shared/json-text.ts'
import { RawJson } from '../../base/raw-json.ts'

/**
 * Makes of a request that has just come in what may be kept while it is worked on. The argument `payload` of a tool
 * becomes the text that it came in (docs/protocol.md, section 2: numbers arrive as they were sent). Of `_meta` only the
 * progress token is used, so the rest goes.
 *
 * @param json the text that the request was read from
 * @param at where it begins there
 */
export function keepOf(request: JSONRPCRequest, json: string, at: number): void {
  const { params } = request
  if (params === undefined) return
  if (params._meta !== undefined) {
    const { progressToken } = params._meta
    params._meta = progressToken === undefined ? {} : { progressToken }
  }
  if (request.method !== 'tools/call') return
  const { arguments: args } = params
  if (!isObject(args) || !Object.hasOwn(args, 'payload') || !isObject(args['payload'])) return
  const span = ['params', 'arguments', 'payload'].reduce<{ start: number; end: number } | null>(
    (outer, name) => (outer === null ? null : memberOf(json, name, outer.start)),
    { start: at, end: json.length },
  )
  if (span !== null) args['payload'] = RawJson.fromText(json.slice(span.start, span.end), args['payload'])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
