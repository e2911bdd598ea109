import { EventEmitter } from 'node:events'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createLogins, mayUseTool } from '../../../../src/main/access/logins.ts'
import type { StoredToken } from '../../../../src/main/access/token-file.ts'
import type { TokenRegistry } from '../../../../src/main/access/token-registry.ts'
import { bearerToken, type TokenStore } from '../../../../src/main/access/token-store.ts'
import type { TokenScope } from '../../../../src/shared/tokens.ts'

const made = (id: string, scopes: TokenScope[]): StoredToken => ({
  id,
  name: id,
  userId: `user of ${id}`,
  scopes,
  createdAt: 0,
  expiresAt: null,
  sha256: createHash('sha256').update(id).digest('hex'),
})

/** Tokens are found by their id. The local token and the panel key are as given. */
function fixture(local: string, tokens: readonly StoredToken[] = []) {
  const time = { nowMs: 0 }
  const used: string[] = []
  const refused: string[] = []
  const get = (id: string): StoredToken | null => tokens.find((token) => token.id === id) ?? null
  const registry: TokenRegistry = {
    find: get,
    get,
    proofKeys: () => [],
    list: () => [],
    used: (id) => void used.push(id),
    reload: () => Promise.resolve(),
    events: new EventEmitter(),
    close: () => undefined,
  }
  const store: TokenStore = {
    token: local,
    tokenDigest: createHash('sha256').update(local).digest(),
    panelKey: 'the-panel-key',
    authenticate: (request) =>
      bearerToken(request) === local ? { user_id: 'local', token_id: 'local' } : null,
    checkPanelKey: (key) => key === 'the-panel-key',
  }
  const logins = createLogins({ store, registry, clock: () => time.nowMs })
  logins.events.on('refused', (address, at) => refused.push(`${address} ${at}`))
  const authenticate = (token: string | null, remoteAddress: string | undefined = '10.0.0.1') =>
    logins.authenticate({
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      socket: { remoteAddress },
    })
  return { logins, authenticate, used, refused, time }
}

describe('who comes to /mcp', () => {
  it('is the local user with the local token, and whoever a made token was made for', () => {
    const { authenticate, used, refused } = fixture('l'.repeat(20), [
      made('bus', ['bus']),
      made('both', ['panel', 'llm']),
    ])
    expect([authenticate('l'.repeat(20)), authenticate('bus'), authenticate('both')]).toStrictEqual([
      { user_id: 'local', token_id: 'local' },
      { user_id: 'user of bus', token_id: 'bus' },
      { user_id: 'user of both', token_id: 'both' },
    ])
    expect(used).toStrictEqual(['bus', 'both'])
    expect(refused).toStrictEqual([])
  })

  it('is nobody without a token, which counts as no attempt, or with one that is wrong or for panels alone', () => {
    const { authenticate, used, refused } = fixture('l'.repeat(20), [made('panel', ['panel'])])
    for (let i = 0; i < 20; i += 1) expect(authenticate(null)).toBeNull()
    expect(refused).toStrictEqual([])
    expect([authenticate('wrong'), authenticate('panel')]).toStrictEqual([null, null])
    expect(used).toStrictEqual([])
    expect(refused).toStrictEqual(['10.0.0.1 mcp', '10.0.0.1 mcp'])
  })

  it('waits after ten wrong tokens, but not with a right one that cannot be guessed', () => {
    const { authenticate } = fixture('l'.repeat(20), [made('bus', ['bus'])])
    for (let i = 0; i < 10; i += 1) expect(authenticate('wrong')).toBeNull()
    expect(authenticate('wrong')).toStrictEqual({ retryAfterSeconds: 60 })
    expect(authenticate('wrong', '10.0.0.2')).toBeNull()
    expect(authenticate('bus')).toStrictEqual({ user_id: 'user of bus', token_id: 'bus' })
    expect(authenticate('l'.repeat(20))).toStrictEqual({ user_id: 'local', token_id: 'local' })
  })

  it('waits with a right local token of 19 characters too, which could be guessed', () => {
    const { authenticate } = fixture('l'.repeat(19))
    for (let i = 0; i < 10; i += 1) authenticate('wrong')
    expect(authenticate('l'.repeat(19))).toStrictEqual({ retryAfterSeconds: 60 })
    expect(authenticate('l'.repeat(19), '10.0.0.2')).toStrictEqual({ user_id: 'local', token_id: 'local' })
  })
})

describe('who comes to the panel', () => {
  it('sees all with the panel key, and one user with a token for panels', () => {
    const { logins, used } = fixture('local', [made('panel', ['panel']), made('bus', ['bus'])])
    expect([
      logins.viewer('the-panel-key', '10.0.0.1'),
      logins.viewer('panel', '10.0.0.1'),
      logins.viewer('bus', '10.0.0.1'),
      logins.viewer('wrong', '10.0.0.1'),
      logins.viewer(null, '10.0.0.1'),
    ]).toStrictEqual([
      { userId: null, tokenId: null },
      { userId: 'user of panel', tokenId: 'panel' },
      null,
      null,
      null,
    ])
    expect(used).toStrictEqual(['panel'])
  })

  it('waits after ten wrong keys', () => {
    const { logins, refused } = fixture('local')
    for (let i = 0; i < 10; i += 1) expect(logins.viewer('wrong', '10.0.0.1')).toBeNull()
    expect(logins.viewer('wrong', '10.0.0.1')).toStrictEqual({ retryAfterSeconds: 60 })
    expect(refused).toStrictEqual(Array.from({ length: 11 }, () => '10.0.0.1 panel'))
  })
})

describe('what stands for a token in a name', () => {
  it('is told by the digest of the token, and by none once it was revoked', () => {
    const { logins } = fixture('local', [made('llm', ['llm'])])
    const tagOf = (token_id: string) => logins.tokenTagOf({ user_id: 'local', token_id })
    expect([tagOf('local'), tagOf('llm'), tagOf('revoked')]).toStrictEqual(['097f8f', '161946', 'e3b0c4'])
  })
})

describe('the scopes of a caller', () => {
  it('are both for the local token, those of a made one, and none of one that was revoked', () => {
    const { logins } = fixture('local', [made('llm', ['llm'])])
    const scopesOf = (token_id: string) => logins.scopesOf({ user_id: 'local', token_id })
    expect([scopesOf('local'), scopesOf('llm'), scopesOf('revoked')]).toStrictEqual([
      ['bus', 'llm'],
      ['llm'],
      [],
    ])
  })

  it('open the tools of that scope, and those to be there and look', () => {
    const shared = [
      'blender_register_client',
      'blender_unregister_client',
      'blender_list_available_clients',
      'blender_receive_messages',
    ]
    const tools = [...shared, 'blender_send_message', 'blender_job_update', 'blender_execute_code']
    const open = (scopes: TokenScope[]) => tools.filter((tool) => mayUseTool(scopes, tool))
    expect(open(['bus'])).toStrictEqual([...shared, 'blender_send_message', 'blender_job_update'])
    expect(open(['llm'])).toStrictEqual([...shared, 'blender_execute_code'])
    expect(open(['panel'])).toStrictEqual([])
  })
})
