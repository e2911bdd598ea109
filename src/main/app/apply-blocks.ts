import type { Recorder } from '../activity/recorder.ts'
import type { BlockList } from '../access/block-list.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { Block } from '../../shared/blocks.ts'
import type { CallerIdentity } from '../mcp/dispatch/caller-identity.ts'
import { createSessionEnder } from '../mcp/sessions/end-sessions.ts'
import type { McpEndpoint } from '../mcp/http/endpoint.ts'
import type { McpSession } from '../mcp/http/session.ts'

/** The block under which a session stays open and is refused all it asks for: of its token, its program or the identity it was given. */
export function createSessionBlocks(ports: {
  blocks: Pick<BlockList, 'blockOf' | 'find'>
  buses: BusManager
  identity: Pick<CallerIdentity, 'givenTo'>
}): (session: McpSession) => Block | null {
  const { blocks, buses, identity } = ports
  return (session) => {
    const { caller, clientInfo, remoteAddress } = session
    const block = blocks.blockOf({ caller, remoteAddress, programName: clientInfo?.name ?? null })
    if (block !== null) return block.kind === 'address' ? null : block
    const bus = buses.busOf(caller.user_id)
    const given = identity.givenTo({ bus, session })
    return given === null ? null : blocks.find(bus.user_id, given)
  }
}

/**
 * Counts the refused calls of each block, and tells the activity log of the first one of each session: a program in a
 * loop would fill it.
 */
export function createRefusedCalls(ports: {
  blocks: Pick<BlockList, 'noteRefused'>
  recorder: Pick<Recorder, 'refused'>
}): { note(session: McpSession, block: Block): void } {
  const { blocks, recorder } = ports
  const told = new WeakMap<McpSession, string>()
  return {
    note(session, block) {
      blocks.noteRefused(block)
      if (told.get(session) === block.id) return
      told.set(session, block.id)
      const { caller, remoteAddress, clientInfo } = session
      recorder.refused({ caller, remoteAddress, programName: clientInfo?.name ?? null }, block)
    },
  }
}

/**
 * Ends the sessions of a token that is revoked and of an address that is blocked, and takes those off the bus whose
 * token or program is blocked.
 */
export function applyBlocks(ports: {
  endpoint: McpEndpoint
  buses: BusManager
  blocks: BlockList
  registry: TokenRegistry
  /** Whether a session's token is still worth something. */
  isValid: (session: McpSession) => boolean
  holdBack: (session: McpSession) => void
}): void {
  const { endpoint, buses, blocks, registry, isValid, holdBack } = ports
  const sessionEnder = createSessionEnder({ endpoint, buses, holdBack })
  const blockOf = ({ caller, remoteAddress, clientInfo }: McpSession): Block | null =>
    blocks.blockOf({ caller, remoteAddress, programName: clientInfo?.name ?? null })

  registry.events.on('revoked', ({ id }) => {
    const order = { reason: 'The token of this session was revoked.', blocked_until: null }
    sessionEnder.endWhere(({ caller }) => caller.token_id === id, order)
  })
  blocks.events.on('added', ({ id, kind, reason, blockedUntil }) => {
    if (kind === 'client') return
    const order = { reason, blocked_until: blockedUntil }
    const isMeant = (session: McpSession): boolean => blockOf(session)?.id === id
    if (kind === 'address') sessionEnder.endWhere(isMeant, order)
    else sessionEnder.holdBackWhere(isMeant, order)
  })
  endpoint.events.on('opened', (session) => {
    // Blocked or revoked in the moment between its request and its answer.
    if (blockOf(session)?.kind === 'address' || !isValid(session)) endpoint.end(session, 'ended')
  })
}
