import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { MemoryLedger } from '../../src/main/base/ledger.ts'
import { createPassingMemory } from '../../src/main/base/passing-memory.ts'
import { createUnreadAnswers } from '../../src/main/mcp/http/unread-answers.ts'
import { recordedLog } from '../unit/main/access/recorded-log.ts'
import { openSession, sessionOf, tokens, until, useHosts } from './mcp-http-host.ts'

const host = useHosts()
const mebibyte = 1024 * 1024
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Reads no more than it takes to make something true. */
async function readUntil(socket: Socket, condition: () => boolean): Promise<void> {
  while (!condition()) {
    socket.resume()
    await once(socket, 'data')
    socket.pause()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Answers under way to a real socket, with a clock that is read whenever a client takes something, and moved by hand. */
async function answering() {
  const ledger = new MemoryLedger(256 * mebibyte)
  const log = recordedLog()
  const time = { nowMs: 0, looks: 0 }
  const answers = createUnreadAnswers({
    clock() {
      time.looks += 1
      return time.nowMs
    },
    stalledMs: 60_000,
    log,
  })
  const responses: ServerResponse[] = []
  const server = createServer((_, response) => void responses.push(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined)
  closers.push(() => client.destroy())
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  client.pause()
  await until(() => responses.length === 1, 'the request has come')
  const [response] = responses
  if (response === undefined) throw new Error('there is no response')
  return { answers, response, client, time, log, ledger, memory: createPassingMemory(ledger)('alice') }
}

test('an answer that is read slowly but steadily is not cut, and one that is no longer read is', async () => {
  const { answers, response, client, time, log, ledger, memory } = await answering()
  const body = 'x'.repeat(24 * mebibyte)
  expect(answers.send(response, {}, body, memory)).toBe(true)
  for (let round = 0; round < 5; round += 1) {
    time.nowMs += 40_000
    const { looks } = time
    await readUntil(client, () => time.looks > looks)
    answers.sweep()
  }
  expect([response.destroyed, response.writableFinished, ledger.usedBytes, log.lines]).toStrictEqual([
    false,
    false,
    body.length,
    [],
  ])
  time.nowMs += 60_001
  answers.sweep()
  await until(() => ledger.usedBytes === 0, 'its memory is given back')
  expect([response.destroyed, log.lines]).toStrictEqual([
    true,
    [{ level: 'warn', details: { answers: 1 }, message: 'answers that nobody reads were cut' }],
  ])
  answers.sweep()
  expect(log.lines).toHaveLength(1)
})

test('an answer that is read comes whole, byte for byte, and is charged no longer', async () => {
  const { answers, response, client, ledger, memory } = await answering()
  const body = JSON.stringify(Array.from({ length: 200_000 }, (_, n) => `größe ${String(n)}`))
  answers.send(response, { Connection: 'close' }, body, memory)
  const chunks: Buffer[] = []
  client.on('data', (chunk) => void chunks.push(chunk))
  client.resume()
  await once(client, 'close')
  const received = Buffer.concat(chunks).toString()
  expect(received.slice(received.indexOf('\r\n\r\n') + 4) === body).toBe(true)
  await until(() => ledger.usedBytes === 0, 'its memory is given back')
})

test('a stream that is read slowly but steadily stays open, and one that is no longer read is closed', async () => {
  const one = await host({
    memory: new MemoryLedger(64 * mebibyte),
    limits: { keepaliveIntervalMs: 20, stalledStreamMs: 60_000 },
  })
  const session = sessionOf(one, await openSession(one))
  const client = connect(one.port, '127.0.0.1')
  client.on('error', () => undefined)
  closers.push(() => client.destroy())
  client.pause()
  client.write(
    `GET /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.alice}\r\n` +
      `Mcp-Session-Id: ${session.id}\r\nAccept: text/event-stream\r\n\r\n`,
  )
  await until(() => session.streamOpen, 'the stream is open')
  session.writeEvent(JSON.stringify('x'.repeat(24 * mebibyte)))
  for (let round = 0; round < 5; round += 1) {
    const before = session.bufferedBytes
    one.time.nowMs += 40_000
    await readUntil(client, () => session.bufferedBytes < before)
  }
  expect([session.streamOpen, session.bufferedBytes > 0, one.logged]).toStrictEqual([true, true, []])
  one.time.nowMs += 60_001
  await until(() => !session.streamOpen, 'it is closed')
  expect(one.logged).toStrictEqual([
    { level: 'warn', details: { session: 'session-' }, message: 'a stream that nobody reads was closed' },
  ])
})
