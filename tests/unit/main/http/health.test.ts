import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { answerHealth } from '../../../../src/main/http/health.ts'
import { version } from '../../../../src/main/version.ts'

interface Answer {
  status: number
  headers: Record<string, string>
  body: unknown
}

const nonce = '000102030405060708090a0b0c0d0e0f'

/** What is answered; `proof` repeats what the prover was asked for. */
function ask(
  url: string,
  socket: { localAddress?: string; localPort?: number } = {},
  method = 'GET',
): Answer {
  const answer: Answer = { status: 0, headers: {}, body: undefined }
  const response = {
    writeHead(status: number, headers: Record<string, string>) {
      Object.assign(answer, { status, headers })
      return response
    },
    end(text?: string) {
      if (text !== undefined) answer.body = JSON.parse(text)
    },
  }
  const local = { localAddress: '127.0.0.1', localPort: 9877, ...socket }
  answerHealth({ method, url, socket: local }, response as unknown as ServerResponse, {
    prove: (challenge, address) => `${challenge.nonce} ${challenge.tokenId} ${address}`,
  })
  return answer
}

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }

describe('the health check', () => {
  test('says that the server runs, whatever else stands in the query', () => {
    for (const url of ['/healthz', '/healthz?', '/healthz?at=1']) {
      expect(ask(url)).toEqual({ status: 200, headers: json, body: { status: 'ok', version } })
    }
    expect(ask('/healthz', {}, 'POST')).toEqual({
      status: 405,
      headers: { allow: 'GET, HEAD' },
      body: undefined,
    })
  })

  test.each([
    ['127.0.0.1', '127.0.0.1:9877'],
    ['::1', '[::1]:9877'],
    ['::ffff:127.0.0.1', '127.0.0.1:9877'],
    ['::FFFF:7F00:1', '127.0.0.1:9877'],
    ['2001:DB8:0:0:0:0:0:1', '[2001:db8::1]:9877'],
    ['fe80::1%eth0', '[fe80::1]:9877'],
  ])('proves itself to who reached it at %s for %s', (localAddress, address) => {
    expect(ask(`/healthz?token_id=a523c1c3&nonce=${nonce}`, { localAddress })).toEqual({
      status: 200,
      headers: json,
      body: { status: 'ok', version, proof: `${nonce} a523c1c3 ${address}` },
    })
  })

  test('takes the nonce as it was sent', () => {
    const upper = nonce.toUpperCase()
    expect(ask(`/healthz?nonce=${upper}&token_id=A523C1C3`).body).toEqual({
      status: 'ok',
      version,
      proof: `${upper} A523C1C3 127.0.0.1:9877`,
    })
  })

  test.each([
    `nonce=${nonce}`,
    'token_id=a523c1c3',
    `nonce=&token_id=a523c1c3`,
    `nonce=${nonce.slice(1)}&token_id=a523c1c3`,
    `nonce=${nonce}0&token_id=a523c1c3`,
    `nonce=${nonce.slice(1)}g&token_id=a523c1c3`,
    `nonce=${nonce.slice(1)}%0a&token_id=a523c1c3`,
    `nonce=${nonce}%0a&token_id=a523c1c3`,
    `nonce=${nonce}&token_id=a523c1c`,
    `nonce=${nonce}&token_id=a523c1c3a`,
    `nonce=${nonce}&token_id=a523c1cx`,
    `nonce=${nonce}&nonce=${nonce}&token_id=a523c1c3`,
    `nonce=${nonce}&token_id=a523c1c3&token_id=a523c1c3`,
    `NONCE=${nonce}&token_id=a523c1c3`,
  ])('refuses %s', (query) => {
    expect(ask(`/healthz?${query}`)).toEqual({
      status: 400,
      headers: json,
      body: {
        status: 'error',
        error: 'invalid_arguments',
        message:
          'A proof takes one nonce of 32 hexadecimal digits and one token_id of 8, as /healthz?nonce=…&token_id=….',
      },
    })
  })
})
