import { blockedAnswer, blockedCallAnswer } from '../access/block-list.ts'
import type { Caller } from '../access/caller.ts'
import { mayUseTool } from '../access/logins.ts'
import type { MemoryLedger } from '../base/ledger.ts'
import { createTurns } from '../base/turns.ts'
import type { Runtime } from '../base/runtime.ts'
import type { Connections } from '../http/connections.ts'
import type { BusManager } from '../bus/bus-manager.ts'
import type { UserMessageBus } from '../bus/user-message-bus.ts'
import type { Recorder } from '../activity/recorder.ts'
import { createApprovalGate } from '../mcp/approvals/approval-gate.ts'
import { linkSessionsToBuses } from '../mcp/sessions/bus-link.ts'
import { busCatalogue } from '../mcp/server/catalogue.ts'
import { createLargeMessages } from '../mcp/sessions/large-messages.ts'
import { createDelivery } from '../mcp/sessions/delivery.ts'
import type { StickyTargets } from '../mcp/dispatch/sticky-targets.ts'
import { createCallerIdentity, programOf } from '../mcp/dispatch/caller-identity.ts'
import { createDispatcher } from '../mcp/dispatch/dispatch.ts'
import { createMcpEndpoint, type McpEndpoint } from '../mcp/http/endpoint.ts'
import type { McpHttpLimits } from '../mcp/http/limits.ts'
import type { McpSession } from '../mcp/http/session.ts'
import { instructions } from '../mcp/server/instructions.ts'
import type { Presence } from '../mcp/sessions/presence.ts'
import { createMcpServerFactory, type McpServerFactory } from '../mcp/server/server.ts'
import { createSubscriptions } from '../mcp/sessions/subscriptions.ts'
import { version } from '../version.ts'
import type { Access } from './access.ts'
import { applyBlocks, createRefusedCalls, createSessionBlocks } from './apply-blocks.ts'

/** The buses over MCP. */
export interface McpOfBuses {
  readonly endpoint: McpEndpoint
  /** Which messages a session wants to hear. */
  readonly threshold: McpServerFactory['threshold']
  /** Ends every session and takes no more requests. */
  close(): Promise<void>
}

/** Puts the catalogue, the sessions and their delivery on the buses, and lets the activity log follow who comes and goes. */
export function serveBusesOverMcp(ports: {
  access: Access
  buses: BusManager
  presence: Presence
  sticky: StickyTargets
  recorder: Recorder
  connections: Pick<Connections, 'belongsTo'>
  bounds: {
    http: Partial<McpHttpLimits>
    lostTargetGraceMs: number
    memory: MemoryLedger
  }
  runtime: Runtime
}): McpOfBuses {
  const { access, buses, presence, sticky, recorder, connections, bounds } = ports
  const { guard, logins, registry, blocks, approvals } = access
  const { clock, steady, newId, log } = ports.runtime
  const busOf = (session: McpSession): UserMessageBus => buses.busOf(session.caller.user_id)
  const tokenTagOf = (caller: Caller): string => logins.tokenTagOf(caller)
  const subscriptions = createSubscriptions({
    notify: (session, uri) => factory.resourceUpdated(session, uri),
    busOf,
    memory: bounds.memory,
  })
  const largeMessages = createLargeMessages(steady)
  const turns = createTurns()
  const identity = createCallerIdentity({ tokenTagOf })
  const gate = createApprovalGate({
    approvals,
    scopesOf: (caller) => logins.scopesOf(caller),
    identityOf: (context) => identity.of(context),
    tokenNameOf: ({ token_id }) => registry.get(token_id)?.name ?? token_id,
  })
  const blockOf = createSessionBlocks({ blocks, buses, identity })
  const refusedCalls = createRefusedCalls({ blocks, recorder })
  const dispatcher = createDispatcher({
    presence,
    sticky,
    gate,
    identity,
    clock,
    newId,
    onFault: (error) => log.error({ err: error }, 'a dispatched job failed by a fault of this program'),
    lostTargetGraceMs: bounds.lostTargetGraceMs,
  })
  const factory: McpServerFactory = createMcpServerFactory({
    catalogue: busCatalogue({ blocks, presence, largeMessages, gate, dispatcher, turns }),
    info: { name: 'busbar', title: 'Busbar', version },
    instructions,
    busOf,
    mayUse: ({ caller }, tool) => mayUseTool(logins.scopesOf(caller), tool),
    programOf: (session) => programOf(session, tokenTagOf).program,
    refusal(session) {
      const block = blockOf(session)
      return block === null ? null : { error: 'blocked', ...blockedCallAnswer(block) }
    },
    onRefused(session) {
      const block = blockOf(session)
      if (block !== null) refusedCalls.note(session, block)
    },
    subscriptions,
    onFault: (error, method) =>
      log.error({ err: error, method }, 'a request failed by a fault of this program'),
  })
  const delivery = createDelivery((session) => factory.threshold(session), largeMessages)
  const endpoint = createMcpEndpoint({
    authenticate: (request) => logins.authenticate(request),
    isValid: (caller) => logins.scopesOf(caller).length > 0,
    takeConnection: (request, { user_id }) => connections.belongsTo(request, user_id),
    guard,
    blocked(applicant) {
      const block = blocks.blockOf(applicant)
      // A session of any other that is blocked opens, so that its model learns why nothing is done for it.
      if (block?.kind !== 'address') return null
      blocks.noteRefused(block)
      recorder.refused(applicant, block)
      return blockedAnswer(block, 'The operator has blocked you: no session')
    },
    connect: (session) => factory.connect(session),
    clock: steady,
    newId,
    log,
    limits: bounds.http,
    memory: bounds.memory,
    turns,
  })
  endpoint.events.on('opened', (session) => recorder.sessionOpened(session))
  endpoint.events.on('opened', (session) => sticky.opened(session))
  endpoint.events.on('request', (session) => sticky.heard(session))
  endpoint.events.on('closed', (session) => sticky.closed(session))
  // Who a person took off is asked about again, in every window: the one that they meant may be back at once.
  const forgetProgramOf = ({ caller, clientInfo }: McpSession): void => {
    if (clientInfo !== null) approvals.forgetPrograms({ tokenId: caller.token_id, program: clientInfo.name })
  }
  const holdBack = (session: McpSession): void => {
    subscriptions.removeSession(session)
    approvals.forgetSession(session)
    forgetProgramOf(session)
    busOf(session).endSession(session)
    factory.refuseOpenCalls(session)
  }
  endpoint.events.on('flooded', (session) => busOf(session).noteTrouble(session, { kind: 'floods' }))
  endpoint.events.on('closed', (session, cause) => {
    if (cause === 'ended') forgetProgramOf(session)
  })
  applyBlocks({
    endpoint,
    buses,
    blocks,
    registry,
    isValid: ({ caller }) => logins.scopesOf(caller).length > 0,
    holdBack,
  })
  endpoint.events.on('closed', (session, cause) => recorder.sessionClosed(session, cause))
  linkSessionsToBuses({
    endpoint,
    buses,
    staysOpen: (session) => blockOf(session) !== null,
    holdBack,
    delivery,
    subscriptions,
    presence,
  })
  return {
    endpoint,
    threshold: (session) => factory.threshold(session),
    async close() {
      await endpoint.close()
      subscriptions.close()
    },
  }
}
