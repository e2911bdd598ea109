import { createStore, type StoreApi } from 'zustand/vanilla'
import type { NoPictureReason, Picture, PictureOutcome } from '../../../shared/pictures.ts'
import { clientKey, type ClientRef } from '../../../shared/clients.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Timers } from '../../connection/timers.ts'
import type { PageVisibility } from '../../connection/page-visibility.ts'
import type { ImageHost } from './image-host.ts'

/** Pictures kept in this window; past it the one that was shown longest ago goes. In sight are far fewer. */
const keptMax = 150
/** Calls on their way at once, however many pictures are wanted. */
const callsMax = 3
/** A card that is only scrolled past asks for nothing. */
const settleMs = 200
/** How long one that failed or did not answer is left alone, unless a person asks. */
const backOffMs = 60_000
/** When one for which there was no room is tried again. */
const crowdedMs = 1_000

/** A picture as it can be shown: `url` holds until it is let go. */
export type ShownPicture = Omit<Picture, 'data'> & { readonly url: string; readonly bytes: number }

/** Why there is no newer picture. `unreachable`: the call itself failed. `broken`: the browser can't read what came. */
export interface PictureProblem {
  readonly reason: NoPictureReason | 'unreachable' | 'broken'
  readonly message: string
}

/** What is known of one client's picture. */
export interface PictureView {
  readonly picture: ShownPicture | null
  readonly taking: boolean
  /** What came of the last request, null where it brought a picture. */
  readonly problem: PictureProblem | null
  /** It was asked whether there is a picture: where there is none now, there is none. */
  readonly looked: boolean
}

export const noPictureView: PictureView = { picture: null, taking: false, problem: null, looked: false }

/** What somebody who looks at a client wants of its picture. */
export interface PictureDemand {
  /** Longer side in pixels. */
  readonly maxSize: number
  /** How old it may become before another is taken, in milliseconds; null for only what there is. */
  readonly everyMs: number | null
  /** Whether one is taken where there is none at all. */
  readonly first: boolean
}

export interface PicturesPorts {
  timers: Timers
  api: () => PanelApi | null
  /** Unix seconds of the server, null before it said so. */
  serverNow: () => number | null
  images: ImageHost
  sight: PageVisibility
}

/**
 * The pictures of what Blenders show, and when the next one of each is taken: only for what somebody looks at, in a
 * window that can be seen, over a link that lives, a few at a time and the one that waits longest first.
 */
export interface Pictures {
  readonly state: StoreApi<{ byKey: ReadonlyMap<string, PictureView> }>
  /** Keeps a client's picture as fresh as asked until the returned function is called. */
  watch: (ref: ClientRef, request: PictureDemand) => () => void
  /** Keys of the clients that somebody looks at. */
  watched: () => readonly string[]
  /**
   * A person wants new ones now, of clients that somebody looks at. `render`: a small render too, where there is no
   * viewport to show.
   */
  refresh: (keys: readonly string[], options?: { render: boolean }) => void
  /** To be called when clients left: what nobody looks at any more is forgotten. */
  keepOnly: (isThere: (key: string) => boolean) => void
  /** To be called when a link came or went. */
  linkChanged: () => void
  close: () => void
}

/** What is known of the next picture of a client that somebody looks at. */
interface Plan {
  readonly ref: ClientRef
  readonly requests: Set<PictureDemand>
  /** Not before this, in milliseconds of the timers. */
  notBeforeMs: number
  /** A person asked. */
  urgent: boolean
  /** A person asked for a render. */
  render: boolean
}

