import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RawJson } from '../../../../../src/main/base/raw-json.ts'
import { parseBody } from '../../../../../src/main/mcp/http/json-rpc.ts'

const bounds = { maxJsonDepth: 8, maxJsonValues: 20, maxBatchMessages: 3 }

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

  test('bounds batches, depth and values', () => {
    const message = { jsonrpc: '2.0', method: 'm' }
    expect(parseBody(JSON.stringify(Array.from({ length: 4 }, () => message)), bounds)).toEqual({
      kind: 'too_many',
    })
    expect(parseBody('['.repeat(9), bounds)).toEqual({ kind: 'too_deep' })
    expect(parseBody('['.repeat(8), bounds)).toEqual({ kind: 'malformed' })
    expect(parseBody(`[${'1,'.repeat(20)}`, bounds)).toEqual({ kind: 'too_many_values' })
    expect(parseBody('[]', bounds)).toEqual({ kind: 'invalid', id: null })
  })
})

describe('a request that has come in', () => {
  const read = (text: string) => {
    const parsed = parseBody(text, { maxJsonDepth: 100, maxJsonValues: 1000, maxBatchMessages: 3 })
    if (parsed.kind !== 'messages') return expect.fail(parsed.kind)
    return parsed.messages.map(({ message }) => ('params' in message ? message.params : undefined))
  }
  const call = (payload: string): string =>
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"n":1,"payload":${payload}}}}`
  const payloadText = (text: string): unknown => {
    const args = read(text)[0]?.arguments as { payload: unknown }
    return args.payload instanceof RawJson ? args.payload.text : args.payload
  }

  test.each([
    [
      '{"id":1915883588174806058,"far":1e400,"fine":-0.10}',
      '{"id":1915883588174806058,"far":1e400,"fine":-0.10}',
    ],
    ['{\n\t"a": [1.0,\r\n{"b": 2e0}]}', '{ \t"a": [1.0, {"b": 2e0}]}'],
    ['{"__proto__":{"a":1.0},"constructor":null}', '{"__proto__":{"a":1.0},"constructor":null}'],
    [String.raw`{"a":"\ud83c \ud83d\ude00 \\ud800"}`, String.raw`{"a":"\ufffd \ud83d\ude00 \\ud800"}`],
    ['{"a":1.0,"a":{"b":1,"b":2.0}}', '{"a":{"b":2.0}}'],
    ['{"a":"}],{\\"" }', '{"a":"}],{\\"" }'],
    ['{}', '{}'],
  ])('has the payload %s as %s', (sent, kept) => {
    expect(payloadText(call(sent))).toBe(kept)
  })

  test.each([[[1, 2]], ['text'], [null], [7]])(
    'has the payload %j, which is no object, as it is',
    (value) => {
      expect(payloadText(call(JSON.stringify(value)))).toStrictEqual(value)
    },
  )

  test('has the payload that counts where names stand twice or are spelled with escapes', () => {
    const twice =
      '{"params":{"arguments":{"payload":{"n":1}}},"jsonrpc":"2.0","id":1,"method":"tools/call",' +
      '"p\\u0061rams":{"name":"t","arguments":{"payload":{"n":2}},"arguments":{"payload":{"n":3.0},"p\\u0061yload":{"n":4.0}}}}'
    expect(payloadText(twice)).toBe('{"n":4.0}')
  })

  test('has its own payload in a batch', () => {
    const batch = `[ ${call('{"n":1.0}')} , ${call('{"n":2.0}').replace('"id":1', '"id":2')}]`
    expect(
      read(batch).map((params) => (params?.arguments as { payload: RawJson }).payload.text),
    ).toStrictEqual(['{"n":1.0}', '{"n":2.0}'])
  })

  test('keeps of _meta the progress token alone', () => {
    const meta = (_meta: object) =>
      read(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x', params: { a: 1, _meta } }))[0]
    expect(meta({ progressToken: 'p', big: 'x'.repeat(5000) })).toStrictEqual({
      a: 1,
      _meta: { progressToken: 'p' },
    })
    expect(meta({ progressToken: 0 })).toStrictEqual({ a: 1, _meta: { progressToken: 0 } })
    expect(meta({ 'io.modelcontextprotocol/related-task': { taskId: 'x' } })).toStrictEqual({
      a: 1,
      _meta: {},
    })
  })

  test('has any payload as the value that was sent', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (payload) => {
        const sent = JSON.stringify(payload)
        expect(payloadText(call(sent))).toBe(sent)
      }),
    )
  })
})
