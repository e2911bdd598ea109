import { describe, expect, it } from 'vitest'
import { createConnection, type LinkSession } from '../../../../src/renderer/connection/connection.ts'
import type { LinkEnd, PanelApi, PanelLink } from '../../../../src/renderer/connection/panel-transport.ts'
import { createManualTimers } from '../fakes/manual-timers.ts'

interface FakeLink {
  end: (reason: LinkEnd) => void
  session: LinkSession | null
  closed: boolean
}

/** Lets promise callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function build() {
  const timers = createManualTimers()
  const links: FakeLink[] = []
  const connection = createConnection({
    timers,
    onLink(session) {
      const link = links.at(-1)
      if (link !== undefined) link.session = session
    },
  })
  const open = (): Promise<PanelLink> => {
    const fake: FakeLink = { end: () => undefined, session: null, closed: false }
    links.push(fake)
    return Promise.resolve({
      api: {} as PanelApi,
      ended: new Promise((resolve) => {
        fake.end = resolve
      }),
      close: () => {
        fake.closed = true
      },
    })
  }
  const newest = () => {
    const link = links.at(-1)
    if (link?.session == null) throw new Error('no link is in use')
    return { ...link, session: link.session }
  }
  return { timers, connection, open, links, newest, state: () => connection.state.getState() }
}

describe('the connection', () => {
  it('is live at the first sign of life, not when the link opens', async () => {
    const { connection, open, newest, state } = build()
    connection.connect(open)
    await settle()
    expect(state()).toEqual({ kind: 'connecting', attempt: 1 })
    expect(connection.api()).toBe(null)
    newest().session.heard()
    expect(state()).toEqual({ kind: 'live' })
    expect(connection.api()).toBe(newest().session.api)
  })

  it('is lost when the link ends, and tries again after half a second', async () => {
    const { timers, connection, open, links, newest, state } = build()
    connection.connect(open)
    await settle()
    const { session } = newest()
    session.heard()
    newest().end('lost')
    await settle()
    expect(state()).toEqual({ kind: 'lost', attempt: 1, retrying: false })
    expect(connection.api()).toBe(null)
    expect(session.signal.aborted).toBe(true)
    timers.advance(499)
    expect(links).toHaveLength(1)
    timers.advance(1)
    expect(links).toHaveLength(2)
    expect(state()).toEqual({ kind: 'lost', attempt: 1, retrying: true })
    await settle()
    newest().session.heard()
    expect(state()).toEqual({ kind: 'live' })
  })

  it('is lost after eight seconds of silence, even though the link seems open', async () => {
    const { timers, connection, open, links, newest, state } = build()
    connection.connect(open)
    await settle()
    newest().session.heard()
    timers.advance(7_999)
    newest().session.heard()
    timers.advance(7_999)
    expect(state()).toEqual({ kind: 'live' })
    timers.advance(1)
    expect(state()).toEqual({ kind: 'lost', attempt: 1, retrying: false })
    expect(links[0]?.closed).toBe(true)
  })

  it('waits longer after each failed attempt, up to eight seconds', async () => {
    const { timers, connection, open, links, newest } = build()
    connection.connect(open)
    await settle()
    newest().session.heard()
    newest().end('lost')
    await settle()
    const waits: number[] = []
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const before = links.length
      let waited = 0
      while (links.length === before) {
        timers.advance(100)
        waited += 100
      }
      waits.push(waited)
      await settle()
      newest().end('lost')
      await settle()
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000])
  })

  it('stops for good when the key is refused', async () => {
    const { timers, connection, open, links, newest, state } = build()
    connection.connect(open)
    await settle()
    newest().end('bad-key')
    await settle()
    expect(state()).toEqual({ kind: 'bad-key' })
    timers.advance(60_000)
    expect(links).toHaveLength(1)
    connection.connect(open)
    expect(links).toHaveLength(2)
    expect(state()).toEqual({ kind: 'connecting', attempt: 1 })
  })

  it('counts a broken feed as a loss, and hears nothing more of a link it gave up', async () => {
    const { connection, open, newest, state } = build()
    connection.connect(open)
    await settle()
    const { session } = newest()
    session.heard()
    session.broken()
    expect(state()).toEqual({ kind: 'lost', attempt: 1, retrying: false })
    session.heard()
    expect(state()).toEqual({ kind: 'lost', attempt: 1, retrying: false })
  })

  it('tries at once when a person asks for it', async () => {
    const { connection, open, links, newest } = build()
    connection.connect(open)
    await settle()
    newest().session.heard()
    newest().end('lost')
    await settle()
    connection.retryNow()
    expect(links).toHaveLength(2)
  })

  it('closes a link that comes after it was given up', async () => {
    const { timers, connection, state } = build()
    let arrive: (link: PanelLink) => void = () => undefined
    let closed = false
    connection.connect(
      () =>
        new Promise((resolve) => {
          arrive = resolve
        }),
    )
    timers.advance(8_000)
    expect(state()).toEqual({ kind: 'connecting', attempt: 2 })
    arrive({
      api: {} as PanelApi,
      ended: new Promise(() => undefined),
      close: () => {
        closed = true
      },
    })
    await settle()
    expect(closed).toBe(true)
  })

  it('asks for a key where there is none', () => {
    const { connection, state } = build()
    connection.needKey()
    expect(state()).toEqual({ kind: 'no-key' })
  })
})