export function createPictures({ timers, api, serverNow, images, sight }: PicturesPorts): Pictures {
  const state = createStore<{ byKey: ReadonlyMap<string, PictureView> }>(() => ({ byKey: new Map() }))
  const plans = new Map<string, Plan>()
  const calling = new Set<string>()
  let cancelTimer = () => {}
  let closed = false
  /** Read anew after each wait. */
  const isClosed = () => closed

  const viewOf = (key: string) => state.getState().byKey.get(key) ?? noPictureView

  function set(key: string, change: Partial<PictureView>) {
    const byKey = new Map(state.getState().byKey)
    const before = byKey.get(key) ?? noPictureView
    if (change.picture !== undefined && before.picture !== null && before.picture !== change.picture) {
      images.release(before.picture.url)
    }
    // Set anew, it stands last: the first is the one that was shown longest ago.
    byKey.delete(key)
    byKey.set(key, { ...before, ...change })
    for (const oldest of byKey.keys()) {
      if (byKey.size <= keptMax) break
      if (!plans.has(oldest)) forget(byKey, oldest)
    }
    state.setState({ byKey })
  }

  function forget(byKey: Map<string, PictureView>, key: string) {
    const url = byKey.get(key)?.picture?.url
    if (url !== undefined) images.release(url)
    byKey.delete(key)
  }

  const maxSizeOf = ({ requests }: Plan) => Math.max(...[...requests].map(({ maxSize }) => maxSize))

  /** When a client's next picture is to be taken; null for never. */
  function dueMs(key: string, plan: Plan): number | null {
    if (plan.urgent) return 0
    const { picture, looked } = viewOf(key)
    if (!looked) return plan.notBeforeMs
    const requests = [...plan.requests]
    if (picture === null) return requests.some(({ first }) => first) ? plan.notBeforeMs : null
    const every = Math.min(...requests.map(({ everyMs }) => everyMs ?? Infinity))
    if (every === Infinity) return null
    const now = serverNow()
    const ageMs = now === null ? 0 : (now - picture.takenAt) * 1000
    // Taken in the future: the server's clock was set back, and ages mean nothing.
    if (ageMs < 0) return plan.notBeforeMs
    return Math.max(plan.notBeforeMs, timers.nowMs() + every - ageMs)
  }

  /** Begins as many calls as may be, and comes back when the next is due. */
  function pump() {
    cancelTimer()
    if (closed || api() === null || !sight.visible()) return
    const due = [...plans]
      .filter(([key]) => !calling.has(key))
      .flatMap(([key, plan]) => {
        const at = dueMs(key, plan)
        return at === null ? [] : [{ key, plan, at }]
      })
      .sort((a, b) => a.at - b.at)
    for (const { key, plan, at } of due) {
      if (calling.size >= callsMax) return
      if (at > timers.nowMs()) {
        cancelTimer = timers.after(at - timers.nowMs(), pump)
        return
      }
      void call(key, plan)
    }
  }

  async function call(key: string, plan: Plan) {
    const link = api()
    if (link === null) return
    calling.add(key)
    try {
      if (!viewOf(key).looked && !plan.urgent) await look(link, key, plan)
      else await take(link, key, plan)
    } catch {
      // A link that broke is told of elsewhere, and all of it is asked again over the next.
      if (api() === link) {
        plan.notBeforeMs = timers.nowMs() + backOffMs
        set(key, { problem: { reason: 'unreachable', message: 'The server did not answer.' } })
      }
    } finally {
      calling.delete(key)
      if (viewOf(key).taking) set(key, { taking: false })
      pump()
    }
  }

  async function look(link: PanelApi, key: string, plan: Plan) {
    const last = await link.pictures.last(plan.ref)
    if (isClosed()) return
    if (last !== null && last.id !== viewOf(key).picture?.id) await show(key, last)
    if (!isClosed()) set(key, { looked: true })
  }

  async function take(link: PanelApi, key: string, plan: Plan) {
    const { urgent, render } = plan
    plan.urgent = false
    plan.render = false
    set(key, { taking: true })
    const every = Math.min(...[...plan.requests].map(({ everyMs }) => everyMs ?? Infinity))
    const outcome = await link.pictures.take({
      client: plan.ref,
      maxSize: maxSizeOf(plan),
      // What another panel took a moment ago will do, so that several ask no more than one.
      maxAgeSeconds: urgent || every === Infinity ? 0 : every / 2000,
      render,
    })
    if (isClosed()) return
    plan.notBeforeMs = timers.nowMs() + pauseMs(outcome, every)
    if (outcome.outcome === 'taken') {
      // A Blender that takes long rests, and the server hands out what it has.
      if (outcome.picture.id === viewOf(key).picture?.id) {
        set(key, { problem: null })
        if (every !== Infinity) plan.notBeforeMs = timers.nowMs() + every
      } else if (!(await show(key, outcome.picture))) plan.notBeforeMs = timers.nowMs() + backOffMs
    } else set(key, { problem: { reason: outcome.outcome, message: outcome.message }, looked: true })
  }

  /** Shows a picture once the browser has read it, so that the one before it stays until then; false if it can't. */
  async function show(key: string, { data, ...facts }: Picture): Promise<boolean> {
    const { url, bytes } = images.open(data, facts.mimeType)
    try {
      await images.read(url)
    } catch {
      images.release(url)
      const message = 'What it sent can’t be shown: the picture is damaged.'
      set(key, { problem: { reason: 'broken', message }, looked: true })
      return false
    }
    if (isClosed()) images.release(url)
    else set(key, { picture: { ...facts, url, bytes }, problem: null, looked: true })
    return true
  }

  const stopSight = sight.onChange(pump)

  return {
    state,
    watch(ref, request) {
      const key = clientKey(ref)
      const plan = plans.get(key) ?? {
        ref,
        requests: new Set(),
        notBeforeMs: timers.nowMs() + settleMs,
        urgent: false,
        render: false,
      }
      plan.requests.add(request)
      plans.set(key, plan)
      pump()
      return () => {
        plan.requests.delete(request)
        if (plan.requests.size === 0 && plans.get(key) === plan) plans.delete(key)
      }
    },
    watched: () => [...plans.keys()],
    refresh(keys, { render } = { render: false }) {
      for (const key of keys) {
        const plan = plans.get(key)
        // One that is being taken is new enough.
        if (plan === undefined || viewOf(key).taking) continue
        plan.urgent = true
        plan.render = render
      }
      pump()
    },
    keepOnly(isThere) {
      const { byKey } = state.getState()
      const gone = [...byKey.keys()].filter((key) => !plans.has(key) && !isThere(key))
      if (gone.length === 0) return
      const kept = new Map(byKey)
      for (const key of gone) forget(kept, key)
      state.setState({ byKey: kept })
    },
    linkChanged: pump,
    close() {
      closed = true
      cancelTimer()
      stopSight()
      for (const { picture } of state.getState().byKey.values()) {
        if (picture !== null) images.release(picture.url)
      }
      state.setState({ byKey: new Map() })
    },
  }
}

/** How long a client is left alone after an answer, in milliseconds. */
function pauseMs({ outcome }: PictureOutcome, every: number): number {
  switch (outcome) {
    case 'taken':
      // Its age decides; this holds where the server's clock was set.
      return every === Infinity ? 0 : every / 2
    case 'crowded':
      return crowdedMs
    case 'failed':
    case 'timeout':
    case 'unsupported':
      return backOffMs
    // Such an answer costs a Blender nothing, and it may show a viewport again at any time.
    case 'needs_render':
    case 'busy':
    case 'stale':
    case 'away':
    case 'left':
      return Math.min(Math.max(every, 2_000), 10_000)
  }
}
