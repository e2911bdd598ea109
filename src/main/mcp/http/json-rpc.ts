import type { JSONRPCNotification, JSONRPCRequest, JSONRPCResponse } from '@modelcontextprotocol/sdk/types.js'
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from '@modelcontextprotocol/sdk/types.js'
import { elementsOf } from '../../../shared/json-text.ts'
import { brokenBound, type JsonBounds } from '../../base/json-bounds.ts'
import { wellFormedJson } from '../../../shared/well-formed.ts'
import { dropNulls } from './absent.ts'
import { keepOf } from './kept-request.ts'
import type { RpcId } from './refusal.ts'

/** One message of a POST, by what it is. */
export type Incoming =
  | { readonly kind: 'request'; readonly message: JSONRPCRequest }
  | { readonly kind: 'notification'; readonly message: JSONRPCNotification }
  | { readonly kind: 'response'; readonly message: JSONRPCResponse }

export type ParsedBody =
  | { readonly kind: 'messages'; readonly messages: readonly Incoming[]; readonly isBatch: boolean }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'too_deep' }
  | { readonly kind: 'too_many_values' }
  | { readonly kind: 'too_many' }
  | { readonly kind: 'long_id' }
  | { readonly kind: 'invalid'; readonly id: RpcId }

export interface ParseBounds extends JsonBounds {
  readonly maxBatchMessages: number
}

/**
 * Reads a POST's body as JSON-RPC. The checks are at least as strict as those of the SDK's dispatcher: a
 * message that it would not know what to do with would never be answered. Lone surrogates become U+FFFD here, where
 * text comes in: they have no UTF-8, and no strict client could read an answer with one of them in it.
 */
export function parseBody(text: string, bounds: ParseBounds): ParsedBody {
  const broken = brokenBound(text, bounds)
  if (broken !== null) return { kind: broken }
  const json = wellFormedJson(text)
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { kind: 'malformed' }
  }
  if (!Array.isArray(value)) {
    const message = classify(value)
    if (message === null) return { kind: 'invalid', id: idOf(value) }
    if (hasLongId(message)) return { kind: 'long_id' }
    if (message.kind === 'request') keepOf(message.message, json, 0)
    return { kind: 'messages', messages: [message], isBatch: false }
  }
  if (value.length > bounds.maxBatchMessages) return { kind: 'too_many' }
  const messages: Incoming[] = []
  const spans = elementsOf(json)
  for (const [index, item] of (value as unknown[]).entries()) {
    const message = classify(item)
    if (message === null) return { kind: 'invalid', id: idOf(item) }
    if (hasLongId(message)) return { kind: 'long_id' }
    if (message.kind === 'request') keepOf(message.message, json, spans[index]?.start ?? 0)
    messages.push(message)
  }
  return messages.length === 0 ? { kind: 'invalid', id: null } : { kind: 'messages', messages, isBatch: true }
}

function classify(value: unknown): Incoming | null {
  if (typeof value !== 'object' || value === null) return null
  dropNulls(value)
  if ('method' in value) {
    if ('id' in value) return isJSONRPCRequest(value) ? { kind: 'request', message: value } : null
    return isJSONRPCNotification(value) ? { kind: 'notification', message: value } : null
  }
  if (isJSONRPCResultResponse(value)) return { kind: 'response', message: value }
  return isJSONRPCErrorResponse(value) ? { kind: 'response', message: value } : null
}

/** The longest id of a message, in UTF-16 code units: it is kept until its answer, and sent back. */
export const maxIdLength = 200

/** True for a request whose id is longer. An answer is only kept where its id is one that was given out. */
function hasLongId({ kind, message }: Incoming): boolean {
  return kind === 'request' && typeof message.id === 'string' && message.id.length > maxIdLength
}

/** The id to answer an invalid message with (JSON-RPC 2.0, section 5: null where it cannot be told). */
function idOf(value: unknown): RpcId {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null
  const { id } = value
  if (typeof id === 'string') return id.length <= maxIdLength ? id : null
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null
}
