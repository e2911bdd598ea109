import { randomBytes } from 'node:crypto'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isSameProof, proofFor, proofKeyOf } from '../access/proof.ts'
import { tokenDigest } from '../access/token-file.ts'
import { socketAddress } from './address.ts'

/** Longest wait for the answer, in milliseconds: a server that is busy for a moment still counts. */
const defaultLimitMs = 3000
/** An answer holds a status, a version and a proof. */
const maxAnswerCharacters = 4096

/**
 * Asks the server at an MCP address to prove that it knows a token, which is not sent. False where nothing answers there
 * within the limit, or something else than a proof for that very address.
 */
export function provesToken(
  { url, token }: { readonly url: string; readonly token: string },
  { limitMs = defaultLimitMs }: { readonly limitMs?: number } = {},
): Promise<boolean> {
  const nonce = randomBytes(16).toString('hex')
  const { digest, tokenId } = proofKeyOf(tokenDigest(token))
  return new Promise((resolve) => {
    let address: URL
    try {
      address = new URL(`/healthz?nonce=${nonce}&token_id=${tokenId.toString('hex')}`, url)
    } catch {
      resolve(false)
      return
    }
    const onAnswer = (response: IncomingMessage): void => {
      const { remoteAddress, remotePort } = response.socket
      const right = proofFor(digest, nonce, socketAddress(remoteAddress, remotePort))
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > maxAnswerCharacters) response.destroy()
      })
      response.on('error', () => resolve(false))
      response.on('close', () => {
        resolve(response.complete && response.statusCode === 200 && isSameProof(proofIn(text), right))
      })
    }
    const options = { agent: false, signal: AbortSignal.timeout(limitMs) }
    const asked =
      address.protocol === 'https:'
        ? // The certificate need not be one that this machine trusts: nothing secret is sent, and the proof is the answer.
          requestHttps(address, { ...options, rejectUnauthorized: false }, onAnswer)
        : requestHttp(address, options, onAnswer)
    asked.on('error', () => resolve(false))
    asked.end()
  })
}

/** The proof in an answer; empty where there is none. */
function proofIn(text: string): string {
  try {
    const { proof } = JSON.parse(text) as { proof?: unknown }
    return typeof proof === 'string' ? proof : ''
  } catch {
    return ''
  }
}
