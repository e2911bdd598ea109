import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Challenge, Prover } from '../access/proof.ts'
import { version } from '../version.ts'
import { socketAddress } from './address.ts'

const noncePattern = /^[0-9a-f]{32}$/i
const tokenIdPattern = /^[0-9a-f]{8}$/i

/** The parts of a request that are looked at. */
interface HealthRequest extends Pick<IncomingMessage, 'method' | 'url'> {
  readonly socket: {
    readonly localAddress?: string | undefined
    readonly localPort?: number | undefined
  }
}

/**
 * `GET /healthz`: that the server runs, for whoever asks. With `nonce` and `token_id` it also proves that the server
 * knows that token, for programs that found the address in a file and must not send their token to anybody else
 * (docs/protocol.md, section 0). It neither asks for a token nor holds a secret.
 */
export function answerHealth(
  request: HealthRequest,
  response: ServerResponse,
  prover: Pick<Prover, 'prove'>,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const challenge = challengeOf(request.url ?? '')
  if (challenge === 'malformed') {
    answer(response, 400, {
      status: 'error',
      error: 'invalid_arguments',
      message:
        'A proof takes one nonce of 32 hexadecimal digits and one token_id of 8, as /healthz?nonce=…&token_id=….',
    })
    return
  }
  const { localAddress, localPort } = request.socket
  const proof = challenge && { proof: prover.prove(challenge, socketAddress(localAddress, localPort)) }
  answer(response, 200, { status: 'ok', version, ...proof })
}

/** Null where no proof is asked for. */
function challengeOf(url: string): Challenge | 'malformed' | null {
  const query = new URLSearchParams(url.split('?').slice(1).join('?'))
  const [nonces, tokenIds] = [query.getAll('nonce'), query.getAll('token_id')]
  if (nonces.length === 0 && tokenIds.length === 0) return null
  const [nonce = '', tokenId = ''] = [nonces[0], tokenIds[0]]
  if (nonces.length !== 1 || !noncePattern.test(nonce)) return 'malformed'
  if (tokenIds.length !== 1 || !tokenIdPattern.test(tokenId)) return 'malformed'
  return { nonce, tokenId }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}
