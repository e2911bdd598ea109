import { every } from '../base/guarded.ts'
import type { ApprovalsEvent } from '../../shared/approvals.ts'
import type { ListedBlock } from '../../shared/blocks.ts'
import type { ClientDetail } from '../../shared/client-detail.ts'
import type { ClientRef, ClientsEvent } from '../../shared/clients.ts'
import type { JobRef, JobsEvent } from '../../shared/jobs.ts'
import type { PanelPause } from '../../shared/pauses.ts'
import type { PanelTrouble } from '../../shared/troubles.ts'
import { clientKey } from '../../shared/clients.ts'
import { jobKey } from '../../shared/jobs.ts'
import type { Source } from './paced-watch.ts'
import type { PanelRouterPorts } from './router-ports.ts'

/** One snapshot, then patches with only what changed since the last event that was taken. */
export function clientsSource(roster: PanelRouterPorts['roster']): Source<ClientsEvent> {
  const dirty = new Map<string, ClientRef>()
  let revision = 0
  return {
    take() {
      if (revision === 0) {
        dirty.clear()
        revision = 1
        return { type: 'snapshot', revision, clients: roster.rows() }
      }
      if (dirty.size === 0) return null
      const upsert = []
      const remove = []
      for (const [key, ref] of dirty) {
        const row = roster.row(ref)
        if (row === null) remove.push(key)
        else upsert.push(row)
      }
      dirty.clear()
      revision += 1
      return { type: 'patch', from: revision - 1, revision, upsert, remove }
    },
    onNews(listener) {
      const mark = (ref: ClientRef): void => {
        // A sender such as `server:local` is no client and has no row; neither has one that was never shown.
        const key = clientKey(ref)
        if (!dirty.has(key)) dirty.set(key, ref)
        listener()
      }
      const changed = (ref: ClientRef): void => {
        if (roster.client(ref) !== null) mark(ref)
      }
      roster.events.on('changed', changed)
      roster.events.on('left', mark)
      return () => {
        roster.events.off('changed', changed)
        roster.events.off('left', mark)
      }
    },
  }
}

/** One snapshot of all jobs, then patches. What a bus forgot meanwhile is found by looking: it says no word of it. */
export function jobsSource(ledger: PanelRouterPorts['jobs']): Source<JobsEvent> {
  const dirty = new Map<string, JobRef>()
  const shown = new Map<string, JobRef>()
  let revision = 0
  return {
    take() {
      if (revision === 0) {
        dirty.clear()
        revision = 1
        const jobs = ledger.rows()
        for (const { key, userId, jobId } of jobs) shown.set(key, { userId, jobId })
        return { type: 'snapshot', revision, jobs }
      }
      if (dirty.size === 0) return null
      const upsert = []
      for (const [key, ref] of dirty) {
        const row = ledger.row(ref)
        if (row === null) continue
        upsert.push(row)
        shown.set(key, ref)
      }
      const remove = [...shown].filter(([, ref]) => !ledger.has(ref)).map(([key]) => key)
      for (const key of remove) shown.delete(key)
      dirty.clear()
      revision += 1
      return { type: 'patch', from: revision - 1, revision, upsert, remove }
    },
    onNews(listener) {
      const mark = (ref: JobRef): void => {
        dirty.set(jobKey(ref), ref)
        listener()
      }
      ledger.events.on('changed', mark)
      return () => void ledger.events.off('changed', mark)
    },
  }
}

/** One client's details whenever they may have changed; null once it has left. */
export function detailSource(
  roster: PanelRouterPorts['roster'],
  ref: ClientRef,
  detail: () => ClientDetail | null,
): Source<{ detail: ClientDetail | null }> {
  const key = clientKey(ref)
  let news = true
  return {
    take() {
      if (!news) return null
      news = false
      return { detail: detail() }
    },
    onNews(listener) {
      const mark = (changed: ClientRef): void => {
        if (clientKey(changed) !== key) return
        news = true
        listener()
      }
      roster.events.on('changed', mark)
      roster.events.on('left', mark)
      return () => {
        roster.events.off('changed', mark)
        roster.events.off('left', mark)
      }
    },
  }
}

/** What says that something has changed. */
interface Changes {
  on(event: 'changed', listener: () => void): unknown
  off(event: 'changed', listener: () => void): unknown
}

/** The list of blocks at every change, and once a second where one ran out or refused something. */
export function blocksSource(blocks: PanelRouterPorts['access']['blocks']): Source<ListedBlock[]> {
  return timedSource('blocks that run out', () => blocks.listed(), blocks.events)
}

/** Programs in trouble, at every change, and once a second where one has been out of it for long enough. */
export function troublesSource(troubles: PanelRouterPorts['troubles']): Source<PanelTrouble[]> {
  return timedSource('programs in trouble', () => troubles.list(), troubles.events)
}

/** A list that changes with time, too: it is looked at once a second. `what` names the timer in the log. */
function timedSource<Item>(what: string, list: () => Item[], events: Changes): Source<Item[]> {
  let last = ''
  return {
    take() {
      const items = list()
      const text = JSON.stringify(items)
      if (text === last) return null
      last = text
      return items
    },
    onNews(listener) {
      events.on('changed', listener)
      const look = every(what, 1000, listener).unref()
      return () => {
        clearInterval(look)
        events.off('changed', listener)
      }
    },
  }
}

/** Who is paused, at every change. */
export function pausesSource(pauses: PanelRouterPorts['pauses']): Source<PanelPause[]> {
  return changesSource(() => pauses.list(), pauses.events)
}

/** What waits for a person, what programs are allowed for now, and the policy, at every change. */
export function approvalsSource(
  approvals: Pick<PanelRouterPorts['access']['approvals'], 'pending' | 'grants' | 'policy' | 'events'>,
): Source<ApprovalsEvent> {
  return changesSource(
    () => ({ pending: approvals.pending(), grants: approvals.grants(), policy: approvals.policy() }),
    approvals.events,
  )
}

function changesSource<Reading>(read: () => Reading, events: Changes): Source<Reading> {
  let news = true
  return {
    take() {
      if (!news) return null
      news = false
      return read()
    },
    onNews(listener) {
      const mark = (): void => {
        news = true
        listener()
      }
      events.on('changed', mark)
      return () => void events.off('changed', mark)
    },
  }
}

/** What is read at once, and again every second. */
export function secondsSource<Reading>(read: () => Reading): Source<Reading> {
  let due = true
  return {
    take() {
      if (!due) return null
      due = false
      return read()
    },
    onNews(listener) {
      const tick = every('what is read every second', 1000, () => {
        due = true
        listener()
      }).unref()
      return () => clearInterval(tick)
    },
  }
}
