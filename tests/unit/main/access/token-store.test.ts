import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newSecret, readOrCreateSecret } from '../../../../src/main/access/secret-file.ts'
import { createTokenStore, type TokenStore } from '../../../../src/main/access/token-store.ts'
import { asNobody } from './as-nobody.ts'
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
    const secrets = ['token-of-the-first-start', 'panel-key-of-the-first-start']
    const log = recordedLog()
    const store = await createTokenStore({ dataDir, newSecret: () => secrets.shift() ?? '', log })
    expect([store.token, store.panelKey]).toEqual([
      'token-of-the-first-start',
      'panel-key-of-the-first-start',
    ])
    expect(await readFile(join(dataDir, 'token'), 'utf8')).toBe('token-of-the-first-start\n')
    expect(await readFile(join(dataDir, 'panel-key'), 'utf8')).toBe('panel-key-of-the-first-start\n')
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
    for (const open of [0o644, 0o601]) {
      await chmod(path, open)
      await createTokenStore({ dataDir, log })
      expect(await mode(path)).toBe('600')
    }
    const message = 'a file was open to other users; its mode was set to 600'
    expect(log.lines).toEqual([
      { level: 'warn', details: { path, mode: '644' }, message },
      { level: 'warn', details: { path, mode: '601' }, message },
    ])
    expect(JSON.stringify(log.lines)).not.toContain(token)
  })

  test('replaces an empty file and refuses one that holds something else', async () => {
    const log = recordedLog()
    await createTokenStore({ dataDir, log })
    const path = join(dataDir, 'token')
    await writeFile(path, '')
    expect((await createTokenStore({ dataDir, newSecret: () => 'a-fresh-one-was-made', log })).token).toBe(
      'a-fresh-one-was-made',
    )
    expect([await readFile(path, 'utf8'), await mode(path)]).toEqual(['a-fresh-one-was-made\n', '600'])
    expect((await readdir(dataDir)).sort()).toEqual(['panel-key', 'token'])
    await writeFile(path, 'two words of some length')
    await expect(createTokenStore({ dataDir, log })).rejects.toMatchObject({
      code: 'secret_file',
      message: `The secret in ${path} must be 16 to 512 characters of letters, digits and ._~+/- (as RFC 6750 has it). Delete the file to have a new one made.`,
    })
  })

  test.each(['token', 'panel-key'])('refuses a kept %s of fewer than 16 characters', async (name) => {
    const log = recordedLog()
    const path = join(dataDir, name)
    await createTokenStore({ dataDir, log })
    for (const short of ['x', 'x'.repeat(15)]) {
      await writeFile(path, short)
      await expect(createTokenStore({ dataDir, log })).rejects.toMatchObject({
        code: 'secret_file',
        message: `The secret in ${path} has fewer than 16 characters and can be guessed. Delete the file to have a new one made.`,
      })
      expect(await readFile(path, 'utf8')).toBe(short)
    }
    await writeFile(path, 'x'.repeat(16))
    const { token, panelKey } = await createTokenStore({ dataDir, log })
    expect({ token, 'panel-key': panelKey }).toMatchObject({ [name]: 'x'.repeat(16) })
  })

  test('takes BUSBAR_TOKEN instead of the kept token and never writes it down', async () => {
    const log = recordedLog()
    const store = await createTokenStore({ dataDir, overrideToken: 'token-from-outside', log })
    expect(store.token).toBe('token-from-outside')
    expect(store.authenticate(withToken('Bearer token-from-outside'))).toEqual({
      user_id: 'local',
      token_id: 'local',
    })
    expect(await readdir(dataDir)).toEqual(['panel-key'])
    const longest = 'x'.repeat(512)
    expect((await createTokenStore({ dataDir, overrideToken: longest, log })).token).toBe(longest)
    for (const overrideToken of ['x', 'x'.repeat(15)]) {
      await expect(createTokenStore({ dataDir, overrideToken, log })).rejects.toMatchObject({
        code: 'secret_file',
        message:
          'BUSBAR_TOKEN has fewer than 16 characters and can be guessed. Set another one, or leave it out and Busbar makes one.',
      })
    }
    for (const overrideToken of [
      '',
      'with a space in it',
      'with space',
      'ümlaut-in-a-long-token',
      'a-line\nbreak-in-it',
      'x'.repeat(513),
    ]) {
      await expect(createTokenStore({ dataDir, overrideToken, log })).rejects.toMatchObject({
        code: 'secret_file',
      })
    }
  })

  test('makes no new secret where there is one that cannot be read', async () => {
    await mkdir(dataDir)
    // A link to itself: what it leads to cannot be told.
    await symlink('token', join(dataDir, 'token'))
    await expect(createTokenStore({ dataDir, log: recordedLog() })).rejects.toMatchObject({ code: 'ELOOP' })
    expect(await readdir(dataDir)).toEqual(['token'])
  })

  test('tells of a fault that is not that nothing can be written', async () => {
    // As long as a name may be: none is left for the file that is written first.
    const path = join(parent, 'x'.repeat(250))
    await expect(readOrCreateSecret(path, newSecret, recordedLog())).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
    })
  })

  test.skipIf(process.platform === 'win32')(
    'holds a secret that cannot be kept until the process ends, and says so',
    async () => {
      await chmod(parent, 0o755)
      await mkdir(dataDir)
      await chmod(dataDir, 0o555)
      const log = recordedLog()
      const store = await asNobody(() =>
        createTokenStore({ dataDir, newSecret: () => 'a-secret-of-this-run', log }),
      )
      expect([store.token, store.panelKey]).toEqual(['a-secret-of-this-run', 'a-secret-of-this-run'])
      expect(await readdir(dataDir)).toEqual([])
      expect(log.lines).toEqual(
        ['token', 'panel-key'].map((name) => ({
          level: 'warn',
          details: { path: join(dataDir, name), code: 'EACCES' },
          message:
            'a secret could not be kept: programs that use it have to be told the new one after a restart',
        })),
      )
    },
  )

  test.runIf(process.getuid?.() === 0)('uses a secret of another user that it cannot close', async () => {
    await chmod(parent, 0o755)
    const path = join(parent, 'token')
    await writeFile(path, 'a-secret-of-somebody\n', { mode: 0o644 })
    const log = recordedLog()
    expect(await asNobody(() => readOrCreateSecret(path, newSecret, log))).toBe('a-secret-of-somebody')
    expect(log.lines).toEqual([
      {
        level: 'warn',
        details: { path, mode: '644' },
        message: 'a file is open to other users, and its mode cannot be changed',
      },
    ])
  })

  test('lets in the right bearer token and nothing else', async () => {
    const store = await createTokenStore({
      dataDir,
      newSecret: () => 'open-sesame-open-up',
      log: recordedLog(),
    })
    for (const good of [
      'Bearer open-sesame-open-up',
      'bearer open-sesame-open-up',
      'BEARER  open-sesame-open-up',
      'Bearer open-sesame-open-up ',
    ]) {
      expect(store.authenticate(withToken(good)), good).toEqual({ user_id: 'local', token_id: 'local' })
    }
    const twice = ['Bearer open-sesame-open-up', 'Bearer open-sesame-open-up']
    expect(
      store.authenticate({
        headers: { authorization: twice[0] },
        headersDistinct: { authorization: twice },
      }),
    ).toBeNull()
    expect(
      store.authenticate({
        headers: { authorization: twice[0] },
        headersDistinct: { authorization: twice.slice(1) },
      }),
    ).toEqual({ user_id: 'local', token_id: 'local' })
    for (const bad of [
      undefined,
      '',
      'open-sesame-open-up',
      'Bearer',
      'Bearer ',
      'Bearer open-sesame-open-u',
      'Bearer open-sesame-open-upp',
      'Bearer Open-sesame-open-up',
      'Basic open-sesame-open-up',
      'Bearer open-sesame-open-up open-sesame-open-up',
      'Bearer open-sesame-open-up, Bearer open-sesame-open-up',
      'xBearer open-sesame-open-up',
    ]) {
      expect(store.authenticate(withToken(bad)), bad).toBeNull()
    }
    expect([
      store.checkPanelKey('open-sesame-open-up'),
      store.checkPanelKey('open-sesame-open-uP'),
      store.checkPanelKey(''),
    ]).toEqual([true, false, false])
  })

  test('makes secrets of 32 random bytes, as base64url without padding', () => {
    expect(newSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(newSecret()).not.toBe(newSecret())
  })
})
