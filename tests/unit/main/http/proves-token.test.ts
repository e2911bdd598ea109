import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createProver } from '../../../../src/main/access/proof.ts'
import { answerHealth } from '../../../../src/main/http/health.ts'
import { provesToken } from '../../../../src/main/http/proves-token.ts'

const token = 'token-of-the-local-user'
const prover = createProver({ store: { token, panelKey: 'k' }, registry: { proofKeys: () => [] } })
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function listening(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  host = '127.0.0.1',
): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}/mcp`
}
const honest = (request: IncomingMessage, response: ServerResponse) => answerHealth(request, response, prover)

describe('a server', () => {
  test.each(['127.0.0.1', '::1'])('at %s proves the token that it knows, and no other', async (host) => {
    const url = await listening(honest, host)
    expect(await provesToken({ url, token })).toBe(true)
    expect(await provesToken({ url, token: 'another-token-of-somebody' })).toBe(false)
  })

  test('is not proved by an answer that another server has given', async () => {
    const real = await listening(honest)
    const seen: string[] = []
    const relay = await listening((request, response) => {
      seen.push(request.url ?? '', JSON.stringify(request.headers))
      void fetch(new URL(request.url ?? '', real))
        .then((answer) => answer.text())
        .then((text) => response.end(text))
    })
    expect(await provesToken({ url: relay, token })).toBe(false)
    expect(seen).toHaveLength(2)
    expect(seen.join(' ')).not.toContain(token)
  })

  test.each([
    ['no proof', 200, '{"status":"ok"}'],
    ['no JSON', 200, 'SSH-2.0'],
    ['null', 200, 'null'],
    ['a number', 200, '{"proof":0}'],
    ['other characters', 200, '{"proof":"\\ud83c"}'],
    ['too much', 200, `{"proof":"${'0'.repeat(10_000)}"}`],
    ['an error', 404, '{"status":"error"}'],
  ])('that answers %s proves nothing', async (_, status, body) => {
    const url = await listening((_request, response) => response.writeHead(status).end(body))
    expect(await provesToken({ url, token })).toBe(false)
  })

  test('that is not there, hangs up or stays silent proves nothing', async () => {
    const gone = await listening(honest)
    for (const close of closing.splice(0)) await close()
    expect(await provesToken({ url: gone, token })).toBe(false)
    expect(await provesToken({ url: 'not an address', token })).toBe(false)
    const hangsUp = await listening((request) => request.socket.destroy())
    expect(await provesToken({ url: hangsUp, token })).toBe(false)
    const half = await listening((_request, response) => {
      response.writeHead(200, { 'content-length': 500 }).write('{"proof":', () => response.destroy())
    })
    expect(await provesToken({ url: half, token })).toBe(false)
    const silent = await listening(() => undefined)
    expect(await provesToken({ url: silent, token }, { limitMs: 50 })).toBe(false)
  })
})
