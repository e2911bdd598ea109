import { describe, expect, it } from 'vitest'
import type { Picture, PictureOutcome, PictureRequest } from '../../../../../src/shared/pictures.ts'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import {
  createPictures,
  type PictureDemand,
} from '../../../../../src/renderer/model/pictures/pictures-store.ts'
import { createManualTimers } from '../../fakes/manual-timers.ts'
import { keyOf } from '../../fakes/panel-clients.ts'

const ref = (uuid: string) => ({ userId: 'local', uuid })

/** Lets promise callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

const every2s: PictureDemand = { maxSize: 480, everyMs: 2000, first: true }
const asIs: PictureDemand = { maxSize: 480, everyMs: null, first: false }

function build() {
  const timers = createManualTimers(1_000_000)
  const open = new Set<string>()
  const calls: { request: PictureRequest; answer: (outcome: PictureOutcome) => void; fail: () => void }[] = []
  const lasts = new Map<string, Picture>()
  const looked: string[] = []
  const world = { visible: true, linked: true, seen: () => {}, broken: new Set<string>() }
  const link = {
    pictures: {
      last({ uuid }: { uuid: string }) {
        looked.push(uuid)
        return Promise.resolve(lasts.get(uuid) ?? null)
      },
      take(request: PictureRequest) {
        const { promise, resolve, reject } = Promise.withResolvers<PictureOutcome>()
        calls.push({ request, answer: resolve, fail: () => reject(new Error('broken')) })
        return promise
      },
    },
  } as unknown as PanelApi
  let urls = 0
  const pictures = createPictures({
    timers,
    api: () => (world.linked ? link : null),
    serverNow: () => timers.nowMs() / 1000,
    images: {
      open(data) {
        const url = `blob:${data}${String((urls += 1))}`
        open.add(url)
        return { url, bytes: data.length }
      },
      read: (url) =>
        world.broken.has(url.slice(5, 6)) ? Promise.reject(new Error('broken')) : Promise.resolve(),
      release: (url) => void open.delete(url),
    },
    sight: {
      visible: () => world.visible,
      onChange(listener) {
        world.seen = listener
        return () => (world.seen = () => {})
      },
    },
  })
  const picture = (id: string): Picture => ({
    id,
    takenAt: timers.nowMs() / 1000,
    mimeType: 'image/png',
    width: 4,
    height: 3,
    data: id,
    source: 'viewport',
    note: '',
  })
  const view = (uuid: string) => pictures.state.getState().byKey.get(keyOf(uuid))
  const shown = (uuid: string) => view(uuid)?.picture?.id
  const step = async (ms: number) => {
    timers.advance(ms)
    await settle()
  }
  const taken = async (at: number, id: string) => {
    calls[at]?.answer({ outcome: 'taken', picture: picture(id) })
    await settle()
  }
  return { pictures, timers, world, calls, lasts, looked, open, picture, view, shown, step, taken }
}

describe('a client that is looked at', () => {
  it('shows what is kept of it, then what is taken, and lets go of the picture before', async () => {
    const { pictures, calls, lasts, open, picture, shown, view, step, taken } = build()
    lasts.set('a', picture('k'))
    pictures.watch(ref('a'), every2s)
    await step(200)
    expect([shown('a'), calls.length]).toStrictEqual(['k', 0])
    await step(1900)
    expect(calls[0]?.request).toStrictEqual({
      client: { userId: 'local', uuid: 'a' },
      maxSize: 480,
      maxAgeSeconds: 1,
      render: false,
    })
    expect(view('a')?.taking).toBe(true)
    await taken(0, 'n')
    expect(view('a')).toMatchObject({ taking: false, problem: null, picture: { id: 'n', bytes: 1 } })
    expect([...open]).toStrictEqual(['blob:n2'])
  })

  it('that rests shows the picture that it has, and is asked again later', async () => {
    const { pictures, calls, open, picture, view, step, taken } = build()
    const first = picture('n')
    pictures.watch(ref('a'), every2s)
    await step(200)
    await step(0)
    await taken(0, 'n')
    await step(2000)
    calls[1]?.answer({ outcome: 'taken', picture: first })
    await step(0)
    await step(1999)
    expect([calls.length, view('a')?.picture?.id, [...open]]).toStrictEqual([2, 'n', ['blob:n1']])
    await step(1)
    expect(calls).toHaveLength(3)
  })

  it('is asked at once where its picture is from before the clock was set back', async () => {
    const { pictures, calls, lasts, picture, shown, step, taken } = build()
    lasts.set('a', { ...picture('k'), takenAt: picture('k').takenAt + 3_600 })
    pictures.watch(ref('a'), every2s)
    await step(200)
    expect([shown('a'), calls.length]).toStrictEqual(['k', 1])
    await taken(0, 'n')
    await step(1999)
    expect(calls).toHaveLength(1)
    await step(1)
    expect(calls).toHaveLength(2)
  })

  it('is watched from the first look to the last', () => {
    const { pictures } = build()
    const stop = pictures.watch(ref('a'), asIs)
    pictures.watch(ref('b'), every2s)
    expect(pictures.watched()).toStrictEqual([keyOf('a'), keyOf('b')])
    stop()
    expect(pictures.watched()).toStrictEqual([keyOf('b')])
  })

  it('is asked again when its picture is as old as asked, and no longer when nobody looks', async () => {
    const { pictures, calls, step, taken } = build()
    const stop = pictures.watch(ref('a'), every2s)
    await step(200)
    await taken(0, '1')
    await step(1999)
    expect(calls).toHaveLength(1)
    await step(1)
    expect(calls).toHaveLength(2)
    await taken(1, '2')
    stop()
    await step(60_000)
    expect(calls).toHaveLength(2)
  })

  it('without an interval is asked only where there is no picture, if at all', async () => {
    const { pictures, calls, looked, view, step, taken } = build()
    pictures.watch(ref('a'), asIs)
    pictures.watch(ref('b'), { ...asIs, first: true })
    await step(200)
    expect([looked, calls.map(({ request }) => request.client.uuid)]).toStrictEqual([['a', 'b'], ['b']])
    expect(view('a')).toStrictEqual({ picture: null, taking: false, problem: null, looked: true })
    await taken(0, '1')
    await step(600_000)
    expect(calls).toHaveLength(1)
    pictures.refresh([keyOf('a')])
    expect(calls[1]?.request).toMatchObject({ client: { uuid: 'a' }, maxAgeSeconds: 0, render: false })
    await taken(1, '2')
    pictures.refresh([keyOf('a')], { render: true })
    expect(calls[2]?.request).toMatchObject({ client: { uuid: 'a' }, render: true })
  })

  it('is asked for the largest of the sizes and the shortest of the times that are asked', async () => {
    const { pictures, calls, step } = build()
    pictures.watch(ref('a'), { maxSize: 320, everyMs: 30_000, first: true })
    pictures.watch(ref('a'), { maxSize: 1280, everyMs: 10_000, first: true })
    await step(200)
    expect(calls.map(({ request }) => [request.maxSize, request.maxAgeSeconds])).toStrictEqual([[1280, 5]])
  })
})

describe('a wall of clients', () => {
  it('never has more than three calls on their way, and serves the longest wait first', async () => {
    const { pictures, calls, step, taken } = build()
    for (let n = 0; n < 40; n += 1) pictures.watch(ref(`b${String(n)}`), every2s)
    await step(200)
    await step(0)
    const count = () => calls.length
    expect(count()).toBe(3)
    for (let n = 0; n < 40; n += 1) {
      expect(count()).toBeLessThanOrEqual(n + 3)
      await taken(n, String(n))
    }
    const asked = calls.slice(0, 40).map(({ request }) => request.client.uuid)
    expect(new Set(asked).size).toBe(40)
  })

  it('that is scrolled past asks for nothing', async () => {
    const { pictures, calls, looked, step } = build()
    for (let n = 0; n < 40; n += 1) pictures.watch(ref(`b${String(n)}`), every2s)()
    await step(1000)
    expect([calls, looked]).toStrictEqual([[], []])
  })

  it('keeps 150 pictures that nobody looks at, and none of clients that left', async () => {
    const { pictures, open, step, taken, shown } = build()
    for (let n = 0; n < 160; n += 1) {
      const stop = pictures.watch(ref(`b${String(n)}`), every2s)
      await step(200)
      await taken(n, 'p')
      stop()
    }
    expect([open.size, shown('b9'), shown('b10')]).toStrictEqual([150, undefined, 'p'])
    pictures.keepOnly((key) => key !== keyOf('b10'))
    expect([open.size, shown('b10')]).toStrictEqual([149, undefined])
    pictures.close()
    expect(open.size).toBe(0)
  })
})

describe('nothing is asked', () => {
  it('while nobody can see the window, and all that is due when it is seen again', async () => {
    const { pictures, world, calls, step, taken } = build()
    pictures.watch(ref('a'), every2s)
    await step(200)
    world.visible = false
    await taken(0, '1')
    await step(60_000)
    expect(calls).toHaveLength(1)
    world.visible = true
    world.seen()
    expect(calls).toHaveLength(2)
  })

  it('without a link, and the call that broke with it is no problem of the client', async () => {
    const { pictures, world, calls, view, step } = build()
    pictures.watch(ref('a'), every2s)
    await step(200)
    world.linked = false
    calls[0]?.fail()
    await settle()
    expect(view('a')).toMatchObject({ taking: false, problem: null })
    await step(60_000)
    expect(calls).toHaveLength(1)
    world.linked = true
    pictures.linkChanged()
    expect(calls).toHaveLength(2)
  })
})

describe('where no picture comes', () => {
  it.each([
    ['busy', 2000],
    ['needs_render', 2000],
    ['away', 2000],
    ['crowded', 1000],
    ['failed', 60_000],
    ['timeout', 60_000],
    ['unsupported', 60_000],
  ] as const)(
    '%s keeps the picture before, says why, and is asked again after %i ms',
    async (outcome, pause) => {
      const { pictures, calls, view, step, taken } = build()
      pictures.watch(ref('a'), every2s)
      await step(200)
      await taken(0, '1')
      await step(2000)
      calls[1]?.answer({ outcome, message: 'Why.' })
      await settle()
      expect(view('a')).toMatchObject({
        picture: { id: '1' },
        taking: false,
        problem: { reason: outcome, message: 'Why.' },
      })
      await step(pause - 1)
      expect(calls).toHaveLength(2)
      await step(1)
      expect(calls).toHaveLength(3)
      await taken(2, '2')
      expect(view('a')?.problem).toBeNull()
    },
  )

  it('a person may ask again at once', async () => {
    const { pictures, calls, step } = build()
    pictures.watch(ref('a'), every2s)
    await step(200)
    calls[0]?.answer({ outcome: 'failed', message: 'Why.' })
    await settle()
    pictures.refresh([keyOf('a'), keyOf('nobody looks at this one')])
    expect(calls).toHaveLength(2)
  })

  it('bytes that the browser can’t read are a problem, and the picture before stays', async () => {
    const { pictures, world, open, view, step, taken } = build()
    pictures.watch(ref('a'), every2s)
    await step(200)
    await taken(0, '1')
    world.broken.add('x')
    await step(2000)
    await taken(1, 'x')
    expect(view('a')).toMatchObject({ picture: { id: '1' }, problem: { reason: 'broken' } })
    expect(open.size).toBe(1)
  })

  it('the first picture that can’t be read is not asked for again and again', async () => {
    const { pictures, world, calls, step, taken } = build()
    pictures.watch(ref('a'), every2s)
    world.broken.add('x')
    await step(200)
    await taken(0, 'x')
    await step(59_999)
    expect(calls).toHaveLength(1)
    await step(1)
    expect(calls).toHaveLength(2)
  })

  it('a call that fails though the link lives is told of', async () => {
    const { pictures, calls, view, step } = build()
    pictures.watch(ref('a'), every2s)
    await step(200)
    calls[0]?.fail()
    await settle()
    expect(view('a')?.problem).toStrictEqual({ reason: 'unreachable', message: 'The server did not answer.' })
  })
})
