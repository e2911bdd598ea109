import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newSecret } from '../../../../src/main/access/secret-file.ts'
import { createTokenStore, type TokenStore } from '../../../../src/main/access/token-store.ts'
import { recordedLog } from './recorded-log.ts'

let parent: string
let dataDir: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'busbar-token-'))
  dataDir = join(parent, 'data')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)
const withToken = (authorization?: string): Parameters<TokenStore['authenticate']>[0] => ({
  headers: authorization === undefined ? {} : { authorization },
})

describe('the token store', () => {
  test('creates both secrets on first start, for their owner only', async () => {
    const secrets = ['token-1', 'panel-1']
    const log = recordedLog()
    const store = await createTokenStore({ dataDir, newSecret: () => secrets.shift() ?? '', log })
    expect([store.token, store.panelKey]).toEqual(['token-1', 'panel-1'])
    expect(await readFile(join(dataDir, 'token'), 'utf8')).toBe('token-1\n')
    expect(await readFile(join(dataDir, 'panel-key'), 'utf8')).toBe('panel-1\n')
    expect((await readdir(dataDir)).sort()).toEqual(['panel-key', 'token'])
    expect([
      await mode(dataDir),
      await mode(join(dataDir, 'token')),
      await mode(join(dataDir, 'panel-key')),
    ]).toEqual(['700', '600', '600'])
    expect(log.lines).toEqual([])
  })

  test('keeps them from one start to the next', async () => {
    const log = recordedLog()
    const first = await createTokenStore({ dataDir, log })
    const second = await createTokenStore({ dataDir, log })
    expect([second.token, second.panelKey]).toEqual([first.token, first.panelKey])
    expect(first.token).not.toBe(first.panelKey)
  })

  test('gives two first starts at the same moment the same secrets', async () => {
    const log = recordedLog()
    const stores = await Promise.all(Array.from({ length: 8 }, () => createTokenStore({ dataDir, log })))
    expect(new Set(stores.map((store) => store.token)).size).toBe(1)
    expect(new Set(stores.map((store) => store.panelKey)).size).toBe(1)
    expect((await readdir(dataDir)).sort()).toEqual(['panel-key', 'token'])
  })

  test('closes a secret that others could read, and says so', async () => {
    const log = recordedLog()
    const { token } = await createTokenStore({ dataDir, log })
    const path = join(dataDir, 'token')
    await chmod(path, 0o644)
    await createTokenStore({ dataDir, log })
    expect(await mode(path)).toBe('600')
    expect(log.lines).toEqual([
      {
        level: 'warn',
        details: { path, mode: '644' },
        message: 'a secret was readable by other users; mode set to 600',
      },
    ])
    expect(JSON.stringify(log.lines)).not.toContain(token)
  })

  test('replaces an empty file and refuses one that holds something else', async () => {
    const log = recordedLog()
    await createTokenStore({ dataDir, log })
    const path = join(dataDir, 'token')
    await writeFile(path, '')
    expect((await createTokenStore({ dataDir, newSecret: () => 'fresh', log })).token).toBe('fresh')
    await writeFile(path, 'two words')
    await expect(createTokenStore({ dataDir, log })).rejects.toMatchObject({
      code: 'secret_file',
      message: `${path} does not hold a usable secret (letters, digits and ._~+/- only). Delete it to have a new one made.`,
    })
  })

  test('takes BUSBAR_TOKEN instead of the kept token and never writes it down', async () => {
    const log = recordedLog()
    const store = await createTokenStore({ dataDir, overrideToken: 'from-outside', log })
    expect(store.token).toBe('from-outside')
    expect(store.authenticate(withToken('Bearer from-outside'))).toEqual({
      user_id: 'local',
      token_id: 'local',
    })
    expect(await readdir(dataDir)).toEqual(['panel-key'])
    for (const overrideToken of ['', 'with space', 'ümlaut', 'line\nbreak', 'x'.repeat(513)]) {
      await expect(createTokenStore({ dataDir, overrideToken, log })).rejects.toMatchObject({
        code: 'secret_file',
      })
    }
  })

  test('lets in the right bearer token and nothing else', async () => {
    const store = await createTokenStore({ dataDir, newSecret: () => 'sesame', log: recordedLog() })
    for (const good of ['Bearer sesame', 'bearer sesame', 'BEARER  sesame', 'Bearer sesame ']) {
      expect(store.authenticate(withToken(good)), good).toEqual({ user_id: 'local', token_id: 'local' })
    }
    for (const bad of [
      undefined,
      '',
      'sesame',
      'Bearer',
      'Bearer ',
      'Bearer sesam',
      'Bearer sesamee',
      'Bearer Sesame',
      'Basic sesame',
      'Bearer sesame sesame',
      'Bearer sesame, Bearer sesame',
      'xBearer sesame',
    ]) {
      expect(store.authenticate(withToken(bad)), bad).toBeNull()
    }
    expect([store.checkPanelKey('sesame'), store.checkPanelKey('sesamE'), store.checkPanelKey('')]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('makes secrets of 32 random bytes, as base64url without padding', () => {
    expect(newSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(newSecret()).not.toBe(newSecret())
  })
})
