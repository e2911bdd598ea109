import { EventEmitter } from 'node:events'
import { createApprovals } from '../../../../src/main/access/approvals.ts'
import { createBlockList } from '../../../../src/main/access/block-list.ts'
import { BusManager } from '../../../../src/main/bus/bus-manager.ts'
import type { BusLimits } from '../../../../src/main/bus/bus-limits.ts'
import type { ActivityLogEvents } from '../../../../src/main/activity/activity-log.ts'
import { emptyPage } from '../../../../src/main/activity/log-queries.ts'
import { createPresence } from '../../../../src/main/mcp/sessions/presence.ts'
import { createJobLedger } from '../../../../src/main/panel/job-ledger.ts'
import { createPictures } from '../../../../src/main/panel/pictures.ts'
import { createRateCounters } from '../../../../src/main/panel/rates.ts'
import { createPanelMessages } from '../../../../src/main/panel/messages.ts'
import { createOperatorMessages } from '../../../../src/main/panel/operator-messages.ts'
import type { PanelRouterPorts } from '../../../../src/main/panel/router-ports.ts'
import { createRoster } from '../../../../src/main/panel/roster.ts'

/** Two buses could be there; most tests use `bus`, that of the local user. Times are moved by hand. */
export function panelFixture(limits: Partial<BusLimits> = {}) {
  const time = { nowMs: 1_700_000_000_500 }
  let ids = 0
  const clock = () => time.nowMs
  const newId = () => `id-${String((ids += 1))}`
  const buses = new BusManager({ clock, newId, limits })
  const rates = createRateCounters(buses, clock)
  const post = createOperatorMessages({ buses })
  const jobs = createJobLedger({ buses, post, newId })
  const presence = createPresence(clock)
  const roster = createRoster({ buses, presence, targetOf: () => null })
  const pictures = createPictures({ buses, roster, presence, threshold: () => null, clock, newId })
  const messages = createPanelMessages({ roster, post, newId })
  const blocks = createBlockList(clock)
  const approvals = createApprovals({
    clock,
    steady: clock,
    newId,
    policy: { default: 'by_token', rules: [] },
  })
  const activityLog = {
    events: new EventEmitter<ActivityLogEvents>(),
    queries: noHistory,
    state: () => ({ state: 'off' as const, reason: 'There is none here.' }),
    waitingDetail: () => null,
  }
  const settings = {
    list: () => [],
    keep: () => Promise.resolve({ outcome: 'refused' as const, message: 'There are none here.' }),
    mayChange: true,
  }
  const bus = buses.busOf('local')
  return {
    time,
    clock,
    buses,
    bus,
    presence,
    roster,
    jobs,
    pictures,
    rates,
    post,
    messages,
    blocks,
    approvals,
    activityLog,
    settings,
  }
}

/** The router's ports over a fixture. What a test doesn't expect to be asked for throws. */
export function routerPorts(fixture: ReturnType<typeof panelFixture>): PanelRouterPorts {
  const unasked = (): never => {
    throw new Error('not asked for here')
  }
  const { roster, jobs, pictures, messages, blocks, approvals, activityLog, rates, settings, clock } = fixture
  return {
    roster,
    jobs,
    endings: { look: unasked, end: unasked },
    pauses: { list: () => [], stopAll: unasked, pause: unasked, resume: unasked, events: new EventEmitter() },
    troubles: { list: () => [], pause: unasked, dismiss: unasked, events: new EventEmitter() },
    pictures,
    forget: unasked,
    messages,
    sessions: { threshold: () => null, scopesOf: unasked },
    access: { userId: null, blocks, approvals, tokens: null },
    activity: { log: activityLog, rates },
    settings,
    server: { status: unasked, connectInfo: unasked, addon: unasked, token: unasked },
    clock,
  }
}

/** No history is kept: there is nothing to read. */
const noHistory = {
  log: () => Promise.resolve(emptyPage),
  lastIdBefore: () => Promise.resolve(null),
  detail: () => Promise.resolve(null),
}
