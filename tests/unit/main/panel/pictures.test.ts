import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDelivery } from '../../../../src/main/mcp/sessions/delivery.ts'
import { createLargeMessages } from '../../../../src/main/mcp/sessions/large-messages.ts'
import { createPresence } from '../../../../src/main/mcp/sessions/presence.ts'
import { createPictures } from '../../../../src/main/panel/pictures.ts'
import type { PictureLimits } from '../../../../src/main/panel/pictures.ts'
import type { Priority } from '../../../../src/shared/protocol.ts'
import { pictureAnswer, pngPicture } from '../../../fixtures/picture.ts'
import { registration } from '../bus/bus-fixture.ts'
import { fakeSession, type FakeSession } from '../mcp/fake-session.ts'
import { panelFixture } from './panel-fixture.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const png = pngPicture(64, 48)

function picturesFixture(limits: Partial<PictureLimits> = {}) {
  const fixture = panelFixture()
  const { buses, bus, roster, presence, clock } = fixture
  const threshold: { value: Priority | null } = { value: null }
  let ids = 0
  const pictures = createPictures({
    buses,
    roster,
    presence,
    threshold: () => threshold.value,
    clock,
    newId: () => `p${String((ids += 1))}`,
    limits,
  })
  createDelivery(
    () => threshold.value,
    createLargeMessages(() => 0),
  ).attach(bus)
  const plug = (uuid: string, more: Parameters<typeof registration>[1] = {}): FakeSession => {
    const session = fakeSession()
    bus.register(registration(uuid, { is_persistent: true, ...more }), session)
    return session
  }
  /** The last request a session got. */
  const request = (session: FakeSession) => JSON.parse(session.written.at(-1) ?? 'null') as Request
  const answer = (session: FakeSession, result = pictureAnswer(png)) =>
    bus.jobUpdate(
      { job_id: request(session).params.data.job_id, status: 'completed', result, error: '' },
      session,
    )
  return { ...fixture, pictures, threshold, plug, request, answer }
}
interface Request {
  params: { level: string; data: { job_id: string; from_uuid: string; payload: object } }
}
const ask = (uuid: string, more: object = {}) => ({
  client: { userId: 'local', uuid },
  maxSize: 480,
  maxAgeSeconds: 0,
  render: false,
  ...more,
})

