import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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
  vi.useRealTimers()
  await rm(directory, { recursive: true, force: true })
})

const make = (name: string, expiresInSeconds: number | null = null, at = path) =>
  createToken(at, { name, userId: 'local', scopes: ['bus'], expiresInSeconds }, 1_700_000_000)

async function follow(at = path) {
  const log = recordedLog()
  const registry = await createTokenRegistry({ path: at, clock: () => time.nowMs, log })
  open.push(registry)
  const heard: string[] = []
  registry.events.on('added', ({ name }) => heard.push(`added ${name}`))
  registry.events.on('revoked', ({ name }) => heard.push(`revoked ${name}`))
  return { registry, heard, log }
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
    expect([first, second].map(({ kept }) => registry.get(kept.id)?.name)).toStrictEqual(['first', 'second'])
    expect(registry.get('nobody’s')).toBeNull()
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

  it('hold again where the clock was wrong when they seemed to have run out', async () => {
    const { token, kept } = await make('short', 60)
    const { registry, heard } = await follow()
    const revoked = once(registry.events, 'revoked')
    time.nowMs += 3_600_000
    await revoked
    expect(registry.find(token)).toBeNull()
    const added = once(registry.events, 'added')
    time.nowMs -= 3_600_000
    expect([registry.find(token)?.id, registry.get(kept.id)?.id]).toStrictEqual([kept.id, kept.id])
    await added
    expect(heard).toStrictEqual(['revoked short', 'added short'])
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

  it('are none where they run out before they are read', async () => {
    const { registry, heard } = await follow()
    // First, as the registry may read the file as soon as it changes.
    time.nowMs += 60_000
    await make('short', 60)
    await registry.reload()
    await make('long', 120)
    await registry.reload()
    expect(heard).toStrictEqual(['added long'])
  })

  it('are proven until they run out', async () => {
    const { kept } = await make('short', 60)
    await make('long')
    const { registry } = await follow()
    const proven = () => registry.proofKeys().map(({ digest }) => digest.toString('hex') === kept.sha256)
    expect(proven()).toStrictEqual([true, false])
    time.nowMs += 60_000
    expect(proven()).toStrictEqual([false])
  })

  it('were never used where they are back after they were gone', async () => {
    const { kept } = await make('first')
    const { registry } = await follow()
    registry.used(kept.id)
    const text = await readFile(path, 'utf8')
    await revokeToken(path, 'first')
    await registry.reload()
    await writeFile(path, text)
    await registry.reload()
    expect(registry.list().map(({ id, lastUsedAt }) => [id, lastUsedAt])).toStrictEqual([[kept.id, null]])
  })

  it('are none while the file is damaged', async () => {
    const { token } = await make('first')
    const text = await readFile(path, 'utf8')
    const { registry, heard } = await follow()
    await writeFile(path, '{')
    await registry.reload()
    expect(registry.find(token)).toBeNull()
    await writeFile(path, text)
    await registry.reload()
    expect(registry.find(token)?.name).toBe('first')
    expect(heard).toStrictEqual(['revoked first', 'added first'])
  })
})

describe('a change of the token file', () => {
  const added = ({ registry }: Awaited<ReturnType<typeof follow>>) => once(registry.events, 'added')

  it('is seen where the system tells of it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const followed = await follow()
    const heard = added(followed)
    const { kept } = await make('first')
    await heard
    expect(followed.registry.get(kept.id)?.name).toBe('first')
  })

  it('is seen by the clock where it does not', async () => {
    // A folder that is not there cannot be watched.
    const later = join(directory, 'later', 'tokens.json')
    const followed = await follow(later)
    expect(followed.log.lines.map(({ level, message }) => [level, message])).toStrictEqual([
      ['debug', 'the token file is looked at by the clock alone'],
    ])
    const heard = added(followed)
    const { kept } = await make('first', null, later)
    await heard
    expect(followed.registry.get(kept.id)?.name).toBe('first')
  })

  it('is no more than that a token ran out', async () => {
    await make('short', 60)
    const { kept } = await make('long')
    const { registry, heard } = await follow()
    const revoked = once(registry.events, 'revoked')
    time.nowMs += 60_000
    await revoked
    expect(heard).toStrictEqual(['revoked short'])
    expect(registry.list().map(({ id }) => id)).toStrictEqual([kept.id])
  })

  it('is told of once, and only where it is one of that file', async () => {
    await writeFile(path, '{')
    const damaged = await follow()
    await writeFile(join(directory, 'other.json'), '{')
    // Whoever began to look later has seen a change: so has who began before.
    const later = join(directory, 'later', 'tokens.json')
    const other = await follow(later)
    const heard = added(other)
    await make('first', null, later)
    await heard
    await other.registry.reload()
    expect(damaged.log.lines).toStrictEqual([
      {
        level: 'error',
        details: { code: 'damaged' },
        message: 'the tokens cannot be read; none of them is let in until they can',
      },
    ])
  })

  it.each([['tokens.json'], ['later/tokens.json']])('is seen no more of %s after the end', async (name) => {
    const at = join(directory, name)
    const [ended, other] = [await follow(at), await follow(at)]
    ended.registry.close()
    const heard = added(other)
    await make('first', null, at)
    await heard
    await other.registry.reload()
    expect([ended.heard, other.heard]).toStrictEqual([[], ['added first']])
  })
})
