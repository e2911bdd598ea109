import { ErrorCode } from '@modelcontextprotocol/sdk/types.js'

/** Most characters of a message: it may quote what a client sent, which may be megabytes. */
const messageLength = 4000

/**
 * An error that goes to the client as a JSON-RPC error, with its message as it is. (The SDK's `McpError` puts
 * its code into the text, and the client's side does so once more.)
 */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message.slice(0, messageLength))
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

/** -32602: the arguments are not what the method takes. */
export function invalidParams(message: string): RpcError {
  return new RpcError(ErrorCode.InvalidParams, message)
}