describe('taking a picture', () => {
  it('says after how long a client is stale here, whatever is set', async () => {
    const { buses, bus, roster, clock, time } = panelFixture()
    const presence = createPresence(clock, 10_000)
    bus.register(registration('b'), fakeSession())
    time.nowMs += 10_001
    const pictures = createPictures({
      buses,
      roster,
      presence,
      threshold: () => null,
      clock,
      newId: () => 'p',
    })
    expect(await pictures.take(ask('b'))).toStrictEqual({
      outcome: 'stale',
      message: 'It gave no sign for 10 seconds. It is asked again when it does.',
    })
    pictures.close()
  })

  it('renders nothing that no person asked for, and says so', async () => {
    const { pictures, plug, request, answer } = picturesFixture()
    const blender = plug('b')
    const looking = pictures.take(ask('b'))
    expect(request(blender).params.data.payload).toMatchObject({ params: { max_size: 480 } })
    answer(blender, JSON.stringify({ needs_render: 'This Blender shows no 3D view now.' }))
    expect(await looking).toStrictEqual({
      outcome: 'needs_render',
      message: 'This Blender shows no 3D view now.',
    })
    const pressed = pictures.take(ask('b', { render: true }))
    expect(request(blender).params.data.payload).toMatchObject({
      params: { max_size: 480, render_preview: true },
    })
    answer(blender, pictureAnswer(png, { source: 'preview_render' }))
    expect(await pressed).toMatchObject({ outcome: 'taken', picture: { source: 'preview_render' } })
  })

  it('asks the Blender, and answers with what it shows', async () => {
    const { pictures, plug, request, answer } = picturesFixture()
    const blender = plug('b')
    const taking = pictures.take(ask('b'))
    expect(request(blender).params).toMatchObject({
      level: 'debug',
      data: {
        from_uuid: 'server:local',
        payload: {
          message_type: 'command_dispatch',
          job_id: 'p1',
          command: 'get_viewport_screenshot',
          params: { max_size: 480 },
          look: true,
        },
      },
    })
    answer(blender)
    const picture = {
      id: 'p2',
      takenAt: 1_700_000_000.5,
      mimeType: 'image/png',
      width: 64,
      height: 48,
      data: png.toString('base64'),
      source: 'viewport',
      note: '',
    }
    expect(await taking).toStrictEqual({ outcome: 'taken', picture })
    expect(pictures.last({ userId: 'local', uuid: 'b' })).toStrictEqual(picture)
    expect(pictures.last({ userId: 'eve', uuid: 'b' })).toBeNull()
  })

  it('leaves no trace in the lists of jobs, in the row beside its counts, or in its mailbox', async () => {
    const { pictures, bus, jobs, roster, plug, answer } = picturesFixture()
    const changed = vi.fn()
    jobs.events.on('changed', changed)
    const blender = plug('b')
    const taking = pictures.take(ask('b'))
    const ref = { userId: 'local', uuid: 'b' }
    expect(roster.row(ref)).toMatchObject({
      state: 'live',
      job: null,
      jobsWaiting: 0,
      queued: 0,
      received: 1,
    })
    answer(blender)
    await taking
    expect(roster.row(ref)).toMatchObject({ state: 'live', job: null, queued: 0, received: 1, dropped: 0 })
    expect([jobs.rows(), [...bus.jobs.all()], bus.jobs.pendingCount]).toStrictEqual([[], [], 0])
    expect(changed).not.toHaveBeenCalled()
  })

  it('is asked for once, however many want it', async () => {
    const { pictures, plug, answer } = picturesFixture()
    const blender = plug('b')
    const all = [pictures.take(ask('b')), pictures.take(ask('b', { maxSize: 1024 })), pictures.take(ask('b'))]
    expect(blender.written).toHaveLength(1)
    answer(blender)
    const outcomes = await Promise.all(all)
    expect(new Set(outcomes).size).toBe(1)
    void pictures.take(ask('b'))
    expect(blender.written).toHaveLength(2)
  })

  it('hands out one that is young and large enough instead', async () => {
    const { pictures, plug, answer, time } = picturesFixture()
    const blender = plug('b')
    const first = pictures.take(ask('b'))
    answer(blender)
    const taken = await first
    time.nowMs += 1500
    expect(await pictures.take(ask('b', { maxAgeSeconds: 2 }))).toStrictEqual(taken)
    expect(blender.written).toHaveLength(1)
    void pictures.take(ask('b', { maxAgeSeconds: 2, maxSize: 960 }))
    expect(blender.written).toHaveLength(2)
  })

  it('takes them the rarer the longer they take, unless a person asks', async () => {
    const { pictures, bus, plug, answer, time } = picturesFixture()
    const blender = plug('b')
    const take = async (more: object, tookMs: number) => {
      bus.touch('b')
      const before = blender.written.length
      const taking = pictures.take(ask('b', more))
      if (blender.written.length > before) {
        time.nowMs += tookMs
        answer(blender)
      }
      await taking
      return blender.written.length - before
    }
    const asked = [await take({ maxAgeSeconds: 1 }, 3_000)]
    time.nowMs += 29_999
    asked.push(await take({ maxAgeSeconds: 1 }, 3_000), await take({ maxAgeSeconds: 0 }, 100))
    time.nowMs += 999
    asked.push(await take({ maxAgeSeconds: 0.5 }, 100))
    time.nowMs += 1
    asked.push(await take({ maxAgeSeconds: 0.5 }, 60_000))
    time.nowMs += 299_999
    asked.push(await take({ maxAgeSeconds: 1 }, 100))
    time.nowMs += 1
    asked.push(await take({ maxAgeSeconds: 1 }, 100))
    expect(asked).toStrictEqual([1, 0, 1, 0, 1, 0, 1])
  })

  it('asks anew after the clock was set back, for the last one has no age then', async () => {
    const { pictures, plug, answer, time } = picturesFixture()
    const blender = plug('b')
    const first = pictures.take(ask('b'))
    answer(blender)
    await first
    time.nowMs -= 3_600_000
    void pictures.take(ask('b', { maxAgeSeconds: 2 }))
    expect(blender.written).toHaveLength(2)
  })

  it('says in its own words what went wrong in the Blender', async () => {
    const { pictures, bus, plug, answer } = picturesFixture()
    const blender = plug('b')
    const taking = pictures.take(ask('b'))
    const error = 'Traceback (most recent call last):\n  File "x"\nRuntimeError: no context\n'
    bus.jobUpdate({ job_id: 'p1', status: 'failed', result: '', error }, blender)
    expect(await taking).toStrictEqual({ outcome: 'failed', message: 'RuntimeError: no context' })
    const again = pictures.take(ask('b'))
    answer(blender, '{}')
    expect(await again).toStrictEqual({ outcome: 'failed', message: 'Its answer holds no picture.' })
  })
})

