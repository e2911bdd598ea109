import { createStore, type StoreApi } from 'zustand/vanilla'
import type { JobCancelOutcome, JobDetail, JobsEvent, PanelJob } from '../../../shared/jobs.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../../ui/toasts.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { countJobs, orderJobs, type JobFilter, type JobTotals } from './jobs-order.ts'

export interface JobsState {
  /** False until the first snapshot. */
  ready: boolean
  byKey: ReadonlyMap<string, PanelJob>
  totals: JobTotals
  filter: JobFilter
  /** Keys to show, newest first. */
  shown: readonly string[]
  /** The job whose details are open: its last row, kept when the bus forgets it. */
  open: PanelJob | null
  /** `undefined` while it is on its way, `null` where the bus has forgotten the job. */
  detail: JobDetail | null | undefined
}

export interface JobsPorts {
  api: () => PanelApi | null
  toasts: Toasts
}

/** The jobs as the feed tells them, and what a person may do about one. */
export interface Jobs {
  readonly state: StoreApi<JobsState>
  /** `'gap'`: the event did not fit; a new watch is needed. */
  apply: (event: JobsEvent) => 'applied' | 'gap'
  search: (query: string) => void
  showState: (state: PanelJob['state'] | null) => void
  open: (key: string) => void
  close: () => void
  /** Asks its peers to drop a job, and tells by a toast what came of that. */
  cancel: (job: PanelJob) => Promise<void>
  /** Sends a job once more as a new one. */
  repeat: (job: PanelJob) => Promise<void>
}

const cancelWords: Record<JobCancelOutcome, { kind: 'done' | 'problem'; text: string }> = {
  asked: { kind: 'done', text: 'was asked to be dropped. It ends when its Blender says so.' },
  withdrawn: { kind: 'done', text: 'was withdrawn before it reached anybody.' },
  ended: { kind: 'problem', text: 'had ended already.' },
  nobody: { kind: 'problem', text: 'was not cancelled: none of its targets is on the bus.' },
  not_found: { kind: 'problem', text: 'is not known any more.' },
}

export function createJobs({ api, toasts }: JobsPorts): Jobs {
  let revision: number | null = null
  const state = createStore<JobsState>(() => ({
    ready: false,
    byKey: new Map(),
    totals: countJobs([]),
    filter: { query: '', state: null },
    shown: [],
    open: null,
    detail: undefined,
  }))

  function show(change: Partial<JobsState>) {
    const next = { ...state.getState(), ...change }
    const shown = orderJobs(next.byKey, next.filter)
    const before = next.shown
    const same = shown.length === before.length && shown.every((key, index) => key === before[index])
    state.setState({ ...change, ...(!same && { shown }) })
  }

  let loading = false
  /** Fetches the details of the open job: one call at a time, and again while the job goes on changing. */
  async function load() {
    if (loading) return
    loading = true
    try {
      for (let job = state.getState().open; job !== null;) {
        const link = api()
        if (link === null) break
        const detail = await link.jobs.detail({ userId: job.userId, jobId: job.jobId })
        const now = state.getState().open
        if (now?.key === job.key) state.setState({ detail })
        if (now === job) break
        job = now
      }
    } catch {
      // The link broke: the details are asked for again with the next one.
    } finally {
      loading = false
    }
  }

  function follow() {
    const { open, byKey } = state.getState()
    if (open === null) return
    const row = byKey.get(open.key)
    if (row === undefined || row === open) return
    state.setState({ open: row })
    void load()
  }

  return {
    state,
    apply(event) {
      if (event.type === 'snapshot') {
        revision = event.revision
        const byKey = new Map(event.jobs.map((job) => [job.key, job]))
        show({ ready: true, byKey, totals: countJobs(byKey.values()) })
      } else {
        if (event.from !== revision) return 'gap'
        revision = event.revision
        const byKey = new Map(state.getState().byKey)
        for (const key of event.remove) byKey.delete(key)
        for (const job of event.upsert) byKey.set(job.key, job)
        show({ byKey, totals: countJobs(byKey.values()) })
      }
      follow()
      return 'applied'
    },
    search: (query) => show({ filter: { ...state.getState().filter, query: query.trim() } }),
    showState: (only) => show({ filter: { ...state.getState().filter, state: only } }),
    open(key) {
      const { byKey, open } = state.getState()
      const job = byKey.get(key)
      if (job === undefined || open?.key === key) return
      state.setState({ open: job, detail: undefined })
      void load()
    },
    close: () => state.setState({ open: null, detail: undefined }),
    async cancel(job) {
      const name = `“${visibleText(job.title)}”`
      try {
        const link = api()
        if (link === null) throw new Error('There is no connection.')
        const { outcome } = await link.jobs.cancel({ userId: job.userId, jobId: job.jobId })
        const { kind, text } = cancelWords[outcome]
        toasts.show({ kind, text: `${name} ${text}` })
      } catch {
        toasts.show({
          kind: 'problem',
          text: `No answer came: it is not known whether ${name} was cancelled.`,
        })
      }
    },
    async repeat(job) {
      const name = `“${visibleText(job.title)}”`
      try {
        const link = api()
        if (link === null) throw new Error('There is no connection.')
        const repeated = await link.jobs.repeat({ userId: job.userId, jobId: job.jobId })
        toasts.show(
          repeated.outcome === 'sent'
            ? { kind: 'done', text: `${name} was sent again as a new job.` }
            : { kind: 'problem', text: `${name} was not sent again. ${repeated.message}` },
        )
      } catch {
        toasts.show({
          kind: 'problem',
          text: `No answer came: it is not known whether ${name} was sent again.`,
        })
      }
    },
  }
}
