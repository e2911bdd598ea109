import { describe, expect, test } from 'vitest'
import {
  accepts,
  asksForStream,
  isJson,
  isPlainlyEncoded,
} from '../../../../../src/main/mcp/http/negotiation.ts'

describe('accepts', () => {
  test.each([
    ['application/json', true],
    ['Application/JSON', true],
    ['text/html, application/json;q=0.1', true],
    ['*/*', true],
    ['application/*', true],
    ['application/json;q=0', false],
    ['application/json;q=0.000, */*', false],
    ['*/*;q=0, application/json', true],
    ['text/*', false],
    ['application/jsonp', false],
    ['', false],
    [undefined, true],
  ])('%s admits application/json: %s', (header, expected) => {
    expect(accepts(header, 'application/json')).toBe(expected)
  })
})

describe('asksForStream', () => {
  test.each([
    ['application/json, text/event-stream', true],
    ['Text/Event-Stream;q=0.5', true],
    ['text/*', true],
    ['application/json', false],
    ['*/*', false],
    ['application/json, */*', false],
    ['text/event-stream;q=0, */*', false],
    ['text/event-streams', false],
    ['', false],
    [undefined, false],
  ])('%s: %s', (header, expected) => {
    expect(asksForStream(header)).toBe(expected)
  })
})

describe('isJson', () => {
  test.each([
    ['application/json', true],
    ['application/json;charset=utf-8', true],
    [' APPLICATION/JSON ; x=y', true],
    ['application/json, text/plain', false],
    ['application/json-patch+json', false],
    ['text/plain; application/json', false],
    [undefined, false],
  ])('%s: %s', (header, expected) => {
    expect(isJson(header)).toBe(expected)
  })
})

describe('isPlainlyEncoded', () => {
  test.each([
    [undefined, true],
    ['identity', true],
    ['Identity', true],
    ['gzip', false],
    ['identity, gzip', false],
  ])('%s: %s', (header, expected) => {
    expect(isPlainlyEncoded(header)).toBe(expected)
  })
})
