import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { tokenDigest } from './token-file.ts'

/** What a program sends before it sends its token, to learn whether the server knows that token. */
export interface Challenge {
  /** 32 hexadecimal digits of the program's choice, taken as they were sent. */
  readonly nonce: string
  /** Names the token: 8 hexadecimal digits, see `proofKeyOf`. */
  readonly tokenId: string
}

/** What a proof for one token is made with. */
export interface ProofKey {
  /** The first 4 bytes of SHA-256(SHA-256(token)). They name the token and tell nothing about it. */
  readonly tokenId: Buffer
  /** SHA-256(token), as tokens are kept. */
  readonly digest: Buffer
}

/** Shows programs that this server knows their token. */
export interface Prover {
  /**
   * The proof for one challenge: 64 lower-case hexadecimal digits. For an id that belongs to no token it is made with a
   * key that nobody has, in the same steps: neither the answer nor its time tells which ids exist.
   *
   * @param address the local address of the connection that asks, as `host:port`
   */
  prove(challenge: Challenge, address: string): string
}

/** The key that proofs for a token are made with, from its SHA-256. */
export function proofKeyOf(digest: Buffer): ProofKey {
  return { tokenId: createHash('sha256').update(digest).digest().subarray(0, 4), digest }
}

/**
 * HMAC-SHA-256 over `<nonce> <address>`, in lower-case hexadecimal digits. The address keeps another program from passing
 * on a challenge to the real server: the proof that it gets holds for the real server's address alone.
 *
 * @param address of the server's end of the connection: `127.0.0.1:9877`, `[::1]:9877`
 */
export function proofFor(key: Buffer, nonce: string, address: string): string {
  return createHmac('sha256', key).update(`${nonce} ${address}`, 'utf8').digest('hex')
}

/** Whether two proofs are the same, in a time that does not depend on where they differ. */
export function isSameProof(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given, 'utf8'), Buffer.from(right, 'utf8')]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Proves the local token and all made tokens, whatever their user and scopes. */
export function createProver({
  store,
  registry,
}: {
  store: { readonly token: string; readonly panelKey: string }
  registry: { proofKeys(): readonly ProofKey[] }
}): Prover {
  const local = proofKeyOf(tokenDigest(store.token))
  // Kept over restarts, as the panel key is: an unknown id has the same answer after one, as a known id has.
  const decoys = createHmac('sha256', store.panelKey).update('proofs for unknown tokens').digest()
  return {
    prove({ nonce, tokenId }, address) {
      const asked = Buffer.from(tokenId, 'hex')
      let key: Buffer = createHmac('sha256', decoys).update(asked).digest()
      for (const known of [...registry.proofKeys(), local]) {
        if (timingSafeEqual(known.tokenId, asked)) key = known.digest
      }
      return proofFor(key, nonce, address)
    },
  }
}
