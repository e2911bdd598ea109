import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nestsAtMost, parseBody } from '../../../../../src/main/mcp/http/json-rpc.ts'

const bounds = { maxJsonDepth: 8, maxBatchMessages: 3 }

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('the nesting check', () => {
  test('agrees with the depth of the parsed value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat({ max: 8 }), (text, max) => {
        expect(nestsAtMost(text, max)).toBe(depthOf(JSON.parse(text)) <= max)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    [String.raw`"[[["`, 0, true],
    [String.raw`"\"[[["`, 0, true],
    [String.raw`"\\"`, 0, true],
    [String.raw`["\\",[1]]`, 1, false],
    [String.raw`["\\\"[",1]`, 1, true],
    ['[[1],[2],[3]]', 2, true],
    ['[[1],[2],[[3]]]', 2, false],
    ['"never closed [[[', 0, true],
  ])('%s within %i: %s', (text, max, within) => {
    expect(nestsAtMost(text, max)).toBe(within)
  })

  test('takes a long string in its stride', () => {
    const text = JSON.stringify({ a: '\\"[{'.repeat(500_000) })
    expect(nestsAtMost(text, 1)).toBe(true)
  })
})

describe('the body parser', () => {
  test('tells the kinds of messages apart', () => {
    const request = { jsonrpc: '2.0', id: 'a', method: 'm', params: { x: 1 } }
    const notification = { jsonrpc: '2.0', method: 'm' }
    const result = { jsonrpc: '2.0', id: 1, result: {} }
    expect(parseBody(JSON.stringify([request, notification, result]), bounds)).toEqual({
      kind: 'messages',
      isBatch: true,
      messages: [
        { kind: 'request', message: request },
        { kind: 'notification', message: notification },
        { kind: 'response', message: result },
      ],
    })
    const failure = { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'no' } }
    expect(parseBody(JSON.stringify(failure), bounds)).toEqual({
      kind: 'messages',
      isBatch: false,
      messages: [{ kind: 'response', message: failure }],
    })
  })

  test('never throws and never lets through what is not JSON-RPC', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(parseBody(text, bounds).kind).not.toBe('messages')
      }),
    )
  })

  test('bounds the id of a request, which its answer has to hold', () => {
    const request = (id: string) => JSON.stringify({ jsonrpc: '2.0', id, method: 'm' })
    expect(parseBody(request('x'.repeat(200)), bounds).kind).toBe('messages')
    expect(parseBody(request('x'.repeat(201)), bounds)).toEqual({ kind: 'long_id' })
  })

  test('bounds batches and depth', () => {
    const message = { jsonrpc: '2.0', method: 'm' }
    expect(parseBody(JSON.stringify(Array.from({ length: 4 }, () => message)), bounds)).toEqual({
      kind: 'too_many',
    })
    expect(parseBody('['.repeat(9), bounds)).toEqual({ kind: 'too_deep' })
    expect(parseBody('['.repeat(8), bounds)).toEqual({ kind: 'malformed' })
    expect(parseBody('[]', bounds)).toEqual({ kind: 'invalid', id: null })
  })
})
