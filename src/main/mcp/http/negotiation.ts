/** Reading of the HTTP headers that decide whether a request can be served. No state, no I/O. */

/**
 * True where an Accept header admits a media type, by itself or by a wildcard. A missing header admits everything (RFC
 * 9110, section 12.5.1).
 */
export function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined) return true
  const [major] = type.split('/')
  let best = -1
  let allowed = false
  for (const part of header.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim())
    const precision = range === type ? 2 : range === `${major}/*` ? 1 : range === '*/*' ? 0 : -1
    if (precision <= best) continue
    best = precision
    allowed = !parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter))
  }
  return allowed
}

/**
 * True where an Accept header names event streams, which MCP requires of a client that reads them (basic/transports,
 * Sending Messages). A wildcard, or no header, is what HTTP libraries send by themselves: their callers read JSON.
 */
export function asksForStream(header: string | undefined): boolean {
  const named = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';', 1)[0]?.trim() ?? '')
  return (
    named.some((range) => range === 'text/event-stream' || range === 'text/*') &&
    accepts(header, 'text/event-stream')
  )
}

/** True for `application/json`, whatever its parameters (RFC 9110, section 8.3.1). */
export function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json'
}

/** True for a body that is sent as it is: no compression is taken. */
export function isPlainlyEncoded(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || contentEncoding.trim().toLowerCase() === 'identity'
}
