import { createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../../../src/main/app/app.ts'
import { version } from '../../../src/main/version.ts'
import { recordedLog } from '../../unit/main/access/recorded-log.ts'
import { startApp, type AppFixture } from '../wire/app-fixture.ts'

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const idOf = (token: string) => sha256(sha256(token)).toString('hex').slice(0, 8)
const proofOf = (token: string, nonce: string, address: string) =>
  createHmac('sha256', sha256(token)).update(`${nonce} ${address}`).digest('hex')
const newNonce = () => randomBytes(16).toString('hex')

/** Asks the server on a host for a proof, without a token. */
async function ask(port: number, query: string, host = '127.0.0.1') {
  const answer = await fetch(`http://${host}:${String(port)}/healthz?${query}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}
const question = (nonce: string, id: string) => `nonce=${nonce}&token_id=${id}`

/** An app of this test's own; `stop` it. */
function appOn(dataDir: string, env: NodeJS.ProcessEnv = {}, host?: string) {
  const log = recordedLog()
  return { log, ...createApp({ dataDir, port: 0, env, log, ...(host !== undefined && { host }) }) }
}

describe('the proof before the token', () => {
  it('is given for the local token and for made tokens of every user and scope, to whoever asks', async () => {
    const operator = await app.operator()
    const made = await Promise.all(
      (
        [
          { name: 'a', scopes: ['bus', 'llm'] },
          { name: 'b', userId: 'eve', scopes: ['llm'] },
          { name: 'c', userId: 'mallory', scopes: ['panel'] },
        ] as const
      ).map((input) => operator.tokens.create({ ...input, scopes: [...input.scopes] })),
    )
    const tokens = [app.token, ...made.map((one) => (one.outcome === 'refused' ? '' : one.token))]
    for (const token of tokens) {
      const nonce = newNonce()
      expect(await ask(app.port, question(nonce, idOf(token)))).toStrictEqual({
        status: 200,
        body: { status: 'ok', version, proof: proofOf(token, nonce, `127.0.0.1:${String(app.port)}`) },
      })
    }
    expect(JSON.stringify(app.logged)).not.toContain(idOf(app.token))
  })

  it('of a revoked or unknown token has the same shape, and stays the same', async () => {
    const operator = await app.operator()
    const one = await operator.tokens.create({ name: 'a' })
    if (one.outcome === 'refused') throw new Error(one.message)
    const nonce = newNonce()
    const before = await ask(app.port, question(nonce, idOf(one.token)))
    await operator.tokens.revoke({ id: one.info.id })
    const after = await ask(app.port, question(nonce, idOf(one.token)))
    expect(after.body.proof).not.toBe(before.body.proof)
    const unknown = await ask(app.port, question(nonce, 'ffffffff'))
    for (const { status, body } of [before, after, unknown]) {
      expect({
        status,
        body: { ...body, proof: body.proof?.replace(/^[0-9a-f]{64}$/, 'a proof') },
      }).toStrictEqual({
        status: 200,
        body: { status: 'ok', version, proof: 'a proof' },
      })
    }
    expect(await ask(app.port, question(nonce, 'ffffffff'))).toStrictEqual(unknown)
  })

  it('holds for the port that was asked, so that one from the real server is worth nothing elsewhere', async () => {
    const other = await startApp()
    try {
      const nonce = newNonce()
      const relayed = await ask(other.port, question(nonce, idOf(app.token)))
      expect(relayed.body.proof).toBe(proofOf(app.token, nonce, `127.0.0.1:${String(other.port)}`))
      expect(relayed.body.proof).not.toBe(proofOf(app.token, nonce, `127.0.0.1:${String(app.port)}`))
    } finally {
      await other.stop()
    }
  })

  it('holds for the address that was dialled, by IPv4 and by IPv6', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'busbar-proof-'))
    const own = appOn(dataDir, { BUSBAR_TOKEN: app.token }, '::')
    const { port } = await own.start()
    try {
      for (const host of ['127.0.0.1', '[::1]']) {
        const nonce = newNonce()
        const { body } = await ask(port, question(nonce, idOf(app.token)), host)
        expect(body.proof).toBe(proofOf(app.token, nonce, `${host}:${String(port)}`))
      }
    } finally {
      await own.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  it('comes on a connection that then takes the request with the token', async () => {
    // Two requests on one connection, as the add-on makes them.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const locals: unknown[] = []
    const get = (path: string, headers: Record<string, string> = {}) =>
      new Promise<number>((resolve, reject) => {
        request({ port: app.port, host: '127.0.0.1', path, headers, agent }, (response) => {
          locals.push(response.socket.localPort)
          response.resume().on('end', () => resolve(response.statusCode ?? 0))
        })
          .on('error', reject)
          .end()
      })
    expect(await get(`/healthz?${question(newNonce(), idOf(app.token))}`)).toBe(200)
    expect(await get('/mcp', { authorization: `Bearer ${app.token}`, accept: 'text/event-stream' })).toBe(400)
    expect(new Set(locals).size).toBe(1)
    agent.destroy()
  })

  it('is refused with a reason where nonce or token_id are malformed', async () => {
    for (const query of ['nonce=1', `nonce=${newNonce()}`, question(newNonce(), 'zz'), question('', '')]) {
      expect(await ask(app.port, query)).toStrictEqual({
        status: 400,
        body: {
          status: 'error',
          error: 'invalid_arguments',
          message:
            'A proof takes one nonce of 32 hexadecimal digits and one token_id of 8, as /healthz?nonce=…&token_id=….',
        },
      })
    }
  })
})

describe('endpoint.json', () => {
  let dataDir: string
  beforeEach(async () => void (dataDir = await mkdtemp(join(tmpdir(), 'busbar-proof-'))))
  afterEach(() => rm(dataDir, { recursive: true, force: true }))

  const announced = async () =>
    JSON.parse(await readFile(join(dataDir, 'endpoint.json'), 'utf8')) as { url: string; token: string }

  it('of a running server is neither replaced nor deleted by a second one', async () => {
    const first = appOn(dataDir)
    const second = appOn(dataDir)
    const { url } = await first.start()
    await expect(second.start()).rejects.toMatchObject({ code: 'server_runs', endpoint: { url } })
    expect((await announced()).url).toBe(url)
    await second.stop()
    expect((await announced()).url).toBe(url)
    await first.stop()
    expect(await readdir(dataDir)).not.toContain('endpoint.json')
  })

  it('that leads to another program is removed before the server listens', async () => {
    // Its process lives, its port answers, and yet it is not the server that wrote the file.
    const stale = {
      url: app.url,
      panel_url: null,
      token: 'token-of-a-dead-server',
      pid: process.pid,
      version: '0.0.1',
      started_at: 1706203789.45,
    }
    await writeFile(join(dataDir, 'endpoint.json'), JSON.stringify(stale))
    const refused = appOn(dataDir, {}, '192.0.2.1')
    await expect(refused.start()).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' })
    expect(await readdir(dataDir)).not.toContain('endpoint.json')
    await writeFile(join(dataDir, 'endpoint.json'), JSON.stringify(stale))
    const own = appOn(dataDir)
    const { url } = await own.start()
    expect((await announced()).url).toBe(url)
    await own.stop()
  })

  it('is not written with a token that can be guessed', async () => {
    await expect(appOn(dataDir, { BUSBAR_TOKEN: 'short' }).start()).rejects.toThrow(
      'BUSBAR_TOKEN has fewer than 16 characters and can be guessed. Set another one, or leave it out and Busbar makes one.',
    )
    expect((await readdir(dataDir)).toSorted()).toStrictEqual(['server.lock', 'version.json'])
  })
})
