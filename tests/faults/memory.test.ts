import { afterEach, expect, it } from 'vitest'
import { dataOf, endProcesses, eventually, isMessage, registered, startPeers, startServer } from './server.ts'

afterEach(endProcesses)

it('gives the memory of 2,000 clients back that vanish without a word', async () => {
  const server = await startServer({
    limits: {
      mcp: {
        maxSessions: 5200,
        maxSessionsPerToken: 2600,
        maxStreams: 5200,
        idleSessionMs: 3000,
        keepaliveIntervalMs: 500,
      },
      bus: { ephemeralGraceMs: 500 },
    },
  })
  const watcher = await server.raw('watcher')
  const stay = await watcher.openStream()
  const come = async (prefix: string, count: number): Promise<void> => {
    const crowd = startPeers<string>('crowd', [String(server.port), prefix, String(count)])
    await eventually('the crowd is plugged in', () => crowd.said.includes('ready'))
    expect((await registered(watcher)).length).toBe(count)
    if (prefix === 'counted') full = await server.memory()
    await crowd.kill()
    await eventually('the crowd has left', async () => (await registered(watcher)).length === 0)
  }
  let full = 0
  // The first crowd grows tables and compiles code that stay.
  await come('first', 500)
  await come('second', 2000)
  const before = await server.memory()
  await come('counted', 2000)
  const after = await server.memory()
  expect(full).toBeGreaterThan(before * 1.5)
  expect(after / before).toBeLessThan(1.1)
  stay.close()
})

it('holds the bound of a stalled reader under 200 MB, cuts it, and loses nothing without counting it', async () => {
  const server = await startServer({
    limits: { mcp: { stalledStreamMs: 2000, keepaliveIntervalMs: 500, pingIntervalMs: 500 } },
  })
  const reader = await server.raw('reader')
  await reader.call('blender_register_client', {
    client_uuid: 'reader',
    client_type: 'blender',
    is_persistent: true,
    // Others would get links.
    capabilities: ['large_messages'],
  })
  const stream = await reader.openStream()
  const sender = await server.raw('sender')
  const send = async (n: number): Promise<string> => {
    const text = 'x'.repeat(1_000_000)
    const sent = await sender.call('blender_send_message', { payload: { n, text }, target_uuid: 'reader' })
    return (sent.deliveries as Record<string, string>).reader ?? ''
  }
  await send(0)
  await stream.frames.next(isMessage)
  const before = await server.memory()
  stream.pause()
  for (let n = 1; n <= 200; n += 1) expect(await send(n)).toMatch(/^(sent|queued)$/)
  // 1 MiB on the socket and one message that went over it, 8 MiB of mailbox; each message once as text and once as object.
  expect((await server.memory()) - before).toBeLessThan(40_000_000)
  await eventually(
    'the stalled stream is cut',
    async () => (await server.logged('a stream that nobody reads was closed')) === 1,
  )
  // What the system had taken is still on its way to the reader.
  stream.resume()
  await stream.ended
  const cameBefore = stream.frames.all.filter(isMessage).map((frame) => dataOf(frame).payload.n as number)
  const again = await reader.openStream(stream.lastEventId())
  await again.frames.next((frame) => isMessage(frame) && dataOf(frame).payload.n === 200)
  const came = [
    ...cameBefore,
    ...again.frames.all.filter(isMessage).map((frame) => dataOf(frame).payload.n as number),
  ]
  expect(new Set(came).size).toBe(came.length)
  expect(came).toStrictEqual(came.toSorted((a, b) => a - b))
  const dropped = await server.logged('a message was dropped')
  expect(dropped).toBeGreaterThan(100)
  expect(came.length + dropped).toBe(201)
  await eventually('its memory is returned', async () => (await server.memory()) - before < 15_000_000)
})
