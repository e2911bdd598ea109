import { createHash, randomInt, randomUUID } from 'node:crypto'
import { stat, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { tokenInfoSchema, tokenInputSchema, type TokenInput } from '../../shared/tokens.ts'
import { readJsonFile } from '../base/json-file.ts'
import { ensurePrivateDirectory, isUnwritable, writePrivateFile } from '../base/private-file.ts'
import { newSecret } from './secret-file.ts'

const keptTokenSchema = tokenInfoSchema.omit({ lastUsedAt: true }).extend({
  /** SHA-256 of the token, as hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
/** A token as it is kept: never itself, only its digest. */
export type StoredToken = z.infer<typeof keptTokenSchema>

const fileSchema = z.object({ version: z.literal(1), tokens: z.array(keptTokenSchema) })

/** Most tokens of one server; each is compared with at every login. */
export const maxTokens = 1000
/** What every made token begins with, so that one that leaked is recognised. */
const tokenPrefix = 'bbt_'
/** A lock that is older was left by a process that died. */
const staleLockMs = 10_000
const lockTries = 200

/** The token file cannot be used, or not for that. `message` says what to do. */
export class TokenFileError extends Error {
  readonly code: 'damaged' | 'busy' | 'too_many' | 'name_taken' | 'unwritable'
  constructor(code: TokenFileError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/**
 * The digest that a token is kept and compared as. A plain SHA-256 is enough: a token is 32 random bytes, so there
 * is nothing to guess that salt or slowness would make harder, and it is computed at every request.
 */
export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/**
 * Reads `<data-dir>/tokens.json`; a file that is not there holds no tokens.
 *
 * @throws TokenFileError `damaged` for a file that is not one of ours: it is left as it is.
 */
export async function readTokens(path: string): Promise<StoredToken[]> {
  const file = await readJsonFile(path, fileSchema)
  if (file.kind === 'missing') return []
  if (file.kind === 'damaged') {
    throw new TokenFileError(
      'damaged',
      `${path} cannot be read as a list of tokens. Repair it, or delete it and make new tokens.`,
    )
  }
  return file.value.tokens
}

/** Makes a token and keeps its digest. The token itself is in the answer and nowhere else. */
export async function createToken(
  path: string,
  asked: TokenInput,
  nowSeconds: number,
): Promise<{ token: string; kept: StoredToken }> {
  const { expiresInSeconds, ...input } = tokenInputSchema.parse(asked)
  const token = tokenPrefix + newSecret()
  const kept: StoredToken = {
    id: randomUUID(),
    ...input,
    createdAt: nowSeconds,
    expiresAt: expiresInSeconds === null ? null : nowSeconds + expiresInSeconds,
    sha256: tokenDigest(token).toString('hex'),
  }
  await change(path, (tokens) => {
    if (tokens.length >= maxTokens) {
      throw new TokenFileError('too_many', `There are ${maxTokens} tokens already. Revoke some first.`)
    }
    if (tokens.some(({ name }) => name === kept.name)) {
      throw new TokenFileError('name_taken', `There is a token named "${kept.name}". Choose another name.`)
    }
    return [...tokens, kept]
  })
  return { token, kept }
}

/** Takes a token out, by its id or its name; null where there is none. */
export async function revokeToken(path: string, idOrName: string): Promise<StoredToken | null> {
  let revoked: StoredToken | null = null
  await change(path, (tokens) => {
    revoked = tokens.find(({ id, name }) => id === idOrName || name === idOrName) ?? null
    return tokens.filter((token) => token !== revoked)
  })
  return revoked
}

/** Changes the file while nobody else does: the command line and a running server may both want to. */
async function change(path: string, next: (tokens: readonly StoredToken[]) => StoredToken[]): Promise<void> {
  try {
    await ensurePrivateDirectory(dirname(path))
    const release = await lock(`${path}.lock`)
    try {
      const tokens = next(await readTokens(path))
      await writePrivateFile(path, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`)
    } finally {
      await release()
    }
  } catch (error) {
    if (!isUnwritable(error)) throw error
    throw new TokenFileError(
      'unwritable',
      `${dirname(path)} cannot be written to, so tokens cannot be made or revoked. Free some space or allow writing there.`,
    )
  }
}

async function lock(path: string): Promise<() => Promise<void>> {
  for (let tried = 0; tried < lockTries; tried += 1) {
    try {
      await writeFile(path, '', { flag: 'wx' })
      return () => unlink(path).catch(() => undefined)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const found = await stat(path).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs > staleLockMs) await unlink(path).catch(() => undefined)
    // Two that wait for the same lock must not try in step.
    await delay(randomInt(10, 36))
  }
  throw new TokenFileError('busy', `${path} is held by another process. Try again, or delete it.`)
}
