import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Block, BlockInput, ListedBlock } from '../../../src/shared/blocks.ts'
import { call, register, startApp, type AppFixture, type PanelApi } from '../wire/app-fixture.ts'

let app: AppFixture
let panel: PanelApi
beforeEach(async () => {
  app = await startApp()
  panel = await app.operator()
})
afterEach(() => app.stop())

const asked = (kind: BlockInput['kind'], subject: string) => ({
  kind,
  userId: kind === 'client' ? 'local' : '',
  subject,
  reason: 'It ran wild.',
  blockSeconds: null,
})
const answer =
  'The operator has blocked you: no session until the operator allows it (It ran wild.). ' +
  'Stop reconnecting; ask the operator to lift the block.'

/** What a program is told that asks for a session. */
async function initialize(name: string) {
  const response = await fetch(app.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${app.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name, version: '1' } },
    }),
  })
  const text = await response.text()
  return { status: response.status, body: response.status === 200 ? null : (JSON.parse(text) as unknown) }
}

describe('a block by address', () => {
  it('ends what is connected, keeps it out under new sessions and after a restart, and is lifted', async () => {
    const wild = await app.connect('wild')
    await register(wild, 'w', { is_persistent: true })
    await panel.blocks.add(asked('address', '127.0.0.1'))
    expect((await wild.messages.next()).data.payload).toStrictEqual({
      message_type: 'client_unregistered',
      reason: 'It ran wild.',
      by: 'operator',
      blocked_until: null,
    })
    await expect(call(wild, 'blender_list_available_clients')).rejects.toThrow(
      'Session not found: a person at the Busbar panel unregistered this client (It ran wild.).',
    )
    const refused = {
      status: 403,
      body: {
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32000, message: answer, data: { error: 'blocked', blocked_until: null } },
      },
    }
    expect(await initialize('wild')).toStrictEqual(refused)
    await app.restart()
    expect(await initialize('wild')).toStrictEqual(refused)

    panel = await app.operator()
    const watch = await panel.blocks.watch({ watchId: 'b' })
    const list = (await watch.next()).value as Block[]
    expect(list).toMatchObject([
      { kind: 'address', subject: '127.0.0.1', reason: 'It ran wild.', blockedUntil: null },
    ])
    expect(await panel.blocks.lift({ id: list[0]?.id ?? '' })).toStrictEqual({ lifted: true })
    expect(await initialize('wild')).toStrictEqual({ status: 200, body: null })
    await vi.waitFor(async () => {
      const { entries } = await panel.activity.list({
        kinds: ['block_set', 'block_lifted', 'blocked_refused'],
      })
      expect(entries.map((line) => [line.kind, line.by]).toReversed()).toStrictEqual([
        ['block_set', 'operator'],
        ['blocked_refused', 'server'],
        ['blocked_refused', 'server'],
        ['block_lifted', 'operator'],
      ])
    })
  })
})

it('a block by uuid ends the client, holds after a restart, and takes new terms', async () => {
  const wild = await app.connect('wild')
  await register(wild, 'w')
  await panel.blocks.add(asked('client', 'w'))
  await app.restart()
  const again = await app.connect('wild')
  const refused = await call(again, 'blender_register_client', { client_uuid: 'w', client_type: 'blender' })
  expect(refused.structured).toStrictEqual({
    status: 'error',
    error: 'blocked',
    message:
      'Client "w" was unregistered by the operator and may not register until the operator allows it (It ran wild.). ' +
      'Stop reconnecting; ask the operator to lift the block.',
  })
  panel = await app.operator()
  const before = await panel.blocks.watch({ watchId: 'before' })
  expect(((await before.next()).value as ListedBlock[])[0]?.refused.count).toBe(1)
  const changed = await panel.blocks.add({ ...asked('client', 'w'), reason: 'Lunch', blockSeconds: 60 })
  const watch = await panel.blocks.watch({ watchId: 'b' })
  expect((await watch.next()).value).toStrictEqual([{ ...changed, refused: { count: 0, lastAt: null } }])
  expect(changed.blockedUntil).toBeGreaterThan(Date.now() / 1000)
})

it('a damaged list is kept aside, and a person is told that nobody is blocked by it', async () => {
  await app.stopAlone()
  await writeFile(join(app.dataDir, 'blocks.json'), '{"version":1,"blo')
  await app.startAgain()
  panel = await app.operator()
  await vi.waitFor(async () => {
    const { entries } = await panel.activity.list({ kinds: ['blocks_set_aside'] })
    expect(entries.map(({ text }) => text)).toStrictEqual([
      expect.stringMatching(
        /^The block list was damaged\. It was kept as blocks\.json\.damaged-[0-9TZ-]+\.$/,
      ),
    ])
  })
})

it('refuses a block that names nobody', async () => {
  for (const bad of [
    { ...asked('address', 'x'), subject: '' },
    asked('address', 'farm-3.local'),
    { ...asked('client', 'x'), userId: '' },
    { ...asked('address', '10.0.0.7'), userId: 'local' },
    { ...asked('token', 'x'), tokenId: 'x' },
    { ...asked('program', 'x'), subject: 'a\nb' },
  ]) {
    await expect(panel.blocks.add(bad)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  }
})
