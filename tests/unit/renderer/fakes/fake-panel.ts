import { expect } from 'vitest'
import type { PanelApi } from '../../../../src/renderer/connection/panel-transport.ts'
import { createPanel } from '../../../../src/renderer/panel/panel.ts'
import type { ApprovalsEvent } from '../../../../src/shared/approvals.ts'
import type { ListedBlock } from '../../../../src/shared/blocks.ts'
import type { PanelPause } from '../../../../src/shared/pauses.ts'
import type { PanelTrouble } from '../../../../src/shared/troubles.ts'
import type { ClientsEvent, PanelClient } from '../../../../src/shared/clients.ts'
import type { JobsEvent } from '../../../../src/shared/jobs.ts'
import type { PanelStatus } from '../../../../src/shared/status.ts'
import { createFakeStorage } from './fake-storage.ts'
import { createManualTimers } from './manual-timers.ts'
import { panelClient } from './panel-clients.ts'

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
export const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A panel whose link is there and whose feeds wait for what a test pushes. */
export function fakePanel({ storage = createFakeStorage(), windowStorage = createFakeStorage() } = {}) {
  const timers = createManualTimers(0)
  const feeds = {
    status: createFeed<PanelStatus>(),
    clients: createFeed<ClientsEvent>(),
    jobs: createFeed<JobsEvent>(),
    blocks: createFeed<ListedBlock[]>(),
    pauses: createFeed<PanelPause[]>(),
    troubles: createFeed<PanelTrouble[]>(),
    approvals: createFeed<ApprovalsEvent>(),
  }
  const api = {
    feed: { ack: () => Promise.resolve() },
    status: { watch: feeds.status.watch, ping: () => Promise.resolve() },
    clients: { watch: feeds.clients.watch },
    jobs: { watch: feeds.jobs.watch },
    blocks: { watch: feeds.blocks.watch },
    pauses: { watch: feeds.pauses.watch },
    troubles: { watch: feeds.troubles.watch },
    approvals: { watch: feeds.approvals.watch },
  } as unknown as PanelApi
  const panel = createPanel({
    timers,
    drawn: () => Promise.resolve(),
    storage,
    windowStorage,
    images: {
      open: () => ({ url: 'blob:', bytes: 0 }),
      read: () => Promise.resolve(),
      release: () => undefined,
    },
    sight: { visible: () => true, onChange: () => () => undefined },
    page: { version: '0.1.0', losesSomething: () => false, reload: () => undefined },
  })
  panel.connection.connect(() =>
    Promise.resolve({ api, ended: new Promise(() => undefined), close: () => undefined }),
  )
  return { timers, feeds, panel, kind: () => panel.connection.state.getState().kind }
}

export const panelStatus: PanelStatus = {
  version: '0.1.0',
  url: 'http://127.0.0.1:9877/mcp',
  startedAt: 0,
  now: 50,
  sessions: 0,
  sessionsUnregistered: 0,
  jobsRunning: 0,
  messagesPerSecond: [],
  history: { state: 'on', reason: '' },
  memory: {
    usedBytes: 0,
    maxBytes: 1_073_741_824,
    shareBytes: 536_870_912,
    byKind: { mailboxes: 0, jobs: 0, clients: 0, subscriptions: 0, requests: 0, output: 0 },
    users: [],
  },
  limits: [],
}
export const clientsSnapshot = (revision: number, ...clients: (string | PanelClient)[]): ClientsEvent => ({
  type: 'snapshot',
  revision,
  clients: clients.map((client) => (typeof client === 'string' ? panelClient(client) : client)),
})

/** The same, live with these clients. */
export async function livePanel(
  clients: readonly (string | PanelClient)[] = ['a', 'b'],
  storages?: Parameters<typeof fakePanel>[0],
) {
  const parts = fakePanel(storages)
  await settle()
  parts.feeds.clients.newest().push(clientsSnapshot(1, ...clients))
  parts.feeds.status.newest().push(panelStatus)
  await settle()
  return parts
}
