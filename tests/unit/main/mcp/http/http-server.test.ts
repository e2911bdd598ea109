import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { configureHttpServer } from '../../../../../src/main/mcp/http/http-server.ts'

test('the HTTP server gives slow and idle clients a limit', () => {
  const server = createServer()
  configureHttpServer(server)
  const { headersTimeout, requestTimeout, keepAliveTimeout, maxHeadersCount, timeout } = server
  expect({
    headersTimeout,
    requestTimeout,
    keepAliveTimeout,
    maxHeadersCount,
    timeout,
  }).toEqual({
    headersTimeout: 15_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 75_000,
    maxHeadersCount: 100,
    // None on a quiet connection as such: an event stream may have nothing to say for hours.
    timeout: 0,
  })
})
