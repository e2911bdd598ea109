import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { TokenInput } from '../../../src/shared/tokens.ts'
import { buckets, register, startApp, type AppFixture, type PanelApi } from '../wire/app-fixture.ts'
import { openRawSession } from '../wire/raw-session.ts'

let app: AppFixture
let operator: PanelApi
beforeEach(async () => {
  app = await startApp()
  operator = await app.operator()
})
afterEach(() => app.stop())

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 20 })

async function make(input: TokenInput) {
  const made = await operator.tokens.create(input)
  if (made.outcome === 'refused') throw new Error(made.message)
  return made
}

/** The panel as it is seen with this key, and how its socket ends. */
async function panelWith(key: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${String(app.port)}/panel/socket`, [
    'busbar.panel.v1',
    `busbar.key.${key}`,
  ])
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  const api = createORPCClient<PanelApi>(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  )
  return { api, closed, end: () => socket.close() }
}

const post = (token: string) =>
  fetch(app.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })

describe('a made token', () => {
  it('is shown once, kept as a digest in mode 600, and opens its user’s own bus', async () => {
    const { token, info } = await make({ name: 'eve-laptop', userId: 'eve' })
    expect(token).toMatch(/^bbt_[A-Za-z0-9_-]{43}$/)
    const file = join(app.dataDir, 'tokens.json')
    const text = await readFile(file, 'utf8')
    expect(text).not.toContain(token)
    expect(text).toContain(createHash('sha256').update(token).digest('hex'))
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await operator.tokens.list()).toStrictEqual([info])
    expect(JSON.stringify(app.logged)).not.toContain(token)

    const local = await app.connect('local')
    await register(local, 'l')
    const eve = await openRawSession({ port: app.port, token }, 'eve')
    await eve.call('blender_register_client', { client_uuid: 'e', client_type: 'llm' })
    expect(await eve.call('blender_list_available_clients')).toMatchObject({
      user_id: 'eve',
      persistent: [],
      ephemeral: [{ uuid: 'e' }],
    })
    expect(await buckets(local)).toStrictEqual({ persistent: [], ephemeral: ['l'] })
  })

  it('outlives a restart, runs out, and its name is taken once', async () => {
    const { token } = await make({ name: 'a' })
    expect(await operator.tokens.create({ name: 'a' })).toStrictEqual({
      outcome: 'refused',
      message: 'There is a token named "a". Choose another name.',
    })
    const short = await make({ name: 'short', expiresInSeconds: 1 })
    const session = await openRawSession({ port: app.port, token: short.token }, 'short')
    await eventually(async () =>
      expect((await session.post({ jsonrpc: '2.0', id: 2, method: 'ping' })).status).toBe(401),
    )
    await app.restart()
    expect((await post(token)).status).toBe(400)
    expect((await post(short.token)).status).toBe(401)
  })

  it('that is revoked in the panel ends its sessions and panels at once, and no others', async () => {
    const { token, info } = await make({ name: 'a', scopes: ['bus', 'panel'] })
    const session = await openRawSession({ port: app.port, token }, 'a')
    const stream = await session.openStream()
    const panel = await panelWith(token)
    const local = await app.connect('local')
    expect(await operator.tokens.revoke({ id: info.id })).toStrictEqual({ revoked: true })
    await stream.ended
    expect(await panel.closed).toBe(4401)
    expect((await session.post({ jsonrpc: '2.0', id: 2, method: 'ping' })).status).toBe(401)
    expect(await buckets(local)).toStrictEqual({ persistent: [], ephemeral: [] })
    expect(await operator.tokens.revoke({ id: info.id })).toStrictEqual({ revoked: false })
  })

  it('that is blocked opens no panel, and loses those it has', async () => {
    const { token, info } = await make({ name: 'a', scopes: ['panel'] })
    const panel = await panelWith(token)
    const other = await panelWith((await make({ name: 'b', scopes: ['panel'] })).token)
    const block = { kind: 'token', userId: '', subject: info.id, reason: '', blockSeconds: null } as const
    const { id } = await operator.blocks.add(block)
    expect(await panel.closed).toBe(4401)
    expect(await (await panelWith(token)).closed).toBe(4401)
    expect((await other.api.connect.info()).url).toBe(app.url)
    await operator.blocks.lift({ id })
    expect((await (await panelWith(token)).api.connect.info()).url).toBe(app.url)
  })

  it('that the command line made and revoked is followed by the running server', async () => {
    const busbar = (...args: string[]) =>
      promisify(execFile)(process.execPath, [
        join(import.meta.dirname, '../../../src/main/cli/main.ts'),
        'token',
        ...args,
        '--data-dir',
        app.dataDir,
      ])
    const token = (
      await busbar('create', 'farm', '--user', 'farm', '--scope', 'bus', '--days', '2')
    ).stdout.trim()
    await eventually(async () => expect((await post(token)).status).toBe(400))
    const session = await openRawSession({ port: app.port, token }, 'farm')
    const stream = await session.openStream()
    expect((await busbar('list')).stdout).toMatch(
      /^farm {2}farm {2}bus {2}made \d{4}-\d\d-\d\d {2}until \d{4}-\d\d-\d\d {2}[0-9a-f-]{36}\n$/,
    )
    expect((await busbar('revoke', 'farm')).stdout).toBe('Revoked farm.\n')
    await stream.ended
    expect((await post(token)).status).toBe(401)
    await expect(busbar('revoke', 'farm')).rejects.toMatchObject({
      code: 1,
      stderr: 'busbar: There is no token "farm". See busbar token list.\n',
    })
    await expect(busbar('create', 'x', '--scope', 'root')).rejects.toMatchObject({ code: 1 })
    await eventually(async () => {
      const { entries } = await operator.activity.list({ kinds: ['token_created', 'token_revoked'] })
      expect(entries.map(({ kind, userId }) => [kind, userId])).toStrictEqual([
        ['token_revoked', 'farm'],
        ['token_created', 'farm'],
      ])
    })
  })

  it('is worth nothing while the file is damaged, and the file is left as it is', async () => {
    const { token } = await make({ name: 'a' })
    await writeFile(join(app.dataDir, 'tokens.json'), '{"version":1,"tok')
    await eventually(async () => expect((await post(token)).status).toBe(401))
    expect(await operator.tokens.create({ name: 'b' })).toMatchObject({ outcome: 'refused' })
    expect(await readFile(join(app.dataDir, 'tokens.json'), 'utf8')).toBe('{"version":1,"tok')
    expect((await post(app.token)).status).toBe(400)
  })
})

describe('scopes', () => {
  const names = async (token: string) => {
    const session = await openRawSession({ port: app.port, token }, 's')
    const answer = await session.post({ jsonrpc: '2.0', id: 5, method: 'tools/list' })
    const { result } = JSON.parse(/\{.*\}/s.exec(answer.text)?.[0] ?? '') as {
      result: { tools: { name: string }[] }
    }
    return result.tools.map(({ name }) => name)
  }
  const refusedCall = async (token: string, name: string, args: object) => {
    const session = await openRawSession({ port: app.port, token }, 's')
    const answer = await session.post({
      jsonrpc: '2.0',
      id: 6,
      method: 'tools/call',
      params: { name, arguments: args },
    })
    return (JSON.parse(/\{.*\}/s.exec(answer.text)?.[0] ?? '') as { error?: unknown }).error
  }

  it('`bus` speaks and drives nothing, `llm` drives and does not speak', async () => {
    const bus = (await make({ name: 'bus', scopes: ['bus'] })).token
    const llm = (await make({ name: 'llm', scopes: ['llm'] })).token
    const busNames = await names(bus)
    expect(busNames).toContain('blender_send_message')
    expect(busNames).not.toContain('blender_execute_code')
    const llmNames = await names(llm)
    expect(llmNames).toContain('blender_execute_code')
    expect(llmNames).not.toContain('blender_send_message')
    const message = (name: string) =>
      `The token of this session does not open the tool "${name}". Ask for a token with another scope.`
    expect(await refusedCall(bus, 'blender_execute_code', { code: 'x' })).toMatchObject({
      code: -32602,
      message: expect.stringContaining(message('blender_execute_code')) as string,
    })
    expect(await refusedCall(llm, 'blender_send_message', { payload: {} })).toMatchObject({
      code: -32602,
      message: expect.stringContaining(message('blender_send_message')) as string,
    })
  })

  it('`panel` alone opens no MCP session, and `bus` no panel', async () => {
    const panel = (await make({ name: 'panel', scopes: ['panel'] })).token
    const bus = (await make({ name: 'bus', scopes: ['bus'] })).token
    expect((await post(panel)).status).toBe(401)
    expect(await (await panelWith(bus)).closed).toBe(4401)
    expect(await (await panelWith(app.token)).closed).toBe(4401)
    expect((await post(app.panelKey)).status).toBe(401)
  })
})

describe('wrong tokens', () => {
  it('cost their address a wait, with Retry-After, and never the right one', async () => {
    const statuses = []
    for (let n = 0; n < 12; n += 1) statuses.push((await post(`wrong-${String(n)}`)).status)
    expect(statuses).toStrictEqual([...Array<number>(10).fill(401), 429, 429])
    const refused = await post('wrong')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(await refused.json()).toMatchObject({
      error: { code: -32000, message: expect.stringContaining('Too many wrong tokens') as string },
    })
    expect((await post(app.token)).status).toBe(400)
    await eventually(async () => {
      const { entries } = await operator.activity.list({ kinds: ['login_refused'] })
      expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(13)
      expect(entries[0]?.text).toBe('A wrong token from 127.0.0.1')
    })
  })
})

it('listening beyond this machine is warned of, with what it means for tokens', async () => {
  await app.stopAlone()
  await app.startAgain({ host: '0.0.0.0' })
  expect(app.logged.filter(({ message }) => message.startsWith('listening beyond'))).toStrictEqual([
    {
      level: 'warn',
      details: { host: '0.0.0.0' },
      message:
        'listening beyond this machine: whoever can reach it and has a token can run code. ' +
        'Tokens travel unencrypted: use --tls-cert and --tls-key.',
    },
  ])
  // There as here: nothing is done without a token, and the panel's key opens the panel alone.
  expect((await post('')).status).toBe(401)
  const without = await fetch(app.url, { method: 'POST', body: '{}' })
  expect(without.status).toBe(401)
})

describe('TLS', () => {
  const openssl = spawnSync('openssl', ['version']).status === 0
  it.skipIf(!openssl)(
    'is spoken with certificate files, and the panel’s own origin is then https',
    async () => {
      const [certFile, keyFile] = [join(app.dataDir, 'cert.pem'), join(app.dataDir, 'key.pem')]
      await promisify(execFile)('openssl', [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '1',
        ],
        ...[
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          keyFile,
          '-out',
          certFile,
        ],
      ])
      const ca = await readFile(certFile)
      await app.stopAlone()
      await app.startAgain({ tls: { certFile, keyFile } })
      expect(app.url).toBe(`https://127.0.0.1:${String(app.port)}/mcp`)
      const { request } = await import('node:https')
      const status = (origin: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          request(app.url.replace('/mcp', '/healthz'), { ca, headers: { origin } }, (response) => {
            response.resume()
            resolve(response.statusCode)
          })
            .on('error', reject)
            .end()
        })
      expect(await status(`https://127.0.0.1:${String(app.port)}`)).toBe(200)
      expect(await status(`http://127.0.0.1:${String(app.port)}`)).toBe(403)
    },
  )
})
