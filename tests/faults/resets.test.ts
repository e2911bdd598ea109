import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { endProcesses, startServer, temporaryFolder, type FaultServer } from './server.ts'

afterEach(endProcesses)

/** How often each stage is tried: a reset meets the server at another point each time. */
const rounds = 10

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n\r\n`
const token = 'Authorization: Bearer token-of-the-local-user'
const offer = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
const wsKey = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='

/** What a client has sent when its connection is reset. */
function stages(server: FaultServer, sessionId: string): Record<string, string> {
  const host = `Host: 127.0.0.1:${String(server.port)}`
  const key = `Sec-WebSocket-Protocol: busbar.panel.v1, busbar.key.${new URL(server.panelUrl).hash.slice(5)}`
  const post = (body: string, length = body.length, ...more: string[]): string =>
    lines(
      'POST /mcp HTTP/1.1',
      host,
      token,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      `Mcp-Session-Id: ${sessionId}`,
      `Content-Length: ${String(length)}`,
      ...more,
    ) + body
  const socket = (...more: string[]): string => lines('GET /panel/socket HTTP/1.1', host, ...offer, ...more)
  return {
    'nothing, after it was accepted': '',
    'half a request line': 'GET /heal',
    'half of the headers': `GET /healthz HTTP/1.1\r\n${host}\r\nX-Ha`,
    'half of a body': post('{"jsonrpc":', 500),
    'a body that waits for 100 Continue': post('', 500, 'Expect: 100-continue'),
    'an unknown expectation': post('{}', 2, 'Expect: more'),
    'a whole request': lines('GET /healthz HTTP/1.1', host),
    'a request for the page': lines('GET / HTTP/1.1', host),
    'a ping': post('{"jsonrpc":"2.0","id":1,"method":"ping"}'),
    'a call that waits': post(
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"blender_receive_messages",' +
        '"arguments":{"client_uuid":"waits","wait_seconds":30}}}',
    ),
    'a request for a stream': lines(
      'GET /mcp HTTP/1.1',
      host,
      token,
      'Accept: text/event-stream',
      `Mcp-Session-Id: ${sessionId}`,
    ),
    'an upgrade by anybody, for any host': lines(
      'GET /anything HTTP/1.1',
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: x',
    ),
    'an upgrade without a protocol': lines('GET /anything HTTP/1.1', host, 'Connection: Upgrade'),
    'an upgrade with a body': `${lines('POST /anything HTTP/1.1', host, ...offer, wsKey, 'Content-Length: 500')}{"a":`,
    'an upgrade to HTTP/2': lines(
      'POST /mcp HTTP/1.1',
      host,
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    ),
    'a web socket at another path': lines('GET /anything HTTP/1.1', host, ...offer, wsKey),
    'a web socket for another host': lines('GET /panel/socket HTTP/1.1', 'Host: x', ...offer, wsKey),
    'a web socket without its key header': socket(),
    'a web socket without the panel key': socket(wsKey),
    'a web socket with the panel key': socket(wsKey, key),
    'a web socket with a body': `${socket(wsKey, key, 'Content-Length: 5')}12345`,
    'a web socket and half a frame': `${socket(wsKey, key)}\u0081`,
    'a web socket after another request': lines('GET /healthz HTTP/1.1', host) + socket(wsKey, key),
    'a web socket while an answer is awaited':
      post(
        '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"blender_receive_messages",' +
          '"arguments":{"client_uuid":"waits","wait_seconds":30}}}',
      ) + socket(wsKey, key),
    'a tunnel': lines('CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443'),
    'a tunnel and more': `${lines('CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443')}more`,
    'what is no HTTP': '\u0000\u0001\u0002\r\n\r\n',
    'a TLS greeting': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  }
}

/** A connection that was opened and the TCP socket under it, which can be reset. */
interface Opened {
  stream: Socket
  tcp: Socket
}

async function openPlain(port: number): Promise<Opened> {
  const tcp = connect(port, '127.0.0.1')
  tcp.on('error', () => undefined)
  await once(tcp, 'connect')
  return { stream: tcp, tcp }
}

async function openTls(port: number): Promise<Opened> {
  const { tcp } = await openPlain(port)
  const stream = connectTls({ socket: tcp, rejectUnauthorized: false })
  stream.on('error', () => undefined)
  await once(stream, 'secureConnect')
  return { stream, tcp }
}

/** Resolves when the server has answered something on a connection of its own: it has come round its loop. */
async function answered(open: () => Promise<Opened>): Promise<string> {
  const { stream } = await open()
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  stream.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await new Promise((resolve) => stream.once('close', resolve))
  return text.split('\r\n', 1)[0] ?? ''
}

/** Sends `text`, then resets the connection: at once, after the server has come round, or at its first answer. */
async function reset(open: () => Promise<Opened>, text: string, round: number): Promise<void> {
  const { stream, tcp } = await open()
  stream.resume()
  const closed = once(tcp, 'close')
  const heard = new Promise((resolve) => {
    stream.once('data', resolve)
    tcp.once('close', resolve)
  })
  if (text !== '') await new Promise((resolve) => stream.write(text, 'latin1', resolve))
  if (round % 3 === 1) await answered(open)
  if (round % 3 === 2) await Promise.race([heard, answered(open).then(() => answered(open))])
  tcp.resetAndDestroy()
  await closed
}

async function resetEverywhere(server: FaultServer, open: () => Promise<Opened>, id: string): Promise<void> {
  for (const [stage, text] of Object.entries(stages(server, id))) {
    for (let round = 0; round < rounds; round += 1) await reset(open, text, round)
    // Names the stage that ended it.
    const status = await answered(open).catch((error: unknown) => `${stage}: ${String(error)}`)
    expect(status).toMatch(/^HTTP\/1\.1 (200|403) /)
  }
}

describe('a connection that is reset', () => {
  it('at any stage harms neither the server nor anybody else', async () => {
    const server = await startServer()
    const bystander = await server.raw('bystander')
    const stream = await bystander.openStream()
    await bystander.call('blender_register_client', { client_uuid: 'bystander', client_type: 'blender' })
    const victim = await server.raw('victim')
    await victim.call('blender_register_client', { client_uuid: 'waits', client_type: 'blender' })
    await resetEverywhere(server, () => openPlain(server.port), victim.id)
    const sent = await bystander.call('blender_send_message', {
      payload: { n: 1 },
      target_uuid: 'bystander',
    })
    expect(sent.deliveries).toStrictEqual({ bystander: 'sent' })
    expect(await stream.frames.next((frame) => frame.includes('_message_bus'))).toContain('"payload":{"n":1}')
  })

  it.skipIf(spawnSync('openssl', ['version']).status !== 0)('does none over TLS either', async () => {
    const folder = await temporaryFolder()
    const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      tls.keyFile,
    ]
    execFileSync('openssl', ['req', ...key, '-x509', '-subj', '/CN=x', '-out', tls.certFile], {
      stdio: 'ignore',
    })
    const server = await startServer({ tls })
    await resetEverywhere(server, () => openTls(server.port), 'no-session')
    // Plain bytes at a TLS port, in the middle of the handshake.
    for (let round = 0; round < rounds; round += 1) {
      for (const text of ['', 'GET / HTTP/1.1\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000\u0001']) {
        const { tcp } = await openPlain(server.port)
        if (text !== '') await new Promise((resolve) => tcp.write(text, 'latin1', resolve))
        if (round % 2 === 1) await answered(() => openTls(server.port))
        tcp.resetAndDestroy()
      }
    }
    expect(await answered(() => openTls(server.port))).toMatch(/^HTTP\/1\.1 (200|403) /)
  })
})
