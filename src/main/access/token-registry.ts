import { timingSafeEqual } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { createEvents, every, inBackground } from '../base/guarded.ts'
import type { TokenInfo } from '../../shared/tokens.ts'
import type { Log } from '../base/log.ts'
import { proofKeyOf, type ProofKey } from './proof.ts'
import { readTokens, tokenDigest, TokenFileError, type StoredToken } from './token-file.ts'

/** How often the file is looked at where the system does not tell of changes (network drives, some containers). */
const lookMs = 500

export interface TokenRegistryPorts {
  /** The file, `<data-dir>/tokens.json`. */
  readonly path: string
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly log: Log
}

/** The made tokens as they stand in the file, followed while the server runs. */
export interface TokenRegistry {
  /**
   * The token that this text is, or null; one that has run out is none, for as long as it has by the clock. The time it takes depends on the number of
   * tokens alone: each is compared with.
   */
  find(text: string): StoredToken | null
  get(id: string): StoredToken | null
  /** What proves each token that has not run out. */
  proofKeys(): readonly ProofKey[]
  /** Oldest first, without digests. `lastUsedAt` is since this server started. */
  list(): TokenInfo[]
  /** Notes that a token was presented. */
  used(id: string): void
  /** Reads the file now. Never rejects: a damaged file lets no token in. */
  reload(): Promise<void>
  /** `added` and `revoked` tell of changes in the file and of tokens that ran out. */
  readonly events: EventEmitter<{ added: [token: StoredToken]; revoked: [token: StoredToken] }>
  close(): void
}

export async function createTokenRegistry({ path, clock, log }: TokenRegistryPorts): Promise<TokenRegistry> {
  const events: TokenRegistry['events'] = createEvents('tokens')
  /** All that the file holds: one that has run out by this clock holds again where the clock was wrong. */
  let kept: readonly (StoredToken & ProofKey)[] = []
  /** Those that held when they were looked at last, of which was told. */
  let tokens: readonly (StoredToken & ProofKey)[] = []
  const lastUse = new Map<string, number>()
  let stamp = ''
  let reading: Promise<void> | null = null
  /** What is being read may be older than the change that was reported last. */
  let stale = false

  const holds = ({ expiresAt }: StoredToken): boolean => expiresAt === null || expiresAt > clock() / 1000

  async function read(): Promise<void> {
    let found: StoredToken[]
    try {
      stamp = await stampOf(path)
      found = await readTokens(path)
    } catch (error) {
      log.error(
        error instanceof TokenFileError ? { code: error.code } : { err: error },
        'the tokens cannot be read; none of them is let in until they can',
      )
      found = []
    }
    kept = found.map((token) => ({ ...token, ...proofKeyOf(Buffer.from(token.sha256, 'hex')) }))
    tellChanges()
  }

  /** Tells of those that hold now and did not before, and the other way round. */
  function tellChanges(): void {
    const before = tokens
    tokens = kept.filter(holds)
    const added = tokens.filter(({ sha256 }) => !before.some((old) => old.sha256 === sha256))
    const revoked = before.filter(({ sha256 }) => !tokens.some((token) => token.sha256 === sha256))
    for (const token of revoked) {
      lastUse.delete(token.id)
      events.emit('revoked', token)
    }
    for (const token of added) events.emit('added', token)
  }

  async function readUntilFresh(): Promise<void> {
    try {
      while (stale) {
        stale = false
        await read()
      }
    } finally {
      reading = null
    }
  }

  function reload(): Promise<void> {
    stale = true
    reading ??= readUntilFresh()
    return reading
  }

  async function reloadIfChanged(): Promise<void> {
    if ((await stampOf(path)) !== stamp) await reload()
  }

  await reload()
  let watcher: FSWatcher | null = null
  try {
    // The folder, since the file itself is replaced at each change.
    watcher = watch(dirname(path), { persistent: false }, (_, name) => {
      if (name === basename(path)) inBackground('reading the token file', reload())
    })
    watcher.on('error', (error) =>
      log.debug({ err: error }, 'the token file is looked at by the clock alone'),
    )
  } catch (error) {
    log.debug({ err: error }, 'the token file is looked at by the clock alone')
  }
  const look = every('look at the token file', lookMs, () => {
    if (kept.some((token) => holds(token) !== tokens.some(({ id }) => id === token.id))) tellChanges()
    inBackground('look at the token file', reloadIfChanged())
  })
  look.unref()

  return {
    events,
    find(text) {
      const digest = tokenDigest(text)
      let found: StoredToken | null = null
      for (const token of kept) if (timingSafeEqual(token.digest, digest)) found = token
      return found !== null && holds(found) ? found : null
    },
    get: (id) => kept.find((token) => token.id === id && holds(token)) ?? null,
    proofKeys: () => kept.filter(holds),
    list: () =>
      kept.filter(holds).map(({ id, name, userId, scopes, createdAt, expiresAt }) => ({
        id,
        name,
        userId,
        scopes,
        createdAt,
        expiresAt,
        lastUsedAt: lastUse.get(id) ?? null,
      })),
    used: (id) => void lastUse.set(id, clock() / 1000),
    reload,
    close() {
      clearInterval(look)
      watcher?.close()
    },
  }
}

/** What tells one state of the file from the next; empty where there is no file. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch {
    return ''
  }
}
