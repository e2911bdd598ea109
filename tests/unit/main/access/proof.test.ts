import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createProver, proofFor, proofKeyOf, type ProofKey } from '../../../../src/main/access/proof.ts'

const rows = z
  .array(
    z.strictObject({
      token: z.string(),
      nonce: z.string(),
      address: z.string(),
      token_id: z.string(),
      proof: z.string(),
    }),
  )
  .min(5)
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/wire/proofs.json'), 'utf8')))

const keyOf = (token: string): ProofKey => proofKeyOf(createHash('sha256').update(token).digest())
const store = { token: 'token-of-the-local-user', panelKey: 'key-of-the-panel' }
const proverOf = (made: readonly string[], more: Partial<typeof store> = {}) =>
  createProver({ store: { ...store, ...more }, registry: { proofKeys: () => made.map(keyOf) } })

describe('a proof', () => {
  test.each(rows)('is $proof for $address', ({ token, nonce, address, token_id, proof }) => {
    const { tokenId, digest } = keyOf(token)
    expect([tokenId.toString('hex'), proofFor(digest, nonce, address)]).toEqual([token_id, proof])
  })

  test('is given for the local token and for each made one', () => {
    const prover = proverOf(rows.map(({ token }) => token))
    for (const { nonce, address, token_id, proof } of rows) {
      expect(prover.prove({ nonce, tokenId: token_id }, address)).toBe(proof)
    }
    const { nonce, address, token_id, proof } = rows[0] as (typeof rows)[number]
    expect(proverOf([]).prove({ nonce, tokenId: token_id }, address)).toBe(proof)
  })

  test('of an unknown token looks like any other, and stays the same over restarts', () => {
    const challenge = { nonce: '0'.repeat(32), tokenId: 'ffffffff' }
    const first = proverOf([]).prove(challenge, '127.0.0.1:9877')
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    // What a program that knows no secret can compute from what it sees.
    for (const key of ['', 'ffffffff', '\xff\xff\xff\xff']) {
      expect(first).not.toBe(proofFor(Buffer.from(key, 'latin1'), challenge.nonce, '127.0.0.1:9877'))
    }
    expect(proverOf(['a', 'b'], { token: 'c' }).prove(challenge, '127.0.0.1:9877')).toBe(first)
    expect(proverOf([]).prove({ ...challenge, nonce: '1'.repeat(32) }, '127.0.0.1:9877')).not.toBe(first)
    expect(proverOf([]).prove({ ...challenge, tokenId: 'fffffffe' }, '127.0.0.1:9877')).not.toBe(first)
    expect(proverOf([]).prove(challenge, '127.0.0.1:9878')).not.toBe(first)
    expect(proverOf([], { panelKey: 'another' }).prove(challenge, '127.0.0.1:9877')).not.toBe(first)
  })
})
