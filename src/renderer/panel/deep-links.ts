import type { Panel } from './panel.ts'
import type { Router } from './router.ts'

/**
 * Filters as the address says (`?filter=`), and opens what it names, `#/clients/<uuid>`, `#/jobs/<id>`,
 * `#/activity/<entry>` or `#/activity/client/<uuid>`: at once where it is there, else when it comes with the first list.
 * A name that is on no list is let go. Answers the way to stop.
 */
export function followDeepLinks(panel: Panel, router: Router): () => void {
  let wanted = false
  const open = () => {
    const { view, item } = router.state.getState()
    if (view === 'activity') {
      const isReady = item?.startsWith(clientPrefix) === true || panel.log.state.getState().phase === 'ready'
      if (!wanted || item === null || !isReady) return
      // Before it is opened: what opens it is heard here too.
      wanted = false
      openInLog(panel, item)
      return
    }
    const store = view === 'jobs' ? panel.jobs.state : panel.clients.state
    if (!wanted || item === null || (view !== 'clients' && view !== 'jobs') || !store.getState().ready) return
    wanted = false
    if (view === 'jobs') {
      for (const job of panel.jobs.state.getState().byKey.values()) {
        if (job.jobId === item) panel.openJob(job.key)
      }
      return
    }
    for (const client of panel.clients.state.getState().byKey.values()) {
      if (client.record.uuid !== item) continue
      panel.selection.select(panel.rowOrder(), client.key, 'only')
      panel.selection.focusActive()
      panel.inspector.open(client.key)
    }
  }
  const want = () => {
    wanted = true
    const { view, filter } = router.state.getState()
    if (filter !== null && view === 'clients') panel.clients.search(filter)
    if (filter !== null && view === 'jobs') panel.jobs.search(filter)
    open()
  }
  const stops = [
    router.state.subscribe(want),
    panel.clients.state.subscribe(open),
    panel.jobs.state.subscribe(open),
    panel.log.state.subscribe(open),
  ]
  want()
  return () => {
    for (const stop of stops) stop()
  }
}

const clientPrefix = 'client/'

function openInLog({ log }: Panel, item: string): void {
  if (item.startsWith(clientPrefix)) {
    log.closeEntry()
    log.setFilter({ client: item.slice(clientPrefix.length), userId: undefined })
  } else if (/^\d{1,15}$/.test(item)) void log.reveal(Number(item))
}
