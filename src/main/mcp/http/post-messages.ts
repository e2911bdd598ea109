import type { IncomingMessage } from 'node:http'
import type { MemoryHold } from '../../base/ledger.ts'
import type { PassingMemory } from '../../base/passing-memory.ts'
import { readBody } from './body.ts'
import { type Incoming, maxIdLength, parseBody } from './json-rpc.ts'
import type { McpHttpLimits } from './limits.ts'
import { accepts, isJson, isPlainlyEncoded } from './negotiation.ts'
import type { Refusal } from './refusal.ts'
import * as refusals from './refusals.ts'

/** Characters of a body that is parsed as soon as it is there: well below a millisecond. */
const smallBody = 32 * 1024

export interface PostMessages {
  readonly list: readonly Incoming[]
  readonly isBatch: boolean
}

export type InitializeMessage = Incoming & { readonly kind: 'request' }

/** What the head of a POST alone shows to be wrong. */
export function postHeadRefusal(request: IncomingMessage): Refusal | null {
  if (!accepts(request.headers.accept, 'application/json')) return refusals.postNotAcceptable
  if (!isJson(request.headers['content-type'])) return refusals.notJson
  return isPlainlyEncoded(request.headers['content-encoding']) ? null : refusals.encoded
}

/**
 * Reads and checks the messages of a POST; null for a client that went away in the middle.
 *
 * @param hold grows with the body as it arrives; who asked gives it back
 * @param turn waited for before a large body is parsed
 */
export async function readMessages(
  request: IncomingMessage,
  {
    limits,
    memory,
    hold,
    turn,
  }: { limits: McpHttpLimits; memory: PassingMemory; hold: MemoryHold; turn: () => Promise<void> },
): Promise<PostMessages | Refusal | null> {
  const body = await readBody(request, limits.maxBodyBytes, hold)
  switch (body.kind) {
    case 'no_room':
      return refusals.bodyWithoutRoom(memory.whatIsFull(body.bytes))
    case 'aborted':
      return null
    case 'too_large':
      return refusals.bodyTooLarge(limits.maxBodyBytes)
    case 'not_utf8':
      return refusals.notUtf8
    case 'text':
      break
  }
  if (body.text.length > smallBody) await turn()
  const parsed = parseBody(body.text, limits)
  switch (parsed.kind) {
    case 'malformed':
      return refusals.malformed
    case 'too_deep':
      return refusals.tooDeep(limits.maxJsonDepth)
    case 'too_many_values':
      return refusals.tooManyValues(limits.maxJsonValues)
    case 'too_many':
      return refusals.batchTooLong(limits.maxBatchMessages)
    case 'long_id':
      return refusals.idTooLong(maxIdLength)
    case 'invalid':
      return refusals.invalidMessage(parsed.id)
    case 'messages':
      break
  }
  const { messages: list, isBatch } = parsed
  const initialize = list.find(isInitialize)
  if (initialize !== undefined && body.text.length > limits.maxInitializeBytes) {
    return refusals.initializeTooLarge(limits.maxInitializeBytes, initialize.message.id)
  }
  return { list, isBatch }
}

export function isInitialize(incoming: Incoming): incoming is InitializeMessage {
  return incoming.kind === 'request' && incoming.message.method === 'initialize'
}
