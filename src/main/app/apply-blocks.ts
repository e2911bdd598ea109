import type { BlockList } from '../access/block-list.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import { createSessionEnder } from '../mcp/sessions/end-sessions.ts'
import type { McpEndpoint } from '../mcp/http/endpoint.ts'
import type { McpSession } from '../mcp/http/session.ts'

/** Ends the sessions of a token that is revoked, and of whoever is blocked. */
export function endBlockedSessions(ports: {
  endpoint: McpEndpoint
  buses: BusManager
  blocks: BlockList
  registry: TokenRegistry
}): void {
  const { endpoint, buses, blocks, registry } = ports
  const sessionEnder = createSessionEnder({ endpoint, buses })
  const isBlocked = ({ caller, remoteAddress, clientInfo }: McpSession): boolean =>
    blocks.blockOf({ caller, remoteAddress, programName: clientInfo?.name ?? null }) !== null

  registry.events.on('revoked', ({ id }) => {
    const order = { reason: 'The token of this session was revoked.', blocked_until: null }
    sessionEnder.endWhere(({ caller }) => caller.token_id === id, order)
  })
  blocks.events.on('added', ({ kind, reason, blockedUntil }) => {
    if (kind !== 'client') sessionEnder.endWhere(isBlocked, { reason, blocked_until: blockedUntil })
  })
  endpoint.events.on('opened', (session) => {
    // Blocked in the moment between its request and its answer.
    if (isBlocked(session)) endpoint.end(session, 'ended')
  })
}
