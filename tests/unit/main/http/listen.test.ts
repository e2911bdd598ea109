import { createServer as createHttpServer, get, type Server } from 'node:http'
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { listen, listenOnLoopback } from '../../../../src/main/http/listen.ts'
import { recordedLog } from '../access/recorded-log.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function answering(): Server {
  return createHttpServer((request, response) => response.end(request.socket.localAddress))
}

/** Takes a port as another program would. */
async function hold(host: string, port = 0): Promise<number> {
  const server: SocketServer = createSocketServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  cleanups.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

const isFree = async (host: string, port: number): Promise<boolean> =>
  hold(host, port).then(
    () => true,
    () => false,
  )

/** What is answered at an address, or the code of the error. */
function ask(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    get({ host, port, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
  })
}

describe.skipIf(!hasIpv6)('the two loopback addresses', () => {
  it('get one port, and both are let go of', async () => {
    const log = recordedLog()
    const server = answering()
    const { port, close } = await listenOnLoopback(server, 0, { log })
    expect([await ask('127.0.0.1', port), await ask('::1', port)]).toStrictEqual(['127.0.0.1', '::1'])
    await Promise.all([close(), close()])
    expect([await isFree('127.0.0.1', port), await isFree('::1', port)]).toStrictEqual([true, true])
    expect(log.lines).toStrictEqual([])
  })

  it('end connections that were let in at either', async () => {
    const server = createHttpServer(() => undefined)
    const { port, close } = await listenOnLoopback(server, 0, { log: recordedLog() })
    const waiting = Promise.all([ask('127.0.0.1', port), ask('::1', port)])
    await new Promise<void>((resolve) => {
      let asked = 0
      server.on('request', () => {
        asked += 1
        if (asked === 2) resolve()
      })
    })
    await close()
    expect(await waiting).toStrictEqual(['ECONNRESET', 'ECONNRESET'])
  })

  it('take the next port where another program holds it at [::1], and say so', async () => {
    const taken = await hold('::1')
    const log = recordedLog()
    const { port, close } = await listenOnLoopback(answering(), taken, { log })
    cleanups.push(close)
    expect(port).toBeGreaterThan(taken)
    expect([await ask('127.0.0.1', port), await ask('::1', port)]).toStrictEqual(['127.0.0.1', '::1'])
    expect(await isFree('127.0.0.1', taken)).toBe(true)
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      message: 'another program holds the port on [::1]; the next one is tried',
    })
  })

  it('take the next port where another program holds it at 127.0.0.1, and hold nothing of the first', async () => {
    const taken = await hold('127.0.0.1')
    const { port, close } = await listenOnLoopback(answering(), taken, { log: recordedLog() })
    cleanups.push(close)
    expect(port).toBeGreaterThan(taken)
    expect(await isFree('::1', taken)).toBe(true)
    expect(await ask('::1', port)).toBe('::1')
  })
})

describe('a machine without an IPv6 loopback', () => {
  it('goes on with IPv4, and only the log for developers has a line on it', async () => {
    const log = recordedLog()
    // An address for documentation (RFC 3849): no machine has it.
    const { port, close } = await listenOnLoopback(answering(), 0, { log, ipv6: '2001:db8::1' })
    cleanups.push(close)
    expect(await ask('127.0.0.1', port)).toBe('127.0.0.1')
    expect(log.lines.map(({ level, message }) => [level, message])).toStrictEqual([
      ['debug', 'there is no IPv6 loopback; the server listens on 127.0.0.1 alone'],
    ])
  })
})

describe('one address', () => {
  it('takes the next port where its own is held, and rejects what is not this machine’s', async () => {
    const taken = await hold('127.0.0.1')
    const { port, close } = await listen(answering(), '127.0.0.1', taken)
    cleanups.push(close)
    expect(port).toBeGreaterThan(taken)
    await expect(listen(answering(), '2001:db8::1', 0)).rejects.toMatchObject({ syscall: 'listen' })
  })
})
