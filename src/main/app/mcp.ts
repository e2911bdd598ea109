import { blockedAnswer, type BlockList } from '../access/block-list.ts'
import type { Approvals } from '../access/approvals.ts'
import type { Log } from '../base/log.ts'
import { mayUseTool, type Logins } from '../access/logins.ts'
import type { RequestGuard } from '../access/request-guard.ts'
import type { TokenRegistry } from '../access/token-registry.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import type { Recorder } from '../activity/recorder.ts'
import { createApprovalGate } from '../mcp/approvals/approval-gate.ts'
import { linkSessionsToBuses } from '../mcp/sessions/bus-link.ts'
import { busCatalogue } from '../mcp/server/catalogue.ts'
import { createDelivery } from '../mcp/sessions/delivery.ts'
import type { StickyTargets } from '../mcp/dispatch/sticky-targets.ts'
import { createCallerIdentity } from '../mcp/dispatch/caller-identity.ts'
import { createDispatcher } from '../mcp/dispatch/dispatch.ts'
import { createMcpEndpoint, type McpEndpoint } from '../mcp/http/endpoint.ts'
import type { McpHttpLimits } from '../mcp/http/limits.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { instructions } from '../mcp/server/instructions.ts'
import type { Presence } from '../mcp/sessions/presence.ts'
import { createMcpServerFactory, type McpServerFactory } from '../mcp/server/server.ts'
import { createSubscriptions } from '../mcp/sessions/subscriptions.ts'
import { endBlockedSessions } from './apply-blocks.ts'

/** The buses over MCP. Close the endpoint first, then this. */
export interface McpOfBuses {
  readonly endpoint: McpEndpoint
  /** Which messages a session wants to hear. */
  readonly threshold: McpServerFactory['threshold']
  close(): void
}

/** Puts the catalogue, the sessions and their delivery on the buses, and lets the history follow who comes and goes. */
export function serveBusesOverMcp(ports: {
  version: string
  guard: RequestGuard
  logins: Logins
  registry: TokenRegistry
  blocks: BlockList
  approvals: Approvals
  buses: BusManager
  presence: Presence
  sticky: StickyTargets
  recorder: Recorder
  limits: Partial<McpHttpLimits>
  lostTargetGraceMs: number
  /** Milliseconds: Unix time, and one that never jumps. */
  clock: () => number
  steady: () => number
  newId: () => string
  log: Log
}): McpOfBuses {
  const { logins, registry, blocks, approvals, buses, presence, sticky, recorder } = ports
  const { clock, newId, log } = ports
  const busOf = (session: McpSession): UserMessageBus => buses.busOf(session.caller.user_id)
  const subscriptions = createSubscriptions({
    notify: (session, uri) => factory.resourceUpdated(session, uri),
    busOf,
  })
  const gate = createApprovalGate({ approvals, scopesOf: (caller) => logins.scopesOf(caller) })
  const dispatcher = createDispatcher({
    presence,
    sticky,
    gate,
    identity: createCallerIdentity({ tokenTagOf: (caller) => logins.tokenTagOf(caller) }),
    blocked(userId, uuid) {
      const block = blocks.find(userId, uuid)
      return block === null ? null : blockedAnswer(block, `A person blocked "${uuid}"`).message
    },
    clock,
    newId,
    lostTargetGraceMs: ports.lostTargetGraceMs,
  })
  const factory: McpServerFactory = createMcpServerFactory({
    catalogue: busCatalogue({ blocks, presence, gate, dispatcher }),
    info: { name: 'busbar', title: 'Busbar', version: ports.version },
    instructions,
    busOf,
    mayUse: ({ caller }, tool) => mayUseTool(logins.scopesOf(caller), tool),
    subscriptions,
    onFault: (error, method) =>
      log.error({ err: error, method }, 'a request failed by a fault of this program'),
  })
  const delivery = createDelivery((session) => factory.threshold(session))
  const endpoint = createMcpEndpoint({
    authenticate: (request) => logins.authenticate(request),
    guard: ports.guard,
    blocked(applicant) {
      const block = blocks.blockOf(applicant)
      if (block !== null) recorder.refused(applicant, block)
      return block === null ? null : blockedAnswer(block, 'The operator has blocked you: no session')
    },
    connect: (session) => factory.connect(session),
    clock: ports.steady,
    newId,
    log,
    limits: ports.limits,
  })
  endpoint.events.on('opened', (session) => recorder.sessionOpened(session))
  endBlockedSessions({ endpoint, buses, blocks, registry })
  endpoint.events.on('closed', (session, cause) => recorder.sessionClosed(session, cause))
  linkSessionsToBuses({ endpoint, buses, delivery, subscriptions, presence })
  return {
    endpoint,
    threshold: (session) => factory.threshold(session),
    close: () => subscriptions.close(),
  }
}
