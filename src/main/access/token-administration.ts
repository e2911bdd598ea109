import type { TokenCreation, TokenInfo, TokenInput } from '../../shared/tokens.ts'
import { createToken, revokeToken, TokenFileError } from './token-file.ts'
import type { TokenRegistry } from './token-registry.ts'

/** Where a person makes, lists and revokes tokens while the server runs. */
export interface TokenAdministration {
  list(): TokenInfo[]
  /** `refused` with a sentence for the person where the name is taken or the file can't be used. */
  create(input: TokenInput): Promise<TokenCreation>
  /** False where there was no such token. */
  revoke(id: string): Promise<boolean>
  /** Resolves when everything that was asked for has been written. */
  settled(): Promise<void>
}

/** @param ports `path` is the token file's; `clock` gives Unix milliseconds */
export function createTokenAdministration(ports: {
  path: string
  registry: TokenRegistry
  clock: () => number
}): TokenAdministration {
  const { path, registry, clock } = ports
  // One after the other: a burst of changes must not wait for the file's lock at once.
  let work: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(step: () => Promise<Result>): Promise<Result> => {
    const done = work.then(step)
    work = done.catch(() => undefined)
    return done
  }
  return {
    list: () => registry.list(),
    async create(input) {
      try {
        const { token, kept } = await inTurn(() => createToken(path, input, clock() / 1000))
        await registry.reload()
        const { sha256: _, ...info } = kept
        return { outcome: 'created', token, info: { ...info, lastUsedAt: null } }
      } catch (error) {
        if (!(error instanceof TokenFileError)) throw error
        return { outcome: 'refused', message: error.message }
      }
    },
    async revoke(id) {
      const revoked = await inTurn(() => revokeToken(path, id))
      await registry.reload()
      return revoked !== null
    },
    async settled() {
      await work
    },
  }
}
