import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import type { UserMessageBus } from '../../bus/user-message-bus.ts'
import type { McpSession } from '../http/session.ts'

/** One call of a client: whose bus, which session, and the way back to the caller while it runs. */
export interface CallContext {
  readonly bus: UserMessageBus
  readonly session: McpSession
  readonly extra: RequestHandlerExtra<ServerRequest, ServerNotification>
}
