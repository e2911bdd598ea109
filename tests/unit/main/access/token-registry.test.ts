import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createToken, revokeToken } from '../../../../src/main/access/token-file.ts'
import { createTokenRegistry, type TokenRegistry } from '../../../../src/main/access/token-registry.ts'
import { recordedLog } from './recorded-log.ts'

let directory: string
let path: string
const time = { nowMs: 0 }
const open: TokenRegistry[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'busbar-registry-'))
  path = join(directory, 'tokens.json')
  time.nowMs = 1_700_000_000_000
})
afterEach(async () => {
  for (const registry of open.splice(0)) registry.close()
  await rm(directory, { recursive: true, force: true })
})

const make = (name: string, expiresInSeconds: number | null = null) =>
  createToken(path, { name, userId: 'local', scopes: ['bus'], expiresInSeconds }, 1_700_000_000)

async function follow() {
  const registry = await createTokenRegistry({ path, clock: () => time.nowMs, log: recordedLog() })
  open.push(registry)
  const heard: string[] = []
  registry.events.on('added', ({ name }) => heard.push(`added ${name}`))
  registry.events.on('revoked', ({ name }) => heard.push(`revoked ${name}`))
  return { registry, heard }
}

describe('the made tokens', () => {
  it('are found by their text, the right one of several, and nothing else is', async () => {
    const first = await make('first')
    const second = await make('second')
    const { registry } = await follow()
    expect([registry.find(first.token)?.id, registry.find(second.token)?.id]).toStrictEqual([
      first.kept.id,
      second.kept.id,
    ])
    expect([registry.find(''), registry.find('wrong'), registry.find(`${first.token}x`)]).toStrictEqual([
      null,
      null,
      null,
    ])
  })

  it('are none from the moment they run out, before anybody has looked', async () => {
    const { token, kept } = await make('short', 60)
    const { registry } = await follow()
    time.nowMs += 59_999
    expect([registry.find(token)?.id, registry.get(kept.id)?.id]).toStrictEqual([kept.id, kept.id])
    time.nowMs += 1
    expect([registry.find(token), registry.get(kept.id), registry.list()]).toStrictEqual([null, null, []])
  })

  it('are listed without their digests, oldest first, with their last use', async () => {
    const first = await make('first')
    const second = await make('second', 60)
    const { registry } = await follow()
    time.nowMs += 5_000
    registry.used(second.kept.id)
    const common = { userId: 'local', scopes: ['bus'], createdAt: 1_700_000_000 }
    expect(registry.list()).toStrictEqual([
      { ...common, id: first.kept.id, name: 'first', expiresAt: null, lastUsedAt: null },
      { ...common, id: second.kept.id, name: 'second', expiresAt: 1_700_000_060, lastUsedAt: 1_700_000_005 },
    ])
  })

  it('follow the file, and tell what came and went, once', async () => {
    const first = await make('first')
    const { registry, heard } = await follow()
    const second = await make('second')
    await registry.reload()
    await revokeToken(path, 'first')
    await registry.reload()
    await registry.reload()
    expect([registry.find(first.token), registry.find(second.token)?.name]).toStrictEqual([null, 'second'])
    expect(heard).toStrictEqual(['added second', 'revoked first'])
  })
})
