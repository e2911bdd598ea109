import { ErrorCode } from '@modelcontextprotocol/sdk/types.js'

/**
 * An error that goes to the client as a JSON-RPC error, with its message as it is. (The SDK's `McpError` puts
 * its code into the text, and the client's side does so once more.)
 */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

/** -32602: the arguments are not what the method takes. */
export function invalidParams(message: string): RpcError {
  return new RpcError(ErrorCode.InvalidParams, message)
}
