import { expect, test } from 'vitest'
import { authorityOf, originForm } from '../../../../src/main/access/request-target.ts'

test.each([
  ['/mcp', null, '/mcp'],
  ['/mcp?a=http://x/', null, '/mcp?a=http://x/'],
  ['//evil.example/mcp', null, '//evil.example/mcp'],
  ['*', null, '*'],
  ['', null, ''],
  ['http://localhost:9877/mcp', 'localhost:9877', '/mcp'],
  ['HTTP://LocalHost/mcp?a=1', 'LocalHost', '/mcp?a=1'],
  ['http://localhost', 'localhost', '/'],
  ['http://localhost?a=1', 'localhost', '/?a=1'],
  ['https://[::1]:9877/', '[::1]:9877', '/'],
  ['http://127.0.0.1@evil.example/mcp', '127.0.0.1@evil.example', '/mcp'],
  ['http:///mcp', '', '/mcp'],
])('%s names the host %s and the path %s', (target, host, path) => {
  expect([authorityOf(target), originForm(target)]).toStrictEqual([host, path])
})
