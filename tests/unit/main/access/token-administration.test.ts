import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTokenDesk, type TokenDesk } from '../../../../src/main/access/token-desk.ts'
import { readTokens } from '../../../../src/main/access/token-file.ts'
import { createTokenRegistry, type TokenRegistry } from '../../../../src/main/access/token-registry.ts'
import type { TokenInput } from '../../../../src/shared/tokens.ts'
import { recordedLog } from './recorded-log.ts'

let directory: string
let path: string
let registry: TokenRegistry
let desk: TokenDesk

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'busbar-desk-'))
  path = join(directory, 'tokens.json')
  const clock = () => 1_700_000_000_000
  registry = await createTokenRegistry({ path, clock, log: recordedLog() })
  desk = createTokenDesk({ path, registry, clock })
})
afterEach(async () => {
  registry.close()
  await rm(directory, { recursive: true, force: true })
})

const input = (name: string, more: Partial<TokenInput> = {}): TokenInput => ({
  name,
  userId: 'local',
  scopes: ['bus'],
  expiresInSeconds: null,
  ...more,
})

describe('the desk for tokens', () => {
  it('makes a token that holds at once, lists it, and revokes it at once', async () => {
    const made = await desk.create(input('first', { expiresInSeconds: 60 }))
    if (made.outcome !== 'created') throw new Error(made.message)
    const { id } = made.info
    const info = {
      id,
      name: 'first',
      userId: 'local',
      scopes: ['bus'],
      createdAt: 1_700_000_000,
      expiresAt: 1_700_000_060,
      lastUsedAt: null,
    }
    expect(made).toStrictEqual({ outcome: 'created', token: made.token, info })
    expect([registry.find(made.token)?.id, desk.list()]).toStrictEqual([id, [info]])
    expect([await desk.revoke(id), registry.find(made.token), desk.list()]).toStrictEqual([true, null, []])
    expect(await desk.revoke(id)).toBe(false)
  })

  it('refuses a name that is taken, and goes on', async () => {
    await desk.create(input('first'))
    expect(await desk.create(input('first'))).toStrictEqual({
      outcome: 'refused',
      message: 'There is a token named "first". Choose another name.',
    })
    expect(await desk.create(input('second'))).toMatchObject({ outcome: 'created' })
  })

  it('throws where it is asked for no token at all', async () => {
    await expect(desk.create(input(''))).rejects.toThrow()
    expect(desk.list()).toStrictEqual([])
  })

  it('does a burst of changes in the order in which they were asked for', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `token-${String(index)}`)
    await Promise.all(names.map((name) => desk.create(input(name))))
    expect(desk.list().map(({ name }) => name)).toStrictEqual(names)
  })

  it('is settled when all is written', async () => {
    void desk.create(input('first'))
    void desk.create(input('second'))
    await desk.settled()
    expect((await readTokens(path)).map(({ name }) => name)).toStrictEqual(['first', 'second'])
  })
})
