import { describe, expect, it } from 'vitest'
import type { PanelApi } from '../../../../../src/renderer/connection/panel-transport.ts'
import { createInspector } from '../../../../../src/renderer/model/inspector/inspector-store.ts'
import type { ClientDetail } from '../../../../../src/shared/client-detail.ts'
import type { PanelClient } from '../../../../../src/shared/clients.ts'
import { createManualTimers } from '../../fakes/manual-timers.ts'
import { keyOf, panelClient } from '../../fakes/panel-clients.ts'

interface Follow {
  uuid: string
  signal: AbortSignal
  take: (detail: ClientDetail | null) => void
  fail: (error: Error) => void
}

function build() {
  const timers = createManualTimers()
  const list = new Map<string, PanelClient>()
  const follows: Follow[] = []
  let api: PanelApi | null = {} as PanelApi
  const inspector = createInspector({
    timers,
    api: () => api,
    find: (key) => list.get(key),
    follow: (_api, client, signal, take) =>
      new Promise((_resolve, fail) => follows.push({ uuid: client.record.uuid, signal, take, fail })),
  })
  for (const uuid of ['a', 'b']) list.set(keyOf(uuid), panelClient(uuid))
  return {
    timers,
    list,
    follows,
    inspector,
    state: () => inspector.state.getState(),
    setApi: (next: PanelApi | null) => {
      api = next
    },
  }
}

function detailOf(client: PanelClient): ClientDetail {
  return {
    client,
    session: null,
    mailbox: { count: 0, bytes: 0, maxCount: 1, maxBytes: 1, dropped: 0, filtered: 0 },
    posted: [],
  }
}

describe('the inspector', () => {
  it('starts one feed when it walks over rows, for the row it comes to rest on', () => {
    const { timers, follows, inspector } = build()
    inspector.open(keyOf('a'))
    timers.advance(50)
    inspector.open(keyOf('b'))
    timers.advance(1_000)
    expect(follows.map(({ uuid }) => uuid)).toEqual(['b'])
  })

  it('shows what the list knows until the feed says more', () => {
    const { timers, follows, inspector, list, state } = build()
    inspector.open(keyOf('a'))
    expect(state()).toMatchObject({ phase: 'loading', last: list.get(keyOf('a')), detail: null })
    timers.advance(1_000)
    const detail = detailOf(panelClient('a', { state: 'busy' }))
    follows[0]?.take(detail)
    expect(state()).toMatchObject({ phase: 'live', last: detail.client, detail })
  })

  it('keeps the last record of a client that left, and follows it again when it comes back', () => {
    const { timers, follows, inspector, list, state } = build()
    const client = panelClient('a')
    inspector.open(keyOf('a'))
    timers.advance(1_000)
    list.delete(keyOf('a'))
    inspector.listChanged()
    expect(state()).toMatchObject({ key: keyOf('a'), phase: 'left', last: client })
    list.set(keyOf('a'), client)
    inspector.listChanged()
    timers.advance(0)
    expect(state().phase).toBe('loading')
    expect(follows).toHaveLength(2)
    expect(follows[0]?.signal.aborted).toBe(true)
  })

  it('says when the feed broke, unless it was given up on purpose', async () => {
    const { timers, follows, inspector, state } = build()
    inspector.open(keyOf('a'))
    timers.advance(1_000)
    follows[0]?.fail(new Error('no'))
    await Promise.resolve()
    expect(state().phase).toBe('failed')
    inspector.open(keyOf('b'))
    timers.advance(1_000)
    inspector.close()
    follows[1]?.fail(new Error('aborted'))
    await Promise.resolve()
    expect(state()).toMatchObject({ key: null, phase: 'loading' })
  })

  it('starts anew on a new connection', () => {
    const { timers, follows, inspector, setApi } = build()
    inspector.open(keyOf('a'))
    timers.advance(1_000)
    setApi(null)
    inspector.linkChanged()
    timers.advance(1_000)
    expect(follows).toHaveLength(1)
    expect(follows[0]?.signal.aborted).toBe(true)
    setApi({} as PanelApi)
    inspector.linkChanged()
    timers.advance(0)
    expect(follows).toHaveLength(2)
  })
})
