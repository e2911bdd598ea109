import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { MemoryHold } from '../../base/ledger.ts'

export type BodyResult =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'not_utf8' }
  /** There is no memory for it: for what came, or all that was declared. */
  | { readonly kind: 'no_room'; readonly bytes: number }
  /** The client went away in the middle; there is nobody to answer. */
  | { readonly kind: 'aborted' }

/** True where the declared length alone shows that the body is over the bound. */
export function declaresTooMuch(request: IncomingMessage, maxBytes: number): boolean {
  return declaredBytes(request) > maxBytes
}

function declaredBytes(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0)
}

/**
 * Reads a request's body, at most `maxBytes` of it: what is over the bound is not kept. JSON on the wire is
 * UTF-8 (RFC 8259, section 8.1); bytes that are not are refused, not mended.
 *
 * @param hold grows with each byte that arrives; who asked gives it back
 */
export function readBody(request: IncomingMessage, maxBytes: number, hold: MemoryHold): Promise<BodyResult> {
  if (declaresTooMuch(request, maxBytes)) return Promise.resolve({ kind: 'too_large' })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (result: BodyResult): void => {
      request.off('data', onData)
      request.off('end', onEnd)
      request.off('close', onClose)
      resolve(result)
    }
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > maxBytes) {
        request.pause()
        settle({ kind: 'too_large' })
        return
      }
      if (!hold.resize(bytes)) {
        request.pause()
        hold.release()
        settle({ kind: 'no_room', bytes: Math.max(bytes, declaredBytes(request)) })
        return
      }
      chunks.push(chunk)
    }
    const onEnd = (): void => {
      const [first] = chunks
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes)
      // The request lives until it is answered, and with it its listeners and what they use.
      chunks.length = 0
      settle(isUtf8(body) ? { kind: 'text', text: body.toString('utf8') } : { kind: 'not_utf8' })
    }
    const onClose = (): void => settle({ kind: 'aborted' })
    request.on('data', onData)
    request.on('end', onEnd)
    request.on('close', onClose)
    request.on('error', ignore)
  })
}

/**
 * A broken connection also shows as an error; without a listener it would be thrown. It stands out here since the request
 * keeps it for as long as it is answered: a closure in there would keep the body with it.
 */
function ignore(): void {
  // The body is settled by `close`.
}
