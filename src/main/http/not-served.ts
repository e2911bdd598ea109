import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf } from './request-path.ts'

const noOAuth =
  "There is no OAuth here: programs send a token that they are given, as Authorization: Bearer <token>. Busbar's Connect page shows how to get one."

/**
 * Answers a request that nothing serves: 404, or 405 where another method would be served. Programs that know OAuth
 * look for it at paths of their own (`/.well-known/…`, `/register`) and show `error_description` (RFC 6749, section 5.2;
 * no quotation mark may stand in it).
 *
 * @param allowed the methods that the path is served for
 */
export function answerNotServed(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[] = [],
): void {
  const where =
    pathOf(request) === '/' ? 'MCP is not served here: use /mcp.' : 'Nothing is served here. MCP is at /mcp.'
  const message = `${where} ${noOAuth}`
  const isMethod = allowed.length > 0
  response
    .writeHead(isMethod ? 405 : 404, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      ...(isMethod && { allow: allowed.join(', ') }),
    })
    .end(
      JSON.stringify({
        status: 'error',
        error: isMethod ? 'method_not_allowed' : 'not_found',
        message,
        error_description: message,
      }),
    )
}
