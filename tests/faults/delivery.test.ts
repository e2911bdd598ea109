import { afterEach, describe, expect, it } from 'vitest'
import type { RawSession, RawStream } from '../integration/wire/raw-session.ts'
import type { WorkersWord } from './processes/workers.ts'
import {
  dataOf,
  endProcesses,
  eventually,
  isMessage,
  registered,
  startPeers,
  startServer,
  type FaultServer,
} from './server.ts'

afterEach(endProcesses)

const numbersOf = (stream: RawStream): number[] =>
  stream.frames.all.filter(isMessage).map((frame) => dataOf(frame).payload.n as number)

async function plug(server: FaultServer, uuid: string): Promise<RawSession> {
  const session = await server.raw(uuid)
  await session.call('blender_register_client', {
    client_uuid: uuid,
    client_type: 'blender',
    is_persistent: true,
  })
  return session
}

describe('a message', () => {
  it('that is sent before the first GET comes with it, and a second GET takes over', async () => {
    const server = await startServer()
    const peer = await plug(server, 'peer')
    const sender = await server.raw('sender')
    const send = (n: number) => sender.call('blender_send_message', { payload: { n }, target_uuid: 'peer' })
    await send(1)
    const first = await peer.openStream()
    await first.frames.next(isMessage)
    await send(2)
    await first.frames.next(isMessage)
    const second = await peer.openStream()
    await first.ended
    await send(3)
    await second.frames.next(isMessage)
    expect([numbersOf(first), numbersOf(second)]).toStrictEqual([[1, 2], [3]])
  })

  it('comes exactly once and in order, however often the connection breaks under it', async () => {
    const server = await startServer()
    const peer = await plug(server, 'peer')
    const sender = await server.raw('sender')
    const total = 600
    const sending = (async () => {
      for (let n = 1; n <= total; n += 1) {
        await sender.call('blender_send_message', {
          payload: { n, text: 'x'.repeat(2000) },
          target_uuid: 'peer',
        })
      }
    })()
    const came: number[] = []
    let lastEventId: string | undefined
    let breaks = 0
    while (came.at(-1) !== total) {
      const stream = await peer.openStream(lastEventId)
      const enough = came.length + 25
      await eventually(
        'some messages',
        () => came.length + numbersOf(stream).length >= Math.min(enough, total),
      )
      // Broken in the middle of whatever is on its way.
      stream.close()
      await stream.ended
      came.push(...numbersOf(stream))
      lastEventId = stream.lastEventId()
      breaks += 1
    }
    await sending
    expect(came).toStrictEqual(Array.from({ length: total }, (_, index) => index + 1))
    expect(breaks).toBeGreaterThan(2)
    expect(await server.logged('a client came back too late for some events: they were kept no longer')).toBe(
      0,
    )
  })

  it('waits for a client that was killed, and reaches its next process', async () => {
    const server = await startServer({ limits: { mcp: { idleSessionMs: 60_000 } } })
    const sender = await server.raw('sender')
    const first = startPeers<WorkersWord>('workers', [server.url, 'peer', '1', 'listen'])
    await eventually('it is registered', () => first.said.some(({ kind }) => kind === 'registered'))
    const send = async (n: number) =>
      (await sender.call('blender_send_message', { payload: { n }, target_uuid: 'peer-0' })).deliveries
    await send(1)
    await eventually('it hears', () => first.said.some((word) => word.kind === 'got' && word.payload.n === 1))
    // One right at the kill: it may or may not have been read by the one that dies.
    const crossing = send(2)
    await first.kill()
    await crossing
    await eventually('its absence shows', async () => !(await registered(sender, false)).includes('peer-0'))
    expect(await send(3)).toStrictEqual({ 'peer-0': 'queued' })
    const second = startPeers<WorkersWord>('workers', [server.url, 'peer', '1', 'listen'])
    const got = (n: number): string[] =>
      [...first.said, ...second.said].flatMap((word) =>
        word.kind === 'got' && word.payload.n === n ? [word.messageId] : [],
      )
    await eventually('the third comes', () => got(3).length > 0)
    expect(got(3).length).toBe(1)
    expect(new Set(got(2)).size).toBe(1)
  })
})

it('keeps one record and one owner through a storm of registrations', async () => {
  const server = await startServer()
  const watcher = await server.raw('watcher')
  const sessions = await Promise.all(Array.from({ length: 20 }, (_, n) => server.raw(`stormer-${String(n)}`)))
  const register = (session: RawSession): Promise<unknown> =>
    session.call('blender_register_client', {
      client_uuid: 'one',
      client_type: 'blender',
      is_persistent: true,
    })
  await Promise.all(sessions.map(register))
  const before = await server.memory()
  for (let round = 0; round < 50; round += 1) await Promise.all(sessions.map(register))
  const last = sessions[7]
  if (last === undefined) throw new Error('there are twenty')
  await register(last)
  const stream = await last.openStream()
  await watcher.call('blender_send_message', { payload: { n: 1 }, target_uuid: 'one' })
  await stream.frames.next(isMessage)
  expect(numbersOf(stream)).toStrictEqual([1])
  expect(await registered(watcher)).toStrictEqual(['one'])
  expect((await server.memory()) - before).toBeLessThan(5_000_000)
})
