import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createToken,
  readTokens,
  revokeToken,
  TokenFileError,
  tokenDigest,
  type StoredToken,
} from '../../../../src/main/access/token-file.ts'
import { asNobody } from './as-nobody.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'busbar-tokens-'))
  path = join(directory, 'tokens.json')
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(directory, { recursive: true, force: true })
})

const make = (name: string, expiresInSeconds: number | null = null) =>
  createToken(path, { name, userId: 'local', scopes: ['bus'], expiresInSeconds }, 1_700_000_000)
/** What comes of work that the file is not there for. */
const refusal = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.catch((fault: unknown) => fault)
  return error instanceof TokenFileError ? [error.code, error.message] : error
}
const names = async (): Promise<string[]> => (await readTokens(path)).map(({ name }) => name)

describe('the token file', () => {
  it('holds no tokens where there is none', async () => {
    expect(await readTokens(path)).toStrictEqual([])
  })

  it('keeps the digest of a token, for its owner alone', async () => {
    const { token, kept } = await make('first', 60)
    expect(token).toMatch(/^bbt_[A-Za-z0-9_-]{43}$/)
    expect(kept).toStrictEqual({
      id: kept.id,
      name: 'first',
      userId: 'local',
      scopes: ['bus'],
      createdAt: 1_700_000_000,
      expiresAt: 1_700_000_060,
      sha256: tokenDigest(token).toString('hex'),
    })
    expect((await make('second')).kept.expiresAt).toBeNull()
    expect((await readTokens(path))[0]).toStrictEqual(kept)
    expect(await readFile(path, 'utf8')).not.toContain(token)
    expect(await readdir(directory)).toStrictEqual(['tokens.json'])
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('loses the token that is revoked, by its id or its name, and no other', async () => {
    const { kept } = await make('first')
    await make('second')
    const third = await make('third')
    expect(await revokeToken(path, kept.id)).toStrictEqual(kept)
    expect(await revokeToken(path, 'third')).toStrictEqual(third.kept)
    expect(await revokeToken(path, 'third')).toBeNull()
    expect(await names()).toStrictEqual(['second'])
  })

  it('takes a name once', async () => {
    await make('first')
    expect(await refusal(make('first'))).toStrictEqual([
      'name_taken',
      'There is a token named "first". Choose another name.',
    ])
    expect(await names()).toStrictEqual(['first'])
  })

  it('takes 1000 tokens', async () => {
    const { kept } = await make('first')
    const tokens: StoredToken[] = Array.from({ length: 999 }, (_, index) => ({
      ...kept,
      name: String(index),
    }))
    await writeFile(path, JSON.stringify({ version: 1, tokens }))
    await make('last')
    expect(await refusal(make('one-more'))).toStrictEqual([
      'too_many',
      'There are 1000 tokens already. Revoke some first.',
    ])
    expect(await names()).toHaveLength(1000)
  })

  it('stays as it is where it holds something else', async () => {
    await writeFile(path, '{}')
    const damaged = [
      'damaged',
      `${path} cannot be read as a list of tokens. Repair it, or delete it and make new tokens.`,
    ]
    expect([
      await refusal(readTokens(path)),
      await refusal(make('first')),
      await refusal(revokeToken(path, 'first')),
    ]).toStrictEqual([damaged, damaged, damaged])
    expect(await readFile(path, 'utf8')).toBe('{}')
    expect(await readdir(directory)).toStrictEqual(['tokens.json'])
  })

  it('is changed by one at a time', async () => {
    const made = Array.from({ length: 10 }, (_, index) => `token-${String(index)}`)
    await Promise.all(made.map((name) => make(name)))
    expect((await names()).sort()).toStrictEqual(made)
  })

  it('is taken over from a process that held it for more than ten seconds, and from no other', async () => {
    const lock = `${path}.lock`
    await writeFile(lock, '')
    await utimes(lock, 1_700_000_000, 1_700_000_000)
    vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_010_000 })
    expect(await refusal(make('first'))).toStrictEqual([
      'busy',
      `${lock} is held by another process. Try again, or delete it.`,
    ])
    expect(await readdir(directory)).toStrictEqual(['tokens.json.lock'])
    vi.setSystemTime(1_700_000_010_001)
    await make('second')
    expect(await names()).toStrictEqual(['second'])
    expect(await readdir(directory)).toStrictEqual(['tokens.json'])
  }, 60_000)

  it.skipIf(process.platform === 'win32')('says what to do where nothing can be written', async () => {
    await make('first')
    await chmod(path, 0o644)
    await chmod(directory, 0o555)
    expect(await asNobody(() => refusal(revokeToken(path, 'first')))).toStrictEqual([
      'unwritable',
      `${directory} cannot be written to, so tokens cannot be made or revoked. Free some space or allow writing there.`,
    ])
    expect(await names()).toStrictEqual(['first'])
    await chmod(directory, 0o700)
  })

  it('passes on any other fault as it is', async () => {
    await writeFile(path, '')
    await expect(revokeToken(join(path, 'tokens.json'), 'first')).rejects.toMatchObject({ syscall: 'mkdir' })
  })
})
