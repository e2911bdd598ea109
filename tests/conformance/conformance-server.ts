import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import type { Log } from '../../src/main/base/log.ts'
import { createBlockList } from '../../src/main/access/block-list.ts'
import { createGuard } from '../../src/main/access/request-guard.ts'
import { BusManager } from '../../src/main/bus/bus-manager.ts'
import { createStickyTargets } from '../../src/main/mcp/dispatch/sticky-targets.ts'
import type { ApprovalGate } from '../../src/main/mcp/approvals/approval-gate.ts'
import { busCatalogue } from '../../src/main/mcp/server/catalogue.ts'
import { createCallerIdentity } from '../../src/main/mcp/dispatch/caller-identity.ts'
import { createDispatcher } from '../../src/main/mcp/dispatch/dispatch.ts'
import { createMcpEndpoint } from '../../src/main/mcp/http/endpoint.ts'
import { configureHttpServer } from '../../src/main/mcp/http/http-server.ts'
import type { McpSession } from '../../src/main/mcp/http/session.ts'
import { instructions } from '../../src/main/mcp/server/instructions.ts'
import { createLargeMessages } from '../../src/main/mcp/sessions/large-messages.ts'
import { createPresence } from '../../src/main/mcp/sessions/presence.ts'
import { createMcpServerFactory, type McpServerFactory } from '../../src/main/mcp/server/server.ts'
import { createSubscriptions } from '../../src/main/mcp/sessions/subscriptions.ts'
import { fixturePrompts, fixtureResources } from './fixture-resources.ts'
import { fixtureTools } from './fixture-tools.ts'

/**
 * The product's endpoint, guard and catalogue with the suite's fixtures beside it, on a free loopback port. Only
 * the token check differs: the suite sends no token, so everybody is the same user here.
 */
export async function startConformanceServer(): Promise<{ url: string; close(): Promise<void> }> {
  const clock = (): number => Date.now()
  const newId = (): string => randomUUID()
  const presence = createPresence(clock)
  const buses = new BusManager({ clock, newId, isLive: (client) => presence.isReachable(client) })
  const busOf = (session: McpSession): ReturnType<BusManager['busOf']> => buses.busOf(session.caller.user_id)
  // Every caller here is trusted, as the local user is.
  const gate: ApprovalGate = {
    pass: ({ targets }) => ({ ok: true, targets }),
    passRemoval: (client) => ({ ok: true, targets: [client] }),
    passTakeover: (client) => ({ ok: true, targets: [client] }),
  }
  const subscriptions = createSubscriptions({
    notify: (session, uri) => factory.resourceUpdated(session, uri),
    busOf,
  })
  const dispatcher = createDispatcher({
    presence,
    sticky: createStickyTargets({ programOf: () => 'llm-program-000000-' }),
    gate,
    identity: createCallerIdentity({ tokenTagOf: () => '000000' }),
    onFault: (error) => {
      throw error
    },
    clock,
    newId,
  })
  const largeMessages = createLargeMessages(clock)
  const catalogue = busCatalogue({
    blocks: createBlockList(clock),
    presence,
    largeMessages,
    gate,
    dispatcher,
  })
  const factory: McpServerFactory = createMcpServerFactory({
    catalogue: {
      tools: [...catalogue.tools, ...fixtureTools],
      resources: [...catalogue.resources, ...fixtureResources],
      prompts: [...catalogue.prompts, ...fixturePrompts],
    },
    info: { name: 'busbar-conformance', version: '0.0.0' },
    instructions,
    programOf: () => 'llm-conformance-000000-',
    busOf,
    subscriptions,
    onFault: (error) => log.error({ err: error }, 'a request failed'),
  })
  const server = createServer()
  configureHttpServer(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const endpoint = createMcpEndpoint({
    authenticate: () => ({ user_id: 'conformance', token_id: 'none' }),
    guard: createGuard({ port: () => port }),
    connect: (session) => factory.connect(session),
    clock,
    newId,
    log,
  })
  server.on('request', (request, response) => endpoint.handle(request, response))
  return {
    url: `http://127.0.0.1:${String(port)}/mcp`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await endpoint.close()
      server.closeAllConnections()
      await closed
      subscriptions.close()
    },
  }
}

/** Faults show up beside the suite's output; refusals are part of the scenarios and do not. */
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (details, message) => process.stderr.write(`${message} ${inspect(details)}\n`),
}
