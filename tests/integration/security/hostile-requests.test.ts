import { request } from 'node:http'
import { connect } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createBrowserPanel } from '../../../src/main/headless/browser-panel.ts'
import { call, recordOf, register, startApp, type AppFixture } from '../wire/app-fixture.ts'
import { openRawSession } from '../wire/raw-session.ts'

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

interface Answer {
  status: number
  text: string
  headers: NodeJS.Dict<string | string[]>
}
function ask(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port: app.port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
})
const mcpHeaders = (more: Record<string, string> = {}) => ({
  authorization: `Bearer ${app.token}`,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  ...more,
})

/** Writes bytes as they are and reads until the server closes, or answers nothing more for a moment. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(app.port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('DNS rebinding: a page whose name was pointed at this machine', () => {
  const hosts = () => [
    'evil.example',
    `evil.example:${app.port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '[::ffff:7f00:1]',
  ]

  it('is refused on every path under its own name, with the right token too', async () => {
    for (const host of hosts()) {
      for (const [method, path, body] of [
        ['POST', '/mcp', initialize],
        ['GET', '/healthz', ''],
        ['GET', '/', ''],
      ] as const) {
        const { status, text } = await ask(method, path, mcpHeaders({ host }), body)
        expect([host, path, status]).toStrictEqual([host, path, 403])
        expect(text).not.toContain(host)
      }
    }
  })

  it('gets in neither by an absolute request target nor by forwarding headers', async () => {
    const answer = await raw(
      `GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: 127.0.0.1:${app.port}\r\n` +
        `Forwarded: host=127.0.0.1\r\nConnection: close\r\n\r\n`,
    )
    expect(answer.split('\r\n', 1)[0]).toBe('HTTP/1.1 403 Forbidden')
  })

  it('is refused without a name, and where two Host headers disagree', async () => {
    const none = await raw('GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')
    expect(none.split('\r\n', 1)[0]).toBe('HTTP/1.1 403 Forbidden')
    const answer = await raw(
      `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    )
    expect(answer.split('\r\n', 1)[0]).toBe('HTTP/1.1 403 Forbidden')
  })
})

describe('a page of another origin', () => {
  const origins = () => [
    'https://evil.example',
    'null',
    `http://127.0.0.1:${app.port + 1}`,
    `https://127.0.0.1:${app.port}`,
    'http://127.0.0.1',
    `http://127.0.0.1:${app.port}.evil.example`,
  ]

  it('is refused, and no answer opens itself by CORS', async () => {
    for (const origin of origins()) {
      for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await ask(
          method,
          '/mcp',
          mcpHeaders({ origin }),
          method === 'POST' ? initialize : '',
        )
        expect([origin, method, status]).toStrictEqual([origin, method, 403])
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toStrictEqual([])
      }
    }
  })

  it('cannot open the panel’s socket, with the right key too', async () => {
    for (const origin of origins()) {
      const socket = new WebSocket(
        `ws://127.0.0.1:${app.port}/panel/socket`,
        ['busbar.panel.v1', `busbar.key.${app.panelKey}`],
        { origin },
      )
      const status = await new Promise((resolve, reject) => {
        socket.once('unexpected-response', (_, response) => resolve(response.statusCode))
        socket.once('open', () => reject(new Error(`${origin} was let in`)))
      })
      expect([origin, status]).toStrictEqual([origin, 403])
    }
  })

  it('finds no cookie to ride on: none is ever set', async () => {
    for (const path of ['/', '/healthz', '/mcp']) {
      expect((await ask('GET', path, mcpHeaders())).headers['set-cookie']).toBeUndefined()
    }
  })
})

describe('a request without the right token', () => {
  it.each([
    ['none', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: 'Basic dG9rZW4tb2YtdGhlLWxvY2FsLXVzZXI=' }],
    ['a wrong one', { authorization: 'Bearer token-of-the-local-usex' }],
    ['one that is too long', { authorization: `Bearer ${'x'.repeat(9000)}` }],
    ['two', { authorization: 'Bearer a, Bearer token-of-the-local-user' }],
    [
      'one in a cookie',
      { cookie: 'token=token-of-the-local-user; authorization=Bearer token-of-the-local-user' },
    ],
  ])('is answered 401 with a challenge: %s', async (_, credentials) => {
    const { authorization: __, ...rest } = mcpHeaders()
    const { status, headers, text } = await ask('POST', '/mcp', { ...rest, ...credentials }, initialize)
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toMatch(/^Bearer/)
    expect(text).not.toContain(app.token)
  })

  it('is not let in by a token in the query or the body', async () => {
    const { authorization: _, ...rest } = mcpHeaders()
    const body = JSON.stringify({ ...(JSON.parse(initialize) as object), access_token: app.token })
    expect((await ask('POST', `/mcp?access_token=${app.token}&token=${app.token}`, rest, body)).status).toBe(
      401,
    )
  })
})

describe('a path that leads out of the panel’s folder', () => {
  it.each([
    '/../token',
    '/..%2ftoken',
    '/%2e%2e/token',
    '/%2e%2e%2ftoken',
    '/..%5ctoken',
    '/..\\token',
    '/assets/../../token',
    '/assets/..%2f..%2ftoken',
    '//token',
    '/./token',
    '/token%00.js',
    '/%00',
    '/assets/%2e%2e/%2e%2e/tokens.json',
    '/..;/token',
    '/%c0%ae%c0%ae/token',
    '/%252e%252e/token',
    '/token',
    '/tokens.json',
    '/endpoint.json',
    '/.env',
    '/panel-key',
    '/history.db',
    '/C:/Windows/win.ini',
    '/file:///etc/passwd',
    '/assets/nested.js/../../panel-key',
  ])('%s finds nothing', async (path) => {
    // The panel's folder stands in the data directory, beside everything that must not be had.
    const root = join(app.dataDir, 'panel')
    await mkdir(join(root, 'assets'), { recursive: true })
    await writeFile(join(root, 'index.html'), 'the page')
    await writeFile(join(app.dataDir, 'token'), 'secret-in-a-file')
    await app.stopAlone()
    await app.startAgain({ browserPanel: createBrowserPanel(root) })
    expect((await ask('GET', '/')).text).toBe('the page')
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nConnection: close\r\n\r\n`,
    )
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
    expect(head.split('\r\n', 1)[0]).toMatch(/^HTTP\/1\.1 (400|404) /)
    expect(body).not.toContain('secret-in-a-file')
    expect(answer).not.toContain(app.panelKey)
    expect(answer).not.toContain('root:')
  })
})

describe('names that a client chooses', () => {
  it('forge no line of the log, no header and no event of a stream', async () => {
    const evil =
      'a\r\nSet-Cookie: x=1\r\n\r\n{"level":60,"msg":"forged"}\n\u001b[31m\u2028data: {}\n\nid: 9\u0000'
    const session = await openRawSession({ port: app.port, token: app.token }, evil)
    expect(Object.keys(session).length).toBeGreaterThan(0)
    for (const argument of ['client_uuid', 'client_type', 'group_id', 'label', 'hostname']) {
      const args = { client_uuid: 'u', client_type: 't', [argument]: `x${evil}` }
      const refused = await session.post({
        jsonrpc: '2.0',
        id: 7,
        method: 'tools/call',
        params: { name: 'blender_register_client', arguments: args },
      })
      expect(refused.text).toContain('must have no control characters')
      expect(refused.headers['set-cookie']).toBeUndefined()
    }
    const method = await session.post({ jsonrpc: '2.0', id: 8, method: evil })
    expect(method.headers['set-cookie']).toBeUndefined()
    // What a payload holds is data to the end: one line of the stream, whatever is in it.
    const reader = await app.connect('reader')
    await register(reader, 'reader')
    await session.call('blender_send_message', { payload: { evil }, target_uuid: 'reader' })
    expect((await reader.messages.next()).data.payload).toStrictEqual({ evil })
    // Messages of the log are this program's own; what clients sent stands in the details, as JSON writes it.
    for (const { message } of app.logged) expect(message).not.toMatch(/forged|Set-Cookie/)
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    'are names like any other: %s',
    async (name) => {
      const client = await app.connect('c')
      const other = await app.connect('o')
      await register(client, name, { group_id: name, label: name, capabilities: [name] })
      await register(other, 'other')
      expect(await recordOf(other, name)).toMatchObject({ uuid: name, group_id: name, label: name })
      const payload = JSON.parse(
        `{"${name}":{"polluted":true},"job_id":"${name}","message_type":"${name}"}`,
      ) as object
      const { structured } = await call(other, 'blender_send_message', { payload, target_uuid: name })
      expect(structured.targets).toStrictEqual([name])
      const told = await client.messages.next()
      expect(JSON.stringify(told.data.payload)).toBe(JSON.stringify(payload))
      const panel = await app.operator()
      const [result] = await panel.clients.unregister({
        clients: [{ userId: 'local', uuid: name }],
        reason: '',
        blockSeconds: 1,
      })
      expect(result?.outcome).toBe('unregistered')
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      expect(Object.keys(Object.prototype)).toStrictEqual([])
    },
  )

  it('pollute nothing as keys of a request', async () => {
    const body = initialize.replace(
      '{',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
    )
    const { status } = await ask('POST', '/mcp', mcpHeaders(), body)
    expect([200, 400]).toContain(status)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('a body that is too much', () => {
  it.each([
    ['over 5 MiB', () => `"${'x'.repeat(6 * 1024 * 1024)}"`, 413],
    ['100,000 levels of arrays', () => '['.repeat(100_000) + ']'.repeat(100_000), 400],
    ['100,000 levels of objects', () => '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 400],
    [
      'a batch of 10,000',
      () => `[${Array(10_000).fill('{"jsonrpc":"2.0","id":1,"method":"ping"}').join(',')}]`,
      400,
    ],
  ])('is refused, and the next one is served: %s', async (_, body, status) => {
    expect((await ask('POST', '/mcp', mcpHeaders(), body())).status).toBe(status)
    expect((await ask('POST', '/mcp', mcpHeaders(), initialize)).status).toBe(200)
  })

  it('is cut as a frame of the panel: over 5 MiB', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${app.port}/panel/socket`, [
      'busbar.panel.v1',
      `busbar.key.${app.panelKey}`,
    ])
    await new Promise((resolve) => socket.once('open', resolve))
    socket.on('error', () => undefined)
    socket.send('x'.repeat(5 * 1024 * 1024 + 1))
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1009)
    const panel = await app.operator()
    expect((await panel.connect.info()).url).toBe(app.url)
  })
})

describe('a client that sends slowly', () => {
  it('is cut without an answer when ten seconds bring no whole head, while others are served', async () => {
    const slow = Array.from({ length: 50 }, () =>
      raw(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nX-Slow: `),
    )
    expect((await ask('GET', '/healthz')).status).toBe(200)
    const answers = await Promise.all(slow)
    expect(answers).toStrictEqual(slow.map(() => ''))
  })

  it(
    'is cut after 60 seconds of a body that drips, while others are served',
    { timeout: 120_000 },
    async () => {
      const head = Object.entries(mcpHeaders({ host: `127.0.0.1:${app.port}`, 'content-length': '1000' }))
      const slow = Array.from({ length: 20 }, () => {
        const answer = Promise.withResolvers<string>()
        const socket = connect(app.port, '127.0.0.1')
        socket.write(
          `POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n{`,
        )
        const drip = setInterval(() => socket.write(' '), 1000)
        let text = ''
        socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        socket.on('error', () => undefined)
        socket.on('close', () => {
          clearInterval(drip)
          answer.resolve(text)
        })
        return answer.promise
      })
      expect((await ask('POST', '/mcp', mcpHeaders(), initialize)).status).toBe(200)
      const answers = await Promise.all(slow)
      expect(new Set(answers.map((answer) => answer.split('\r\n', 1)[0]))).toStrictEqual(
        new Set(['HTTP/1.1 408 Request Timeout']),
      )
      expect((await ask('POST', '/mcp', mcpHeaders(), initialize)).status).toBe(200)
    },
  )
})

describe('another user', () => {
  it('reaches nothing of this one’s bus by any tool, resource, prompt or completion', async () => {
    const panel = await app.operator()
    const made = await panel.tokens.create({ name: 'eve', userId: 'eve' })
    if (made.outcome !== 'created') throw new Error(made.message)
    const victim = await app.connect('victim')
    await register(victim, 'secret-uuid', {
      label: 'secret-label',
      group_id: 'secret-group',
      client_type: 'blender',
    })
    const victimSession = await openRawSession({ port: app.port, token: app.token }, 'second')
    await victimSession.call('blender_send_message', {
      payload: {
        message_type: 'job_dispatch',
        job_id: 'secret-job',
        script: 's',
        description: 'secret-title',
      },
      target_uuid: 'secret-uuid',
    })
    await victim.messages.next()
    await victimSession.call('blender_send_message', {
      payload: { text: 'secret-content '.repeat(70_000) },
      target_uuid: 'secret-uuid',
    })
    const { message_id: largeId, payload: link } = (await victim.messages.next()).data
    expect(link.uri).toBe(`blender://messages/${largeId}`)

    const eve = await openRawSession({ port: app.port, token: made.token }, 'eve')
    const heard: unknown[] = []
    const hear = async (tool: string, args: object = {}) => {
      const answer = await eve.rpc('tools/call', { name: tool, arguments: args })
      heard.push(answer)
      const { content } = (answer.result ?? {}) as { content?: { text?: string }[] }
      const text = content?.[0]?.text
      return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
    }
    const target = { target: 'secret-uuid', timeout_seconds: 1 }
    const { tools } = (await eve.rpc('tools/list')).result as { tools: { name: string }[] }
    const own: Record<string, object> = {
      blender_register_client: { client_uuid: 'secret-uuid', client_type: 'blender' },
      blender_unregister_client: { client_uuid: 'secret-uuid' },
      blender_send_message: { payload: { n: 1 }, target_uuid: 'secret-uuid' },
      blender_job_update: { job_id: 'secret-job', status: 'completed' },
      blender_receive_messages: { client_uuid: 'secret-uuid' },
    }
    const dispatch = { ...target, code: 'x', name: 'x', collection: 'objects', path: 'x', filepath: 'x' }
    expect(await hear('blender_send_message', own.blender_send_message)).toMatchObject({
      error: 'unknown_target',
    })
    expect(await hear('blender_send_message', { payload: {}, from_uuid: 'secret-uuid' })).toMatchObject({
      targets: [],
    })
    for (const mode of [{ group_id: 'secret-group' }, { client_type: 'blender' }, {}]) {
      expect(await hear('blender_send_message', { payload: { evil: 1 }, ...mode })).toMatchObject({
        targets: [],
      })
    }
    expect(await hear('blender_job_update', own.blender_job_update)).toMatchObject({
      delivered: 'broadcast',
      targets: [],
    })
    expect(await hear('blender_unregister_client', own.blender_unregister_client)).toMatchObject({
      status: 'not_found',
    })
    for (const { name } of tools) if (!(name in own)) await hear(name, dispatch)
    // A resource or a prompt that is added has to be tried here too.
    const listed = async <Entry>(method: string, key: string) =>
      ((await eve.rpc(method)).result as Record<string, Entry[]>)[key] ?? []
    const secrets: Record<string, string> = {
      uuid: 'secret-uuid',
      job_id: 'secret-job',
      message_id: largeId,
    }
    const templates = (
      await listed<{ uriTemplate: string }>('resources/templates/list', 'resourceTemplates')
    ).map(({ uriTemplate }) => uriTemplate)
    const uris = [
      ...(await listed<{ uri: string }>('resources/list', 'resources')).map(({ uri }) => uri),
      ...templates.map((template) =>
        template.replace('{?offset}', '').replace(/\{(\w+)\}/, (_, name: string) => secrets[name] ?? ''),
      ),
    ]
    expect(uris.toSorted()).toStrictEqual([
      'blender://bus/clients',
      'blender://bus/stats',
      'blender://clients/secret-uuid',
      'blender://jobs/secret-job',
      'blender://jobs/secret-job/output',
      `blender://messages/${largeId}`,
    ])
    for (const uri of uris) {
      heard.push(await eve.rpc('resources/read', { uri }), await eve.rpc('resources/subscribe', { uri }))
    }
    expect((await listed<{ name: string }>('prompts/list', 'prompts')).map(({ name }) => name)).toStrictEqual(
      ['blender_dispatch_script'],
    )
    for (const uri of templates) {
      const argument = /\{(\w+)\}/.exec(uri)?.[1]
      heard.push(
        await eve.rpc('completion/complete', {
          ref: { type: 'ref/resource', uri },
          argument: { name: argument, value: '' },
        }),
      )
    }
    heard.push(
      await eve.rpc('completion/complete', {
        ref: { type: 'ref/prompt', name: 'blender_dispatch_script' },
        argument: { name: 'target', value: '' },
      }),
    )
    // The answers name what Eve asked for herself; what she did not say, she does not hear.
    expect(JSON.stringify(heard)).not.toMatch(/secret-label|secret-title|secret-content/)
    const list = await eve.call('blender_list_available_clients')
    expect(list.user_id).toBe('eve')
    expect(JSON.stringify(list)).not.toContain('secret')
    // A session belongs to the token it was opened with, whoever knows its id.
    const stolen = {
      ...mcpHeaders({ authorization: `Bearer ${made.token}` }),
      'mcp-session-id': victimSession.id,
    }
    expect((await ask('POST', '/mcp', stolen, '{"jsonrpc":"2.0","id":1,"method":"ping"}')).status).toBe(404)
    expect((await ask('DELETE', '/mcp', stolen)).status).toBe(404)
    // And the victim noticed nothing.
    await call(victim, 'blender_send_message', { payload: { mine: 1 }, target_uuid: 'secret-uuid' })
    expect((await victim.messages.next()).data.payload).toStrictEqual({ mine: 1 })
    expect(await recordOf(victim, 'secret-uuid')).toMatchObject({ label: 'secret-label' })
    const job = await victimSession.rpc('resources/read', { uri: 'blender://jobs/secret-job' })
    expect(JSON.stringify(job)).toContain('pending')
  })
})
