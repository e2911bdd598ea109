import { activityPageMax, type Activity } from '../../shared/activity.ts'
import type { Journal } from '../journal/journal.ts'
import type { Source } from './paced-watch.ts'

export interface ActivityNews {
  entries: Activity[]
  /** Lines were left out since the last event: the panel was too slow for them. */
  missed: boolean
}

/** The newest lines, then each that is written, oldest first; at most one page waits for a slow panel. */
export function activitySource({
  queries,
  events,
}: Pick<Journal, 'queries' | 'events'>): Source<ActivityNews> {
  let fresh: Activity[] | null = null
  let missed = false
  return {
    take() {
      if (fresh === null) {
        fresh = []
        return { entries: queries.activity({ limit: activityPageMax }).reverse(), missed: false }
      }
      if (fresh.length === 0) return null
      const news = { entries: fresh, missed }
      fresh = []
      missed = false
      return news
    },
    onNews(listener) {
      const hear = (entries: readonly Activity[]): void => {
        if (fresh === null) return
        fresh.push(...entries)
        if (fresh.length > activityPageMax) {
          fresh = fresh.slice(-activityPageMax)
          missed = true
        }
        listener()
      }
      events.on('written', hear)
      return () => events.off('written', hear)
    },
  }
}
