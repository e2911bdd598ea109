import type { McpSession } from '../http/session.ts'

/**
 * The session that a client, or an event about one, holds; null where there is none. To the bus a session is any
 * object: the only ones that reach it are those of the MCP endpoint.
 */
export function sessionOf(holder: { readonly session: object | null }): McpSession | null {
  return holder.session as McpSession | null
}
