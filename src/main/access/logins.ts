import { createHash } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { createEvents } from '../base/guarded.ts'
import type { TokenScope } from '../../shared/tokens.ts'
import { createAttemptLimiter } from './attempt-limiter.ts'
import type { Caller, TooManyAttempts } from './caller.ts'
import type { TokenRegistry } from './token-registry.ts'
import { type AuthorizedRequest, bearerToken, type TokenStore } from './token-store.ts'

/** Who looks at a panel. */
export interface Viewer {
  /** Whose bus is shown; null for the person who runs the server, who sees all. */
  readonly userId: string | null
  /** The token it came with; null for the panel key. */
  readonly tokenId: string | null
}

type LoginRequest = AuthorizedRequest & { socket: { remoteAddress?: string | undefined } }

/** Who may come in, by token or by the panel's key. */
export interface Logins {
  /** The caller on /mcp; null for a missing, wrong or unfit token. */
  authenticate(request: LoginRequest): Caller | TooManyAttempts | null
  /** Who presents this panel key, or a token with the scope `panel`; null for a wrong one. */
  viewer(key: string | null, address: string): Viewer | TooManyAttempts | null
  /** 6 hex digits that stand for the caller's token in a name: the first of SHA-256 over its digest. */
  tokenTagOf(caller: Caller): string
  /** What a caller may do now: nothing, once its token was revoked. */
  scopesOf(caller: Caller): readonly TokenScope[]
  /** `refused`: a wrong secret came from this address. */
  readonly events: EventEmitter<{ refused: [address: string, at: 'mcp' | 'panel'] }>
}

/**
 * A right secret that cannot be guessed is let in whatever wrong ones came from its address, so that nobody on the
 * machine can lock others out by failing on purpose. A shorter one, which only BUSBAR_TOKEN can be, has to wait too.
 */
export const unguessableLength = 20

const localScopes: readonly TokenScope[] = ['bus', 'llm']

export function createLogins(ports: {
  store: TokenStore
  registry: TokenRegistry
  /** Milliseconds. */
  clock: () => number
}): Logins {
  const { store, registry } = ports
  const limiter = createAttemptLimiter(ports.clock)
  const events: Logins['events'] = createEvents('logins')

  function fail(address: string, at: 'mcp' | 'panel'): TooManyAttempts | null {
    const wait = limiter.waitSeconds(address)
    limiter.failed(address)
    events.emit('refused', address, at)
    return wait === null ? null : { retryAfterSeconds: wait }
  }

  return {
    events,
    authenticate(request) {
      const address = request.socket.remoteAddress ?? 'unknown'
      const token = bearerToken(request)
      // No token is no attempt: programs ask first to be told how to come in.
      if (token === null) return null
      const made = registry.find(token)
      const local = store.authenticate(request)
      if (local !== null) {
        const wait = token.length < unguessableLength ? limiter.waitSeconds(address) : null
        return wait === null ? local : { retryAfterSeconds: wait }
      }
      if (made === null || !made.scopes.some((scope) => scope !== 'panel')) return fail(address, 'mcp')
      registry.used(made.id)
      return { user_id: made.userId, token_id: made.id }
    },
    viewer(key, address) {
      if (key === null) return null
      const made = registry.find(key)
      if (store.checkPanelKey(key)) return { userId: null, tokenId: null }
      if (made === null || !made.scopes.includes('panel')) return fail(address, 'panel')
      registry.used(made.id)
      return { userId: made.userId, tokenId: made.id }
    },
    tokenTagOf({ token_id }) {
      const digest =
        token_id === 'local' ? store.tokenDigest : Buffer.from(registry.get(token_id)?.sha256 ?? '', 'hex')
      return createHash('sha256').update(digest).digest('hex').slice(0, 6)
    },
    scopesOf({ token_id }) {
      return token_id === 'local' ? localScopes : (registry.get(token_id)?.scopes ?? [])
    },
  }
}

/** Tools that speak on the bus in a client's own words; every other tool that changes anything drives a Blender. */
const busTools = new Set(['blender_send_message', 'blender_job_update'])
/** Tools for whoever has any of the two scopes: to be there, and to look. */
const sharedTools = new Set([
  'blender_register_client',
  'blender_unregister_client',
  'blender_list_available_clients',
  'blender_receive_messages',
])

/** Whether these scopes let a caller use a tool: `bus` to speak as a client, `llm` to drive Blenders. */
export function mayUseTool(scopes: readonly TokenScope[], tool: string): boolean {
  if (sharedTools.has(tool)) return scopes.includes('bus') || scopes.includes('llm')
  return scopes.includes(busTools.has(tool) ? 'bus' : 'llm')
}
