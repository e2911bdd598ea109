import { connect, type Socket } from 'node:net'
import { Agent, request as httpRequest } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import {
  callTool,
  goodHeaders,
  type Host,
  openEvents,
  openMessages,
  openSession,
  openStream,
  post,
  send,
  sessionOf,
  tokens,
  until,
  useHosts,
} from './mcp-http-host.ts'
import { type Proofs, streamRequirements } from './mcp-http-requirements.ts'

const host = useHosts()
const sockets: Socket[] = []
// Before their hosts are closed: what is attached last runs first.
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

function rawSocket(one: Host): { socket: Socket; received: () => string } {
  const socket = connect(one.port, '127.0.0.1')
  sockets.push(socket)
  let received = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => (received += chunk))
  socket.on('error', () => undefined)
  return { socket, received: () => received }
}

const event = (n: number | string): string =>
  `{"jsonrpc":"2.0","method":"test/event","params":{"n":${JSON.stringify(n)}}}`
const frame = (n: number | string): string => `event: message\ndata: ${event(n)}`
const updated = { method: 'notifications/resources/updated' as const, params: { uri: 'test://x' } }

const proofs: Proofs<typeof streamRequirements> = {
  async 'get-stream'() {
    const one = await host()
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    expect(stream.status).toBe(200)
    const { 'content-type': type, 'cache-control': cache, 'mcp-session-id': sessionId } = stream.headers
    expect({ type, cache, sessionId }).toEqual({
      type: 'text/event-stream',
      cache: 'no-cache, no-transform',
      sessionId: id,
    })
    const session = sessionOf(one, id)
    expect([session.streamOpen, session.streamWritable]).toEqual([true, true])
    for (let n = 0; n < 3; n += 1) expect(session.writeEvent(event(n))).toBe(true)
    expect([await stream.next(), await stream.next(), await stream.next()]).toEqual([
      frame(0),
      frame(1),
      frame(2),
    ])
    expect(session.eventsSent).toBe(3)
    stream.close()
    await until(() => one.happened.includes('streamClosed'), 'the stream closes')
    expect([session.streamOpen, session.writeEvent(event(3))]).toEqual([false, false])
    expect((await post(one, id, callTool('echo', 1))).status).toBe(200)
  },
  async 'second-get'() {
    const one = await host()
    const id = await openSession(one)
    const first = await openMessages(one, id)
    const second = await openMessages(one, id)
    expect(await first.next()).toBeNull()
    sessionOf(one, id).writeEvent(event('two'))
    expect(await second.next()).toBe(frame('two'))
    expect(one.happened.slice(-3)).toEqual(['streamOpened', 'streamClosed', 'streamOpened'])
    second.close()
    await until(() => one.happened.at(-1) === 'streamClosed', 'the second closes')
    const third = await openMessages(one, id)
    sessionOf(one, id).writeEvent(event('three'))
    expect(await third.next()).toBe(frame('three'))
  },
  async 'lazy-stream'() {
    const one = await host()
    const id = await openSession(one, '2025-06-18')
    const response = await openEvents(one, 'POST', goodHeaders(id), callTool('progress', 'p'))
    expect([response.status, response.headers['content-type'], response.headers['mcp-session-id']]).toEqual([
      200,
      'text/event-stream',
      id,
    ])
    const progress =
      '{"method":"notifications/progress","params":{"progressToken":1,"progress":0.5},"jsonrpc":"2.0"}'
    expect(await response.next()).toBe(`id: 1-1\nevent: message\ndata: ${progress}`)
    one.release()
    const answer = '{"result":{"content":[{"type":"text","text":"{}"}]},"jsonrpc":"2.0","id":"p"}'
    expect(await response.next()).toBe(`id: 1-2\nevent: message\ndata: ${answer}`)
    expect(await response.next()).toBeNull()
  },
  async priming() {
    const one = await host({ limits: { resumeRetryMs: 250 } })
    const response = await openEvents(
      one,
      'POST',
      goodHeaders(await openSession(one)),
      callTool('progress', 1),
    )
    expect(await response.next()).toBe('id: 1-0\nretry: 250\ndata: ')
    expect(await response.next()).toMatch(/^id: 1-1\nevent: message\ndata: /)
    one.release()
  },
  async 'no-priming'() {
    const one = await host()
    for (const version of ['2025-03-26', '2025-06-18']) {
      const response = await openEvents(
        one,
        'POST',
        goodHeaders(await openSession(one, version)),
        callTool('progress', 1),
      )
      expect(await response.next()).toMatch(/^id: \d-1\nevent: message\ndata: \{/)
    }
    one.release()
  },
  async resume() {
    const one = await host()
    const id = await openSession(one)
    const cut = await openEvents(one, 'POST', goodHeaders(id), callTool('progress', 'r'))
    expect(await cut.next()).toBe('id: 1-0\nretry: 1000\ndata: ')
    cut.close()
    // Still running: the missed progress comes at once, the answer when it is there.
    const early = await openStream(one, id, { 'last-event-id': '1-0' })
    expect(await early.next()).toBe('id: 1-0\nretry: 1000\ndata: ')
    expect(await early.next()).toMatch(/^id: 1-1\nevent: message\ndata: .*"progress":0.5/)
    one.release()
    expect(await early.next()).toMatch(/^id: 1-2\nevent: message\ndata: .*"id":"r"\}$/)
    expect(await early.next()).toBeNull()
    // Finished: the rest is still there, for a while.
    const late = await openStream(one, id, { 'last-event-id': '1-1' })
    expect(await late.next()).toBe('id: 1-1\nretry: 1000\ndata: ')
    expect(await late.next()).toMatch(/^id: 1-2\nevent: message\ndata: .*"id":"r"\}$/)
    expect(await late.next()).toBeNull()
    expect(sessionOf(one, id).streamOpen).toBe(false)
  },
  async 'get-priming'() {
    const one = await host({ limits: { resumeRetryMs: 250 } })
    const id = await openSession(one)
    const first = await openStream(one, id)
    expect(await first.next()).toBe('id: g-0\nretry: 250\ndata: ')
    sessionOf(one, id).writeEvent(event('one'))
    expect(await first.next()).toBe(`id: g-1\n${frame('one')}`)
    // Ids go on counting over the streams of a session.
    const second = await openStream(one, id)
    expect(await second.next()).toBe('id: g-1\nretry: 250\ndata: ')
    sessionOf(one, id).writeEvent(event('two'))
    expect(await second.next()).toBe(`id: g-2\n${frame('two')}`)
    const older = await openSession(one, '2025-06-18')
    const plain = await openStream(one, older)
    sessionOf(one, older).writeEvent(event('old'))
    expect(await plain.next()).toBe(`id: g-1\n${frame('old')}`)
  },
  async 'get-resume'() {
    const one = await host()
    const id = await openSession(one)
    const session = sessionOf(one, id)
    const cut = await openStream(one, id)
    for (const n of [1, 2, 3]) session.writeEvent(event(n))
    expect([await cut.next(), await cut.next()]).toEqual([
      'id: g-0\nretry: 1000\ndata: ',
      `id: g-1\n${frame(1)}`,
    ])
    cut.close()
    await until(() => one.happened.includes('streamClosed'), 'the stream closes')
    const back = await openStream(one, id, { 'last-event-id': 'g-1' })
    session.writeEvent(event(4))
    expect([await back.next(), await back.next(), await back.next(), await back.next()]).toEqual([
      'id: g-1\nretry: 1000\ndata: ',
      `id: g-2\n${frame(2)}`,
      `id: g-3\n${frame(3)}`,
      `id: g-4\n${frame(4)}`,
    ])
    expect(session.streamOpen).toBe(true)
    for (const unknown of ['g-5', 'g-', 'g-1x']) {
      const refused = await send(one, 'GET', { ...goodHeaders(id), 'last-event-id': unknown })
      expect([refused.status, unknown]).toEqual([400, unknown])
    }
    expect(session.streamOpen).toBe(true)
  },
  async 'get-confirmed'() {
    const one = await host({ limits: { pingIntervalMs: 500 } })
    const id = await openSession(one)
    const session = sessionOf(one, id)
    const stream = await openMessages(one, id)
    const events = [{ n: 1 }, { n: 2 }]
    session.writeEvent(event(1), events[0])
    expect(await stream.next()).toBe(frame(1))
    const ping = /busbar-ping-\d+/.exec((await stream.next()) ?? '')?.[0]
    session.writeEvent(event(2), events[1])
    await post(one, id, { jsonrpc: '2.0', id: ping, result: {} })
    expect(session.takeBack('unconfirmed')).toEqual([{ origin: events[1], taken: true }])
    expect(session.takeBack('unconfirmed')).toEqual([])
  },
  async 'get-bound'() {
    const one = await host({ limits: { maxUnconfirmedEvents: 2 } })
    const id = await openSession(one)
    const session = sessionOf(one, id)
    const cut = await openStream(one, id)
    for (const n of [1, 2, 3, 4]) session.writeEvent(event(n))
    cut.close()
    await until(() => one.happened.includes('streamClosed'), 'the stream closes')
    const back = await openStream(one, id, { 'last-event-id': 'g-0' })
    expect([await back.next(), await back.next(), await back.next()]).toEqual([
      'id: g-0\nretry: 1000\ndata: ',
      `id: g-3\n${frame(3)}`,
      `id: g-4\n${frame(4)}`,
    ])
    expect(one.logged.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        details: { session: id.slice(0, 8), events: 2 },
        message: 'a client came back too late for some events: they were kept no longer',
      },
    ])
  },
  async 'get-untaken'() {
    const one = await host({ limits: { maxStreamBufferedBytes: 100_000 } })
    const id = await openSession(one)
    const session = sessionOf(one, id)
    const stream = await openStream(one, id)
    stream.pause()
    const origins: object[] = []
    for (;;) {
      const origin = { n: origins.length }
      if (!session.writeEvent(event('x'.repeat(50_000)), origin)) break
      origins.push(origin)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const untaken = session.takeBack('untaken')
    expect(untaken.length).toBeGreaterThan(0)
    expect(untaken).toEqual(origins.slice(-untaken.length).map((origin) => ({ origin, taken: false })))
    expect(session.takeBack('unconfirmed').every(({ taken }) => taken)).toBe(true)
  },
  async silent() {
    const one = await host({ limits: { keepaliveIntervalMs: 20, silentStreamMs: 60_000 } })
    const answers = await openSession(one)
    const never = await openSession(one)
    await openStream(one, answers)
    await openStream(one, never)
    await post(one, answers, { jsonrpc: '2.0', id: 'busbar-ping-1', result: {} })
    one.time.nowMs += 60_000
    await until(() => !sessionOf(one, answers).streamOpen, 'the silent stream is cut')
    // Who never answered a ping may not know how.
    expect(sessionOf(one, never).streamOpen).toBe(true)
    expect((await post(one, answers, callTool('echo', 1))).status).toBe(200)
  },
  async 'resume-other'() {
    const one = await host()
    const mine = await openSession(one)
    const other = await openSession(one)
    const response = await openEvents(one, 'POST', goodHeaders(mine), callTool('progress', 'r'))
    await response.next()
    const answer = await send(one, 'GET', { ...goodHeaders(other), 'last-event-id': '1-0' })
    expect(answer.status).toBe(400)
    one.release()
  },
  async polling() {
    const one = await host()
    const id = await openSession(one)
    const sent = await openEvents(one, 'POST', goodHeaders(id), callTool('away', 'x'))
    expect(await sent.next()).toBe('id: 1-0\nretry: 1000\ndata: ')
    expect(await sent.next()).toBeNull()
    one.release()
    await until(() => sessionOf(one, id).requestsInFlight === 0, 'the call is over')
    const back = await openStream(one, id, { 'last-event-id': '1-0' })
    expect(await back.next()).toBe('id: 1-0\nretry: 1000\ndata: ')
    expect(await back.next()).toMatch(/^id: 1-1\nevent: message\ndata: .*"id":"x"\}$/)
    expect(await back.next()).toBeNull()
  },
  async 'slow-answer'() {
    const one = await host({ limits: { keepaliveIntervalMs: 20 } })
    const id = await openSession(one, '2025-06-18')
    const response = await openEvents(one, 'POST', goodHeaders(id), callTool('hold', 'slow'))
    expect(response.headers['content-type']).toBe('text/event-stream')
    expect(await response.next()).toBe(': keepalive')
    one.release()
    let last = await response.next()
    while (last === ': keepalive') last = await response.next()
    expect(last).toMatch(/^id: 1-1\nevent: message\ndata: .*"id":"slow"\}$/)
    expect(await response.next()).toBeNull()
  },
  async 'json-only'() {
    const one = await host({ limits: { keepaliveIntervalMs: 20 } })
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    for (const accept of ['application/json', '*/*', '']) {
      const call = post(one, id, callTool('progress', 'c'), { accept })
      await until(() => one.held() === 1, 'the call runs')
      // What would have made it a stream has happened by now: progress, and two looks at quiet answers.
      for (let looks = 0; looks < 3; looks += 1) expect(await stream.next()).toBe(': keepalive')
      one.release()
      const { status, headers, text } = await call
      expect([status, headers['content-type'], JSON.parse(text)]).toEqual([
        200,
        'application/json',
        { jsonrpc: '2.0', id: 'c', result: { content: [{ type: 'text', text: '{}' }] } },
      ])
    }
    // It was left out on purpose, for want of a reader and not of room.
    expect(sessionOf(one, id).notificationsDropped).toBe(0)
    const asked = await post(one, id, callTool('ask', 'a'), { accept: 'application/json' })
    expect(JSON.parse(asked.text)).toMatchObject({
      id: 'a',
      error: { message: expect.stringContaining('cannot be asked') as string },
    })
    const cancelled = post(one, id, callTool('hold', 'h'), { accept: 'application/json' })
    await until(() => one.held() === 1, 'the call runs')
    await post(one, id, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'h' } })
    const { status, text } = await cancelled
    expect([status, text]).toEqual([202, ''])
    one.release()
    stream.close()
    expect(one.faults).toEqual([])
  },
  async keepalive() {
    const one = await host({ limits: { keepaliveIntervalMs: 20 } })
    const stream = await openMessages(one, await openSession(one))
    expect([await stream.next(), await stream.next()]).toEqual([': keepalive', ': keepalive'])
  },
  async ping() {
    const one = await host({ limits: { pingIntervalMs: 20 } })
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    const ping = await stream.next()
    expect(ping).toMatch(/^event: message\ndata: \{"jsonrpc":"2.0","id":"busbar-ping-\d+","method":"ping"\}$/)
    const pingId = /busbar-ping-\d+/.exec(ping ?? '')?.[0]
    one.time.nowMs += 5000
    expect((await post(one, id, { jsonrpc: '2.0', id: pingId, result: {} })).status).toBe(202)
    expect(one.happened.at(-1)).toBe('pong')
    expect(sessionOf(one, id).lastRequestAtMs).toBe(one.time.nowMs)
    expect(sessionOf(one, id).eventsSent).toBe(0)
    expect(one.faults).toEqual([])
  },
  async backlog() {
    const one = await host()
    const id = await openSession(one)
    const server = one.server(sessionOf(one, id))
    await server.notification(updated)
    await server.notification({ ...updated, params: { uri: 'test://y' } })
    const stream = await openMessages(one, id)
    expect(await stream.next()).toBe(
      'event: message\ndata: {"method":"notifications/resources/updated","params":{"uri":"test://x"},"jsonrpc":"2.0"}',
    )
    expect(await stream.next()).toContain('test://y')
    await server.notification({ ...updated, params: { uri: 'test://z' } })
    expect(await stream.next()).toContain('test://z')
    expect(sessionOf(one, id).notificationsDropped).toBe(0)
  },
  async 'backlog-bound'() {
    const one = await host({ limits: { maxPendingNotifications: 3 } })
    const id = await openSession(one)
    const server = one.server(sessionOf(one, id))
    for (let n = 0; n < 10; n += 1)
      await server.notification({ ...updated, params: { uri: `test://${String(n)}` } })
    expect(sessionOf(one, id).notificationsDropped).toBe(7)
    const stream = await openMessages(one, id)
    expect(
      [await stream.next(), await stream.next(), await stream.next()].map(
        (text) => /test:..(\d)/.exec(text ?? '')?.[1],
      ),
    ).toEqual(['7', '8', '9'])
  },
  async 'no-stream-to-ask-on'() {
    const one = await host()
    const id = await openSession(one)
    await expect(one.server(sessionOf(one, id)).listRoots()).rejects.toThrow(
      'The client has no open stream to be asked on; it opens one with GET',
    )
    const stream = await openMessages(one, id)
    const asked = one.server(sessionOf(one, id)).listRoots()
    expect(await stream.next()).toMatch(/"method":"roots\/list"/)
    await post(one, id, { jsonrpc: '2.0', id: 1, result: { roots: [{ uri: 'file:///r' }] } })
    expect(await asked).toEqual({ roots: [{ uri: 'file:///r' }] })
  },
  async backpressure() {
    const one = await host({ limits: { maxStreamBufferedBytes: 100_000 } })
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    const other = await openSession(one)
    const otherStream = await openMessages(one, other)
    stream.pause()
    const session = sessionOf(one, id)
    const big = event('x'.repeat(50_000))
    let written = 0
    while (session.writeEvent(big)) {
      written += 1
      if (written > 10_000) throw new Error('the stream never filled up')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect([session.streamOpen, session.streamWritable]).toEqual([true, false])
    expect(session.bufferedBytes).toBeGreaterThan(100_000)
    expect(session.bufferedBytes).toBeLessThan(200_000)
    // Nobody else notices.
    sessionOf(one, other).writeEvent(event('other'))
    expect(await otherStream.next()).toBe(frame('other'))
    // What the SDK's server has to say meanwhile waits, bounded; a question cannot.
    const server = one.server(session)
    await server.notification(updated)
    await expect(server.listRoots()).rejects.toThrow(
      'The client reads its stream too slowly to be asked anything',
    )
    expect(one.happened).not.toContain('writable')
    stream.resume()
    for (let n = 0; n < written; n += 1)
      expect((await stream.next())?.length).toBe(frame('x'.repeat(50_000)).length)
    expect(await stream.next()).toContain('notifications/resources/updated')
    expect(one.happened).toContain('writable')
    expect(session.writeEvent(event('again'))).toBe(true)
    expect(await stream.next()).toBe(frame('again'))
  },
  async stalled() {
    const one = await host({
      limits: { keepaliveIntervalMs: 20, stalledStreamMs: 60_000, maxStreamBufferedBytes: 1000 },
    })
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    stream.pause()
    const session = sessionOf(one, id)
    while (session.writeEvent(event('x'.repeat(50_000))))
      await new Promise((resolve) => setImmediate(resolve))
    one.time.nowMs += 60_001
    await until(() => one.happened.includes('streamClosed'), 'the stream is cut')
    expect([session.streamOpen, session.bufferedBytes]).toEqual([false, 0])
    const again = await openMessages(one, id)
    session.writeEvent(event('back'))
    let seen = await again.next()
    while (seen === ': keepalive') seen = await again.next()
    expect(seen).toBe(frame('back'))
  },
  async unicode() {
    const one = await host()
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    const session = sessionOf(one, id)
    const texts = ['größe', '漢字', '🐒🧊', '\u2028\u2029', 'a\nb\r\nc', '\u0000\u001f']
    for (const text of texts) session.writeEvent(event(text))
    for (const text of texts) expect(await stream.next()).toBe(frame(text))
  },
  async pipelined() {
    const one = await host()
    const id = await openSession(one)
    const { socket, received } = rawSocket(one)
    const body = JSON.stringify(callTool('hold', 1))
    const head = `Host: localhost\r\nAuthorization: Bearer ${tokens.alice}\r\nMcp-Session-Id: ${id}\r\nAccept: application/json, text/event-stream\r\n`
    socket.write(
      `POST /mcp HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}` +
        `GET /mcp HTTP/1.1\r\n${head}\r\n`,
    )
    await until(() => one.held() === 1 && one.happened.includes('streamOpened'), 'both requests are taken')
    sessionOf(one, id).writeEvent(event('early'))
    one.release()
    await until(() => received().includes('early'), 'the event arrives')
    sessionOf(one, id).writeEvent(event('late'))
    await until(() => received().includes('late'), 'the second event arrives')
    const chunks = received().slice(received().lastIndexOf('\r\n\r\n', received().indexOf('g-0')) + 4)
    const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
    expect(chunks).toBe(
      chunk('id: g-0\nretry: 1000\ndata: \n\n') +
        chunk(`id: g-1\n${frame('early')}\n\n`) +
        chunk(`id: g-2\n${frame('late')}\n\n`),
    )
  },
  async 'http-1-0'() {
    const one = await host()
    const id = await openSession(one)
    const { socket, received } = rawSocket(one)
    socket.write(
      `GET /mcp HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer ${tokens.alice}\r\nMcp-Session-Id: ${id}\r\nAccept: text/event-stream\r\n\r\n`,
    )
    await until(() => one.happened.includes('streamOpened'), 'the stream opens')
    sessionOf(one, id).writeEvent(event('plain'))
    one.endpoint.end(sessionOf(one, id), 'ended')
    await new Promise((resolve) => socket.once('end', resolve))
    const [head, body] = received().split(/\r\n\r\n([^]*)/)
    expect(head).not.toMatch(/transfer-encoding/i)
    expect(body).toBe(`id: g-0\nretry: 1000\ndata: \n\nid: g-1\n${frame('plain')}\n\n`)
  },
  async 'connection-reuse'() {
    const one = await host()
    const id = await openSession(one)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    const call = (name: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const request = httpRequest(
          {
            host: '127.0.0.1',
            port: one.port,
            path: '/mcp',
            method: 'POST',
            headers: goodHeaders(id),
            agent,
          },
          (response) => {
            ports.add(response.socket.localPort)
            let text = ''
            response.setEncoding('utf8')
            response.on('data', (part: string) => (text += part))
            response.on('data', () => one.release())
            response.on('end', () => resolve(text))
          },
        )
        request.on('error', reject)
        request.end(JSON.stringify(callTool(name, name)))
      })
    expect(await call('progress')).toMatch(/"id":"progress"\}\n\n$/)
    expect(await call('echo')).toMatch(/"id":"echo"\}$/)
    expect(await call('progress')).toMatch(/"id":"progress"\}\n\n$/)
    expect(ports.size).toBe(1)
    agent.destroy()
  },
  async 'flushed-on-close'() {
    // The grace is for the bytes and not for this machine, which may be busy.
    const one = await host({ limits: { closeGraceMs: 60_000 } })
    const id = await openSession(one)
    const stream = await openMessages(one, id)
    // More than the system's buffers take at once.
    const text = 'x'.repeat(8_000_000)
    sessionOf(one, id).writeEvent(event('first'))
    sessionOf(one, id).writeEvent(event(text))
    const closed = one.close()
    expect(await stream.next()).toBe(frame('first'))
    expect((await stream.next())?.length).toBe(frame(text).length)
    expect(await stream.next()).toBeNull()
    await closed
    expect(one.happened.at(-1)).toBe('closed:shutdown')
  },
}

describe('streams of the MCP endpoint', () => {
  for (const [id, { rule, source }] of Object.entries(streamRequirements)) {
    test(`${id}: ${rule} (${source})`, proofs[id as keyof typeof proofs])
  }
})