describe('no picture is asked for', () => {
  it('of a client that is not there, is no Blender, or shuts such requests out', async () => {
    const { pictures, plug, threshold } = picturesFixture()
    expect(await pictures.take(ask('x'))).toStrictEqual({
      outcome: 'left',
      message: '"x" is not registered.',
    })
    const llm = plug('l', { client_type: 'llm' })
    expect(await pictures.take(ask('l'))).toMatchObject({ outcome: 'unsupported' })
    const blender = plug('b')
    threshold.value = 4
    expect(await pictures.take(ask('b'))).toMatchObject({ outcome: 'unsupported' })
    threshold.value = 6
    void pictures.take(ask('b'))
    expect([llm.written.length, blender.written.length]).toStrictEqual([0, 1])
  })

  it('of one that works or has work to do', async () => {
    const { pictures, bus, plug } = picturesFixture()
    const blender = plug('b')
    const payload = { message_type: 'job_dispatch', job_id: 'j', script: 'pass', description: '' }
    bus.send({ payload, target_uuid: 'b', session: null, reply: 'caller' })
    expect(await pictures.take(ask('b'))).toMatchObject({ outcome: 'busy' })
    bus.jobUpdate({ job_id: 'j', status: 'completed', result: '', error: '' }, blender)
    void pictures.take(ask('b'))
    expect(blender.written).toHaveLength(2)
  })

  it('of one that is stale, gone, or behind with its messages', async () => {
    const { pictures, bus, plug, time } = picturesFixture()
    const behind = plug('behind')
    behind.room = 0
    bus.send({ payload: {}, target_uuid: 'behind', session: null })
    expect(await pictures.take(ask('behind'))).toMatchObject({ outcome: 'busy' })
    expect(bus.mailboxes.sizeOf('behind').count).toBe(1)
    const gone = plug('gone')
    bus.endSession(gone)
    expect(await pictures.take(ask('gone'))).toMatchObject({ outcome: 'away' })
    const stale = plug('stale')
    time.nowMs += 60_000
    expect(await pictures.take(ask('stale'))).toStrictEqual({
      outcome: 'stale',
      message: 'It gave no sign for 45 seconds. It is asked again when it does.',
    })
    expect([gone.written.length, stale.written.length]).toStrictEqual([0, 0])
  })

  it('while as many as may be are on their way', async () => {
    const { pictures, plug, answer } = picturesFixture({ inFlightPerBus: 2 })
    const [a, b, c] = [plug('a'), plug('b'), plug('c')]
    const first = pictures.take(ask('a'))
    void pictures.take(ask('b'))
    expect(await pictures.take(ask('c'))).toMatchObject({ outcome: 'crowded' })
    answer(a)
    await first
    void pictures.take(ask('c'))
    expect([a.written.length, b.written.length, c.written.length]).toStrictEqual([1, 1, 1])
  })
})

describe('a Blender that does not answer', () => {
  it('is told that nobody waits any more, and left alone until it has ended the request', async () => {
    const { pictures, bus, plug, request, time } = picturesFixture({ timeoutMs: 5000 })
    const blender = plug('b')
    const taking = pictures.take(ask('b'))
    await vi.advanceTimersByTimeAsync(5000)
    expect(await taking).toStrictEqual({
      outcome: 'timeout',
      message: 'It did not answer within 5 s: its window may be busy.',
    })
    expect(request(blender).params.data.payload).toStrictEqual({ message_type: 'job_cancel', job_id: 'p1' })
    expect(await pictures.take(ask('b'))).toMatchObject({ outcome: 'busy' })
    bus.jobUpdate({ job_id: 'p1', status: 'cancelled', result: '', error: '' }, blender)
    void pictures.take(ask('b'))
    expect(blender.written).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(5000)
    time.nowMs += 60_000
    bus.touch('b')
    void pictures.take(ask('b'))
    expect(blender.written).toHaveLength(5)
  })

  it('answers at once when it leaves or loses its session, and its picture is forgotten when it leaves', async () => {
    const { pictures, bus, plug, answer } = picturesFixture()
    const blender = plug('b')
    const first = pictures.take(ask('b'))
    answer(blender)
    await first
    const second = pictures.take(ask('b'))
    bus.endSession(blender)
    expect(await second).toStrictEqual({ outcome: 'away', message: '"b" is not connected now.' })
    expect(pictures.last({ userId: 'local', uuid: 'b' })).not.toBeNull()
    plug('b')
    const third = pictures.take(ask('b'))
    bus.forceUnregister('b', { reason: '', blocked_until: null })
    expect(await third).toStrictEqual({ outcome: 'left', message: '"b" is not registered.' })
    expect(pictures.last({ userId: 'local', uuid: 'b' })).toBeNull()
  })

  it('holds up nothing when the panel is closed', async () => {
    const { pictures, plug } = picturesFixture()
    plug('b')
    const taking = pictures.take(ask('b'))
    pictures.close()
    expect(await taking).toMatchObject({ outcome: 'away' })
    expect(vi.getTimerCount()).toBe(0)
  })
})
