import { describe, expect, test } from 'vitest'
import { createGuard, type GuardPorts } from '../../../../src/main/access/request-guard.ts'

/** What the guard says: null for "come in", else its code. */
function check(
  ports: Partial<GuardPorts>,
  host: string | undefined,
  origin?: string,
  localAddress = '127.0.0.1',
): string | null {
  const guard = createGuard({ port: () => 9877, ...ports })
  const headers = {
    ...(host === undefined ? {} : { host }),
    ...(origin === undefined ? {} : { origin }),
  }
  return guard({ headers, socket: { localAddress } })?.code ?? null
}

describe('the request guard', () => {
  test.each(['127.0.0.1:9877', '127.0.0.1', 'localhost:9877', 'LocalHost', '[::1]:9877', '[::1]'])(
    'lets in Host %s',
    (host) => {
      expect(check({}, host)).toBeNull()
    },
  )

  test.each(['localhost.', 'LOCALHOST.:9877', '127.0.0.1.:9877'])(
    'takes %s with the dot of the root',
    (host) => {
      expect(check({}, host, 'http://localhost.:9877')).toBeNull()
      expect(check({ extraHosts: ['Studio.example', 'farm.:1'] }, 'studio.example.')).toBeNull()
      expect(check({ extraHosts: ['Studio.example', 'farm.:1'] }, 'farm:1')).toBeNull()
    },
  )

  test('looks at the host in an absolute target, and at the Host header all the same', () => {
    const guard = createGuard({ port: () => 9877 })
    const code = (url: string, host = 'localhost:9877') =>
      guard({ headers: { host }, socket: { localAddress: '127.0.0.1' }, url })?.code ?? null
    expect(code('http://127.0.0.1:9877/mcp')).toBeNull()
    expect(code('HTTP://LOCALHOST.:9877/mcp')).toBeNull()
    expect(code('http://[::1]:9877')).toBeNull()
    for (const url of [
      'http://evil.example/mcp',
      'http://localhost:9876/mcp',
      'http://localhost@evil.example/mcp',
      'http:///mcp',
      'ftp://evil.example/mcp',
    ]) {
      expect([url, code(url)]).toStrictEqual([url, 'foreign_host'])
    }
    expect(code('http://localhost:9877/mcp', 'evil.example')).toBe('foreign_host')
    expect(guard({ headers: { host: 'localhost' }, socket: {}, url: 'http://evil.example/' })?.message).toBe(
      'Forbidden: this server does not go by the name in the request target',
    )
  })

  test.each([
    undefined,
    '',
    'evil.example',
    'localhost..',
    'localhost..:9877',
    'evil.example.:9877',
    'localhost.evil.example.',
    '.localhost',
    '.',
    '.:9877',
    '[::1].:9877',
    'evil.example:9877',
    'localhost.evil.example:9877',
    '127.0.0.1.evil.example',
    '127.0.0.1:9876',
    '127.0.0.1:',
    '127.0.0.1:9877:9877',
    '127.0.0.2:9877',
    '0.0.0.0:9877',
    'localhost@evil.example',
    'localhost/..',
    '::1',
    '[::1',
    '[::2]:9877',
    'local host',
  ])('keeps out Host %s', (host) => {
    expect(check({}, host)).toBe('foreign_host')
  })

  test.each(['http://127.0.0.1:9877', 'http://localhost:9877', 'http://[::1]:9877'])(
    'lets in Origin %s',
    (origin) => {
      expect(check({}, 'localhost:9877', origin)).toBeNull()
    },
  )

  test.each([
    'null',
    '',
    'http://evil.example',
    'http://localhost',
    'http://localhost:9876',
    'https://localhost:9877',
    'http://localhost:9877.evil.example',
    'http://localhost:9877/',
    'http://evil.example:9877',
    'file://',
    'chrome-extension://abc',
  ])('keeps out Origin %s', (origin) => {
    expect(check({}, 'localhost:9877', origin)).toBe('foreign_origin')
  })

  test('takes an origin without a port for port 80', () => {
    expect(check({ port: () => 80 }, 'localhost', 'http://localhost')).toBeNull()
  })

  test('goes by the bound host too', () => {
    expect(check({ boundHost: '192.168.1.5' }, '192.168.1.5:9877', 'http://192.168.1.5:9877')).toBeNull()
    expect(check({ boundHost: 'fe80::1' }, '[fe80::1]:9877')).toBeNull()
    expect(check({ boundHost: 'render-7' }, 'render-7:9877')).toBeNull()
    expect(check({ boundHost: '192.168.1.5' }, '192.168.1.6:9877')).toBe('foreign_host')
  })

  test('bound to all addresses, goes by the one a client connected to, and by no name', () => {
    expect(check({ boundHost: '0.0.0.0' }, '10.0.0.7:9877', undefined, '10.0.0.7')).toBeNull()
    expect(check({ boundHost: '::' }, '10.0.0.7:9877', 'http://10.0.0.7:9877', '::ffff:10.0.0.7')).toBeNull()
    expect(check({ boundHost: '::' }, '[2001:db8::7]:9877', undefined, '2001:db8::7')).toBeNull()
    expect(check({ boundHost: '0.0.0.0' }, '10.0.0.8:9877', undefined, '10.0.0.7')).toBe('foreign_host')
    expect(check({ boundHost: '0.0.0.0' }, 'evil.example:9877', undefined, '10.0.0.7')).toBe('foreign_host')
    expect(check({ boundHost: '0.0.0.0' }, '0.0.0.0:9877', undefined, '10.0.0.7')).toBe('foreign_host')
    expect(check({}, '10.0.0.7:9877', undefined, '10.0.0.7')).toBe('foreign_host')
  })

  test('goes by extra hosts, with any port or with theirs, and by extra origins', () => {
    const extraHosts = ['Studio.example', 'localhost:1234']
    expect(check({ extraHosts }, 'studio.example')).toBeNull()
    expect(check({ extraHosts }, 'studio.example:8080', 'http://studio.example:8080')).toBeNull()
    expect(check({ extraHosts }, 'localhost:1234', 'http://localhost:1234')).toBeNull()
    expect(check({ extraHosts }, 'localhost:1235')).toBe('foreign_host')
    const extraOrigins = ['https://panel.example']
    expect(check({ extraOrigins }, 'localhost:9877', 'https://panel.example')).toBeNull()
    expect(check({ extraOrigins }, 'localhost:9877', 'http://panel.example')).toBe('foreign_origin')
  })

  test('says what was wrong without repeating it', () => {
    const guard = createGuard({ port: () => 9877 })
    const socket = { localAddress: '127.0.0.1' }
    expect(guard({ headers: { host: 'evil.example' }, socket })).toEqual({
      status: 403,
      code: 'foreign_host',
      message: 'Forbidden: this server does not go by the name in the Host header',
    })
    expect(guard({ headers: { host: 'localhost', origin: 'http://evil.example' }, socket })).toEqual({
      status: 403,
      code: 'foreign_origin',
      message: 'Forbidden: requests from this Origin are not allowed',
    })
  })

  test.each(['0.0.0.0', '::', '[::]', ''])('takes %j for all addresses', (boundHost) => {
    expect(check({ boundHost }, '10.0.0.7:9877', undefined, '10.0.0.7')).toBeNull()
    expect(check({ boundHost }, '10.0.0.8:9877', undefined, '10.0.0.7')).toBe('foreign_host')
  })

  test('lets in pages of https alone where it speaks TLS, whose port is 443', () => {
    expect(check({ tls: true }, 'localhost:9877', 'https://localhost:9877')).toBeNull()
    expect(check({ tls: true }, 'localhost:9877', 'http://localhost:9877')).toBe('foreign_origin')
    expect(check({ tls: true, port: () => 443 }, 'localhost', 'https://localhost')).toBeNull()
    expect(check({ tls: true, port: () => 80 }, 'localhost', 'https://localhost')).toBe('foreign_origin')
  })

  test('takes names and origins in any case', () => {
    expect(check({ boundHost: 'Render-7' }, 'render-7:9877')).toBeNull()
    expect(check({ boundHost: 'FE80::1' }, '[fe80::1]:9877')).toBeNull()
    expect(check({}, 'localhost:9877', 'HTTP://LocalHost:9877')).toBeNull()
    expect(check({ boundHost: '::' }, '10.0.0.7:9877', undefined, '::FFFF:10.0.0.7')).toBeNull()
    const extraOrigins = ['HTTPS://Panel.example']
    expect(check({ extraOrigins }, 'localhost:9877', 'https://panel.EXAMPLE')).toBeNull()
  })

  test('keeps out an origin of another scheme that is as long', () => {
    expect(check({}, 'localhost:9877', 'evil://localhost:9877')).toBe('foreign_origin')
  })

  test('keeps out a request with more than one Host', () => {
    const guard = createGuard({ port: () => 9877 })
    const withHosts = (...host: string[]) =>
      guard({
        headers: { host: host[0] },
        headersDistinct: { host },
        socket: { localAddress: '127.0.0.1' },
      })?.code ?? null
    expect([withHosts('localhost'), withHosts('localhost', 'evil.example')]).toStrictEqual([
      null,
      'foreign_host',
    ])
  })
})
