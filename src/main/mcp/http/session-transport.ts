import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

/** The other side of the transport: the session that it belongs to. */
export interface TransportOwner {
  readonly id: string
  /** Puts a message on the right response or stream. Throws where it can be neither sent nor kept. */
  route(message: JSONRPCMessage, options: TransportSendOptions | undefined): void
  /** The SDK's server has closed the connection from its side. */
  closedByServer(): void
}

/** One session as the SDK sees it: `send` and `onmessage`, nothing of HTTP. */
export class SessionTransport implements Transport {
  onmessage: Transport['onmessage'] = undefined
  onclose: Transport['onclose'] = undefined
  onerror: Transport['onerror'] = undefined
  readonly #owner: TransportOwner

  constructor(owner: TransportOwner) {
    this.#owner = owner
  }

  get sessionId(): string {
    return this.#owner.id
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.#owner.route(message, options)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#owner.closedByServer()
    return Promise.resolve()
  }
}
