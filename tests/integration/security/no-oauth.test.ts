import { execFile, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { panelKeyPrefix, panelSubprotocol } from '../../../src/shared/panel-socket.ts'
import { startApp, type AppFixture } from '../wire/app-fixture.ts'

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

const noOAuth =
  "There is no OAuth here: programs send a token that they are given, as Authorization: Bearer <token>. Busbar's Connect page shows how to get one."
const nothing = `Nothing is served here. MCP is at /mcp. ${noOAuth}`

const origin = () => new URL(app.url).origin
const ask = async (method: string, path: string): Promise<unknown[]> => {
  const answer = await fetch(new URL(path, app.url), {
    method,
    ...(method === 'POST' && { body: '{}', headers: { 'content-type': 'application/json' } }),
  })
  const body: unknown = await answer.json()
  return [answer.status, answer.headers.get('content-type'), answer.headers.get('allow'), body]
}
const notFound = (message: string) => [
  404,
  'application/json',
  null,
  { status: 'error', error: 'not_found', message, error_description: message },
]

describe('a path that nothing is served at', () => {
  const paths: [string, string][] = [
    ['POST', '/register'],
    ['GET', '/authorize?response_type=code'],
    ['POST', '/token'],
    ['GET', '/.well-known/oauth-protected-resource'],
    ['GET', '/.well-known/oauth-protected-resource/mcp'],
    ['GET', '/.well-known/oauth-authorization-server'],
    ['GET', '/.well-known/openid-configuration'],
    ['GET', '/mcp/.well-known/openid-configuration'],
    ['GET', '/sse'],
    ['DELETE', '/anything'],
    ['GET', '/assets/gone.js'],
    ['GET', '/favicon.ico'],
  ]

  it('says in JSON that there is no OAuth, and where a token comes from', async () => {
    for (const [method, path] of paths) {
      expect([path, ...(await ask(method, path))]).toStrictEqual([path, ...notFound(nothing)])
    }
    const message = `MCP is not served here: use /mcp. ${noOAuth}`
    expect(await ask('POST', '/')).toStrictEqual([
      405,
      'application/json',
      'GET, HEAD',
      { status: 'error', error: 'method_not_allowed', message, error_description: message },
    ])
    const head = await fetch(`${origin()}/register`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toStrictEqual([404, ''])
  })

  it('says the same where no panel is served', async () => {
    await app.stopAlone()
    await app.startAgain({ browserPanel: undefined as never })
    for (const [method, path] of paths) expect(await ask(method, path)).toStrictEqual(notFound(nothing))
    expect(await ask('POST', '/')).toStrictEqual(notFound(`MCP is not served here: use /mcp. ${noOAuth}`))
  })
})

describe('a program that knows OAuth', () => {
  it('ends in an error that says what to do, and never opens a browser', async () => {
    const opened: unknown[] = []
    const provider: OAuthClientProvider = {
      redirectUrl: 'http://127.0.0.1:1/callback',
      clientMetadata: { redirect_uris: ['http://127.0.0.1:1/callback'], client_name: 'a program' },
      clientInformation: () => undefined,
      saveClientInformation: () => undefined,
      tokens: () => undefined,
      saveTokens: () => undefined,
      redirectToAuthorization: (url) => void opened.push(url),
      saveCodeVerifier: () => undefined,
      codeVerifier: () => '',
    }
    const transport = new StreamableHTTPClientTransport(new URL(app.url), { authProvider: provider })
    await expect(new Client({ name: 'a program', version: '1' }).connect(transport)).rejects.toThrow(nothing)
    expect(opened).toStrictEqual([])
  })
})

/** Writes bytes as they are, each part once there is an answer to the one before, and reads until the server closes. */
function raw(bytes: string, ...more: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const next = text.includes('}') ? more.shift() : undefined
      if (next !== undefined) socket.write(next)
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

const hello = JSON.stringify({
  jsonrpc: '2.0',
  id: 'hello',
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
})

/** An initialize request, byte by byte. */
const posted = (target: string, host: string, ...more: string[]): string =>
  [
    `POST ${target} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${app.token}`,
    'Content-Type: application/json',
    `Content-Length: ${String(Buffer.byteLength(hello))}`,
    ...more,
    '',
    hello,
  ].join('\r\n')

/** The status and the server's name in an answer to it. */
const heard = (answer: string): unknown[] => {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const { id, result } = JSON.parse(body) as { id: unknown; result?: { serverInfo: { name: string } } }
  return [head.split('\r\n', 1)[0], id, result?.serverInfo.name]
}
const welcome = ['HTTP/1.1 200 OK', 'hello', 'busbar']

describe('an offer to go on in HTTP/2', () => {
  const offer = [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
  ]

  it('is ignored, and its request served in HTTP/1.1', async () => {
    const host = `127.0.0.1:${String(app.port)}`
    const first = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n${offer.join('\r\n')}\r\n\r\n`
    // As Java's client does it: it goes on over the same connection once it has its answer.
    const both = await raw(first, posted('/mcp', host, ...offer, 'Connection: close'))
    const [, health = '', welcomed = ''] = both.split('HTTP/1.1 ')
    expect(health).toMatch(/^200 OK\r\n/)
    expect(heard(`HTTP/1.1 ${welcomed}`)).toStrictEqual(welcome)
  })

  it.skipIf(spawnSync('curl', ['--version']).status !== 0)('as curl makes it', async () => {
    const { stdout } = await promisify(execFile)('curl', [
      '--silent',
      '--http2',
      '--write-out',
      ' %{http_code} %{http_version}',
      '--header',
      'Content-Type: application/json',
      '--header',
      `Authorization: Bearer ${app.token}`,
      '--data',
      hello,
      app.url,
    ])
    expect(stdout).toMatch(/^\{.*"name":"busbar".*\} 200 1\.1$/)
  })

  it('harms no web socket', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${String(app.port)}/panel/socket`, [
      panelSubprotocol,
      `${panelKeyPrefix}${app.panelKey}`,
    ])
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    expect(socket.protocol).toBe(panelSubprotocol)
    socket.close()
  })
})

describe('a request', () => {
  it('may have an absolute target, and the dot of the root in its Host', async () => {
    const port = String(app.port)
    for (const [target, host] of [
      [`http://127.0.0.1:${port}/mcp`, `127.0.0.1:${port}`],
      [`HTTP://LocalHost:${port}/mcp/?a=1`, `localhost:${port}`],
      ['/mcp', `localhost.:${port}`],
      ['/mcp', 'LOCALHOST.'],
    ] as const) {
      const answer = await raw(posted(target, host, 'Connection: close'))
      expect([target, host, ...heard(answer)]).toStrictEqual([target, host, ...welcome])
    }
    const health = await raw(
      `GET http://localhost:${port}/healthz?nonce=x HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
    )
    expect(health).toMatch(/^HTTP\/1\.1 400 .*A proof takes one nonce/s)
    const root = await raw(
      `POST http://localhost:${port} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    )
    expect(root).toMatch(/^HTTP\/1\.1 405 .*use \/mcp/s)
  })

  it('is refused where its target names another server', async () => {
    for (const target of [
      'http://evil.example/mcp',
      `http://localhost@evil.example:${String(app.port)}/mcp`,
    ]) {
      const answer = await raw(posted(target, '127.0.0.1', 'Connection: close'))
      expect(answer).toMatch(/^HTTP\/1\.1 403 .*does not go by the name in the request target/s)
    }
  })
})
