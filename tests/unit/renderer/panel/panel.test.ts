import { describe, expect, it } from 'vitest'
import { createPanel } from '../../../../src/renderer/panel/panel.ts'
import type { PanelApi } from '../../../../src/renderer/connection/panel-transport.ts'
import type { ApprovalsEvent } from '../../../../src/shared/approvals.ts'
import type { Block } from '../../../../src/shared/blocks.ts'
import type { ClientsEvent } from '../../../../src/shared/clients.ts'
import type { JobsEvent } from '../../../../src/shared/jobs.ts'
import type { PanelStatus } from '../../../../src/shared/status.ts'
import { createFakeStorage } from '../fakes/fake-storage.ts'
import { createManualTimers } from '../fakes/manual-timers.ts'
import { keyOf, panelClient } from '../fakes/panel-clients.ts'

/** A watch that a test feeds event by event. */
function createFeed<Event>() {
  const opened: { push: (event: Event) => void; end: () => void }[] = []
  const watch = () => {
    const waiting: (IteratorResult<Event> | null)[] = []
    let wake: () => void = () => undefined
    const put = (result: IteratorResult<Event>) => {
      waiting.push(result)
      wake()
    }
    opened.push({
      push: (value) => put({ done: false, value }),
      end: () => put({ done: true, value: undefined }),
    })
    return Promise.resolve({
      [Symbol.asyncIterator]() {
        return this
      },
      async next(): Promise<IteratorResult<Event>> {
        for (;;) {
          const result = waiting.shift()
          if (result != null) return result
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      },
      return: () => Promise.resolve({ done: true as const, value: undefined }),
    })
  }
  return { opened, watch, newest: () => opened.at(-1) ?? expect.fail('the watch was not opened') }
}

/** Lets promise callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function build() {
  const timers = createManualTimers(0)
  const feeds = {
    status: createFeed<PanelStatus>(),
    clients: createFeed<ClientsEvent>(),
    jobs: createFeed<JobsEvent>(),
    blocks: createFeed<Block[]>(),
    approvals: createFeed<ApprovalsEvent>(),
  }
  const api = {
    feed: { ack: () => Promise.resolve() },
    status: { watch: feeds.status.watch, ping: () => Promise.resolve() },
    clients: { watch: feeds.clients.watch },
    jobs: { watch: feeds.jobs.watch },
    blocks: { watch: feeds.blocks.watch },
    approvals: { watch: feeds.approvals.watch },
  } as unknown as PanelApi
  const panel = createPanel({
    timers,
    drawn: () => Promise.resolve(),
    storage: createFakeStorage(),
    windowStorage: createFakeStorage(),
    images: {
      open: () => ({ url: 'blob:', bytes: 0 }),
      read: () => Promise.resolve(),
      release: () => undefined,
    },
    sight: { visible: () => true, onChange: () => () => undefined },
  })
  panel.connection.connect(() =>
    Promise.resolve({ api, ended: new Promise(() => undefined), close: () => undefined }),
  )
  return { timers, feeds, panel, kind: () => panel.connection.state.getState().kind }
}

const status: PanelStatus = {
  version: '0.1.0',
  url: 'http://127.0.0.1:9877/mcp',
  startedAt: 0,
  now: 50,
  sessions: 0,
  sessionsUnregistered: 0,
  jobsRunning: 0,
  messagesPerSecond: [],
  history: { state: 'on', reason: '' },
  limits: [],
}
const snapshot = (revision: number, ...uuids: string[]): ClientsEvent => ({
  type: 'snapshot',
  revision,
  clients: uuids.map((uuid) => panelClient(uuid)),
})

async function live() {
  const parts = build()
  await settle()
  parts.feeds.clients.newest().push(snapshot(1, 'a', 'b'))
  parts.feeds.status.newest().push(status)
  await settle()
  return parts
}

describe('the panel', () => {
  it('is not live before both a status and a list are there', async () => {
    const { feeds, kind } = build()
    await settle()
    feeds.status.newest().push(status)
    await settle()
    expect(kind()).toBe('connecting')
    feeds.clients.newest().push(snapshot(1, 'a'))
    await settle()
    expect(kind()).toBe('live')
  })

  it('starts a new watch when a patch does not fit, and stays live', async () => {
    const { feeds, panel, kind } = await live()
    feeds.clients.newest().push({ type: 'patch', from: 4, revision: 5, upsert: [], remove: [keyOf('a')] })
    await settle()
    expect(feeds.clients.opened).toHaveLength(2)
    feeds.clients.newest().push(snapshot(5, 'b', 'c'))
    await settle()
    expect(panel.rowOrder()).toEqual([keyOf('b'), keyOf('c')])
    expect(kind()).toBe('live')
  })

  it('is lost when a feed ends, keeps its rows, and is not live again before a new list', async () => {
    const { timers, feeds, panel, kind } = await live()
    feeds.blocks.newest().end()
    await settle()
    expect(kind()).toBe('lost')
    expect(panel.rowOrder()).toEqual([keyOf('a'), keyOf('b')])
    panel.askUnregister(keyOf('a'))
    expect(panel.unregister.state.getState().dialog).toBe(null)
    timers.advance(500)
    await settle()
    feeds.status.newest().push(status)
    await settle()
    expect(kind()).toBe('lost')
    feeds.clients.newest().push(snapshot(9, 'b'))
    await settle()
    expect(kind()).toBe('live')
    expect(panel.rowOrder()).toEqual([keyOf('b')])
  })

  it('asks to unregister what is selected, in the order of the rows', async () => {
    const { panel } = await live()
    panel.selection.selectAll([keyOf('b'), keyOf('a')])
    panel.askUnregister()
    expect(panel.unregister.state.getState().dialog?.targets.map(({ uuid }) => uuid)).toEqual(['a', 'b'])
  })

  it('selects the group of a client, in the tables and on the wall', async () => {
    const { feeds, panel } = await live()
    const upsert = ['a', 'b', 'c'].map((uuid) =>
      panelClient(uuid, {
        record: { group_id: uuid === 'b' ? 'desk' : 'farm', is_persistent: uuid !== 'c' },
      }),
    )
    feeds.clients.newest().push({ type: 'patch', from: 1, revision: 2, upsert, remove: [] })
    await settle()
    panel.selectGroup(keyOf('a'))
    expect([...panel.selection.state.getState().selected]).toEqual([])
    panel.clients.arrange({ groupBy: 'group' })
    panel.selectGroup(keyOf('a'))
    expect([...panel.selection.state.getState().selected]).toEqual([keyOf('a')])
    panel.clients.arrange({ shownAs: 'wall' })
    expect(panel.rowOrder()).toEqual([keyOf('b'), keyOf('a'), keyOf('c')])
    panel.selectGroup(keyOf('c'))
    expect([...panel.selection.state.getState().selected]).toEqual([keyOf('a'), keyOf('c')])
  })

  it('takes clients that left out of the selection, and says so in the inspector', async () => {
    const { feeds, panel } = await live()
    panel.selection.selectAll([keyOf('a'), keyOf('b')])
    panel.inspector.open(keyOf('a'))
    feeds.clients.newest().push({ type: 'patch', from: 1, revision: 2, upsert: [], remove: [keyOf('a')] })
    await settle()
    expect([...panel.selection.state.getState().selected]).toEqual([keyOf('b')])
    expect(panel.inspector.state.getState().phase).toBe('left')
  })
})
