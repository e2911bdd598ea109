import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createTokenAdministration,
  type TokenAdministration,
} from '../../../../src/main/access/token-administration.ts'
import { readTokens } from '../../../../src/main/access/token-file.ts'
import { createTokenRegistry, type TokenRegistry } from '../../../../src/main/access/token-registry.ts'
import type { TokenInput } from '../../../../src/shared/tokens.ts'
import { recordedLog } from './recorded-log.ts'

let directory: string
let path: string
let registry: TokenRegistry
let administration: TokenAdministration

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'busbar-desk-'))
  path = join(directory, 'tokens.json')
  const clock = () => 1_700_000_000_000
  registry = await createTokenRegistry({ path, clock, log: recordedLog() })
  administration = createTokenAdministration({ path, registry, clock })
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

describe('the administration of tokens', () => {
  it('makes a token that holds at once, lists it, and revokes it at once', async () => {
    // Not because the registry has seen it in the file meanwhile.
    registry.close()
    const made = await administration.create(input('first', { expiresInSeconds: 60 }))
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
    expect([registry.find(made.token)?.id, administration.list()]).toStrictEqual([id, [info]])
    expect([await administration.revoke(id), registry.find(made.token), administration.list()]).toStrictEqual(
      [true, null, []],
    )
    expect(await administration.revoke(id)).toBe(false)
  })

  it('refuses a name that is taken, and goes on', async () => {
    await administration.create(input('first'))
    expect(await administration.create(input('first'))).toStrictEqual({
      outcome: 'refused',
      message: 'There is a token named "first". Choose another name.',
    })
    expect(await administration.create(input('second'))).toMatchObject({ outcome: 'created' })
  })

  it('throws where it is asked for no token at all', async () => {
    await expect(administration.create(input(''))).rejects.toThrow()
    expect(administration.list()).toStrictEqual([])
  })

  it('does a burst of changes in the order in which they were asked for', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `token-${String(index)}`)
    await Promise.all(names.map((name) => administration.create(input(name))))
    expect(administration.list().map(({ name }) => name)).toStrictEqual(names)
  })

  it('is settled when all is written', async () => {
    void administration.create(input('first'))
    void administration.create(input('second'))
    await administration.settled()
    expect((await readTokens(path)).map(({ name }) => name)).toStrictEqual(['first', 'second'])
  })
})
