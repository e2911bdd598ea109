import { connect } from 'node:net'
import { once } from 'node:events'
import { chmod, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startApp, type AppFixture } from '../integration/wire/app-fixture.ts'
import { openRawSession } from '../integration/wire/raw-session.ts'

let app: AppFixture
beforeEach(async () => void (app = await startApp()))
afterEach(() => app.stop())

async function make(name: string): Promise<{ id: string; token: string }> {
  const made = await (await app.operator()).tokens.create({ name, userId: 'made', scopes: ['bus', 'llm'] })
  if (made.outcome !== 'created') return expect.fail(made.message)
  return { id: made.info.id, token: made.token }
}

it('a token that is revoked while its initialize comes in gets no session', async () => {
  const { id, token } = await make('short-lived')
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'late', version: '1' } },
  })
  const socket = connect(app.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${String(app.port)}\r\nAuthorization: Bearer ${token}\r\n` +
      'Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n' +
      `Content-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n`,
  )
  // Told to go on, the server has let the token in.
  const [goOn] = (await once(socket, 'data')) as [Buffer]
  expect(goOn.toString()).toContain('100 Continue')
  socket.write(body.slice(0, 10))
  await (await app.operator()).tokens.revoke({ id })
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString()))
  socket.write(body.slice(10))
  await once(socket, 'close')
  expect(answer.split('\r\n', 1)[0]).toBe('HTTP/1.1 401 Unauthorized')
  expect(answer.toLowerCase()).not.toContain('mcp-session-id')
})

it('a block on a token by its name keeps it out, until it is lifted', async () => {
  const { token } = await make('studio-two')
  const session = await openRawSession({ port: app.port, token }, 'program')
  const register = () =>
    session
      .call('blender_register_client', { client_uuid: 'c', client_type: 'llm' })
      .then(({ status, error }) => error ?? status)
  expect(await register()).toBe('ok')
  const panel = await app.operator()
  const block = await panel.blocks.add({
    kind: 'token',
    subject: 'studio-two',
    reason: 'by name',
    blockSeconds: null,
  })
  expect(await register()).toBe('blocked')
  await panel.blocks.lift({ id: block.id })
  expect(await register()).toBe('ok')
})

it.skipIf(process.platform === 'win32')(
  'files that were left open to others are closed to them',
  async () => {
    await make('any')
    await app.stopAlone()
    const files = ['panel-key', 'tokens.json', 'history.db']
    for (const name of files) await chmod(join(app.dataDir, name), 0o644)
    await app.startAgain()
    const modes = await Promise.all(
      files.map(async (name) => (await stat(join(app.dataDir, name))).mode & 0o777),
    )
    expect(modes).toStrictEqual(files.map(() => 0o600))
  },
)
