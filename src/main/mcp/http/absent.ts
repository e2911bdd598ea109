/**
 * `null` for what a message may leave out means absent: several programs write every field that they know. MCP gives
 * `null` a meaning nowhere in the fields that are looked at here. Arguments of tools are left to the tools.
 */

/** Takes out of a message what is `null` and may be left out: `params`, its fields, and those of `_meta`. */
export function dropNulls(message: unknown): void {
  if (!isObject(message)) return
  if (message['params'] === null) delete message['params']
  // JSON-RPC 1.0 has both in each answer, one of them null.
  if (message['error'] === null && message['result'] !== null) delete message['error']
  if (message['result'] === null && isObject(message['error'])) delete message['result']
  const { params, result } = message
  dropNullFields(params)
  if (isObject(params)) dropNullFields(params['_meta'])
  if (isObject(result) && result['_meta'] === null) delete result['_meta']
}

/** The same value without what is `null`, at any depth; elements of a list stay. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]))
}

function dropNullFields(value: unknown): void {
  if (!isObject(value)) return
  for (const [name, field] of Object.entries(value)) {
    if (field === null) Reflect.deleteProperty(value, name)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
