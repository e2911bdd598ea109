import {
  logPageMax,
  type LogEntry,
  type LogEvent,
  type LogFilter,
  type LogOutcome,
} from '../../shared/activity.ts'
import { keepNewest } from '../../shared/keep-newest.ts'
import type { LoggedEntry, WrittenBatch } from '../activity/activity-file.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { ActivityQueries } from '../activity/activity-queries.ts'
import { passes } from '../activity/log-filter.ts'
import type { LateSource } from './paced-watch.ts'

export interface LogSourcePorts {
  activityLog: Pick<ActivityLog, 'events' | 'state'> & { readonly queries: Pick<ActivityQueries, 'log'> }
  filter: LogFilter
  /** What a client that is registered is called, undefined where it has no label. */
  labelOf: (userId: string, uuid: string) => string | undefined
}

/**
 * The newest page, then each entry that passes the filter, oldest first; at most one page and as many outcomes wait for
 * a slow panel. What the activity log cannot take is told all the same.
 */
export function logSource({ activityLog, filter, labelOf }: LogSourcePorts): LateSource<LogEvent> {
  const { queries, events } = activityLog
  let pageDue = true
  /** By id, so that an entry which is told again takes its own place. */
  const fresh = new Map<number, LogEntry>()
  const outcomes = new Map<number, LogOutcome>()
  let missed = 0

  const forget = (): void => {
    fresh.clear()
    outcomes.clear()
    missed = 0
  }
  const hear = ({ entry, row }: LoggedEntry): void => {
    if (!passes(filter, entry, row, labelOf)) return
    fresh.set(entry.id, entry)
    missed += keepNewest(fresh, logPageMax)
  }

  return {
    take() {
      if (pageDue) {
        pageDue = false
        forget()
        return queries.log({ ...filter, limit: logPageMax }).then((page) => {
          // What was written while it was read may be in it.
          const newest = page.entries[0]?.id ?? 0
          for (const id of fresh.keys()) if (id > 0 && id <= newest) fresh.delete(id)
          return { type: 'page', page: { ...page, history: activityLog.state() } }
        })
      }
      if (fresh.size === 0 && outcomes.size === 0) return null
      const news: LogEvent = {
        type: 'news',
        entries: [...fresh.values()],
        outcomes: [...outcomes.values()],
        missed,
      }
      forget()
      return news
    },
    onNews(listener) {
      const written = ({ entries, outcomes: changed }: WrittenBatch): void => {
        // What is written before the first page is in it.
        if (pageDue) return
        for (const logged of entries) hear(logged)
        for (const outcome of changed) outcomes.set(outcome.id, outcome)
        keepNewest(outcomes, logPageMax)
        if (fresh.size > 0 || outcomes.size > 0) listener()
      }
      const unkept = (logged: LoggedEntry): void => {
        hear(logged)
        if (fresh.size > 0) listener()
      }
      const keptAgain = (): void => {
        pageDue = true
        listener()
      }
      events.on('written', written)
      events.on('unkept', unkept)
      events.on('keptAgain', keptAgain)
      return () => {
        events.off('written', written)
        events.off('unkept', unkept)
        events.off('keptAgain', keptAgain)
      }
    },
  }
}
