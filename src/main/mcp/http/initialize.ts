import { InitializeRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { startOf } from '../../base/start-of.ts'
import { withoutNulls } from './absent.ts'
import type { InitializeMessage } from './post-messages.ts'
import type { McpClientInfo } from './session.ts'

/** The longest name, title or version of a client that is kept and shown. */
const maxClientInfoLength = 200

/** Capabilities longer than this as JSON are not kept, for as long as a session lasts. This server uses none of them. */
const maxCapabilitiesLength = 4096

/**
 * What a session keeps of its initialize request: the request as its server gets it, and who the client says it is.
 * Null for a request that is not valid. Nothing in it is longer than its bound, or a part of a longer text.
 */
export function readInitialize(
  incoming: InitializeMessage,
): { readonly message: InitializeMessage; readonly clientInfo: McpClientInfo } | null {
  const valid = InitializeRequestSchema.safeParse(withoutNulls(incoming.message))
  if (!valid.success) return null
  const { protocolVersion, capabilities, clientInfo } = valid.data.params
  const { name, version, title } = clientInfo
  const kept = {
    name: startOf(name, maxClientInfoLength),
    version: startOf(version, maxClientInfoLength),
    ...(title !== undefined && { title: startOf(title, maxClientInfoLength) }),
  }
  const params = {
    protocolVersion: startOf(protocolVersion, maxClientInfoLength),
    capabilities: JSON.stringify(capabilities).length <= maxCapabilitiesLength ? capabilities : {},
    clientInfo: kept,
  }
  const { jsonrpc, id, method } = incoming.message
  return { message: { kind: 'request', message: { jsonrpc, id, method, params } }, clientInfo: kept }
}
