import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Caller } from './caller.ts'
import type { Log } from '../base/log.ts'
import { newSecret as randomSecret, readOrCreateSecret, secretFault, SecretFileError } from './secret-file.ts'

/** The parts of a request that are looked at: of a header that is repeated, Node's `headers` has the first alone. */
export type AuthorizedRequest = Pick<IncomingMessage, 'headers'> &
  Partial<Pick<IncomingMessage, 'headersDistinct'>>

export interface TokenStorePorts {
  /** Where `token` and `panel-key` are kept; created with mode 0700. */
  readonly dataDir: string
  /** The value of `BUSBAR_TOKEN`: used instead of the kept token and never written to disk. */
  readonly overrideToken?: string | undefined
  readonly newSecret?: () => string
  readonly log: Log
}

/** The secrets of one server and the checks made with them. */
export interface TokenStore {
  /** The local user's bearer token. For endpoint.json and client configs only; never for a log. */
  readonly token: string
  /** SHA-256 of the token. */
  readonly tokenDigest: Buffer
  /** The secret of the panel's WebSocket. */
  readonly panelKey: string
  /**
   * Reads `Authorization: Bearer <token>` (RFC 6750, section 2.1; the scheme in any case). Null for a missing,
   * malformed, repeated or unknown token. A token in the query string or the body is never looked at.
   */
  authenticate(request: AuthorizedRequest): Caller | null
  /** Compares in a time that does not depend on where the two differ. */
  checkPanelKey(key: string): boolean
}

/** The token of a request's `Authorization` header, null where there is none, more than one, or a malformed one. */
export function bearerToken(request: AuthorizedRequest): string | null {
  if ((request.headersDistinct?.['authorization']?.length ?? 0) > 1) return null
  return bearerPattern.exec(request.headers.authorization ?? '')?.[1] ?? null
}

const bearerPattern = /^Bearer +([^\s,]+) *$/i

/**
 * Loads the local user's token and the panel key from the data directory, creating what is missing. In a directory
 * that cannot be written to, what is missing is made for this run alone.
 *
 * @throws SecretFileError for an override or a kept secret that cannot travel in a header or can be guessed, and the file
 *   system's own error where a kept secret cannot be read.
 */
export async function createTokenStore(ports: TokenStorePorts): Promise<TokenStore> {
  const { dataDir, overrideToken, newSecret = randomSecret, log } = ports
  const fault = overrideToken === undefined ? null : secretFault('BUSBAR_TOKEN', overrideToken)
  if (fault !== null) {
    throw new SecretFileError(`${fault} Set another one, or leave it out and Busbar makes one.`)
  }
  const token = overrideToken ?? (await readOrCreateSecret(join(dataDir, 'token'), newSecret, log))
  const panelKey = await readOrCreateSecret(join(dataDir, 'panel-key'), newSecret, log)

  const tokenDigest = digest(token)
  const panelKeyDigest = digest(panelKey)
  const localCaller: Caller = Object.freeze({ user_id: 'local', token_id: 'local' })

  return {
    token,
    tokenDigest,
    panelKey,
    authenticate(request) {
      const presented = bearerToken(request)
      if (presented === null) return null
      return timingSafeEqual(digest(presented), tokenDigest) ? localCaller : null
    },
    checkPanelKey(key) {
      return timingSafeEqual(digest(key), panelKeyDigest)
    },
  }
}

/** Digests have one length, which `timingSafeEqual` needs, and hide the secret's length from its timing. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
