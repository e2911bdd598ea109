import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  doesNotStop,
  type EndableBlender,
  type JobCancelOutcome,
  type JobDetail,
  type JobsEvent,
  type JobTextInput,
  type PanelJob,
} from '../../../shared/jobs.ts'
import { callProblem } from '../../connection/call-problem.ts'
import type { PanelApi } from '../../connection/panel-transport.ts'
import type { Toasts } from '../toasts/toasts.ts'
import { chooseSort } from '../../lib/sorts.ts'
import { visibleText } from '../../lib/visible-text.ts'
import {
  countJobs,
  jobPasses,
  newestFirst,
  orderJobs,
  volatileColumns,
  type JobColumn,
  type JobFilter,
  type JobSort,
  type JobTotals,
} from './jobs-order.ts'

export interface JobsState {
  /** False until the first snapshot. */
  ready: boolean
  byKey: ReadonlyMap<string, PanelJob>
  totals: JobTotals
  filter: JobFilter
  sorts: readonly JobSort[]
  /** Keys to show, filtered and in order. */
  shown: readonly string[]
  /** The job whose details are open: its last row, kept when the bus forgets it. */
  open: PanelJob | null
  /** `undefined` while it is on its way, `null` where the bus has forgotten the job. */
  detail: JobDetail | null | undefined
  /** The Blender of the open job, where that does not stop and its Blender can be ended from here. */
  endable: EndableBlender | null
  /** Whether a person is asked if it is to be ended. */
  asksToEnd: boolean
}

export interface JobsPorts {
  api: () => PanelApi | null
  toasts: Toasts
  /** The main process's clock in Unix seconds, null before it first said so. */
  now: () => number | null
  /** How the list was sorted when the panel was last open. */
  sorts?: readonly JobSort[]
}

/** The jobs as the feed tells them, and what a person may do about one. */
export interface Jobs {
  readonly state: StoreApi<JobsState>
  /** `'gap'`: the event did not fit; a new watch is needed. */
  apply: (event: JobsEvent) => 'applied' | 'gap'
  search: (query: string) => void
  showState: (state: PanelJob['state'] | null) => void
  clearFilter: () => void
  /** Sorts by a column, as `chooseSort` says. */
  sortBy: (column: JobColumn, also?: boolean) => void
  /** Puts rows in order that kept their places while their values changed. */
  settleOrder: () => void
  open: (key: string) => void
  close: () => void
  /** Asks its peers to stop a job, and tells by a toast what came of that. */
  cancel: (job: PanelJob) => Promise<void>
  /** The same for several, with one toast for all. */
  cancelAll: (jobs: readonly PanelJob[]) => Promise<void>
  /** What a row leaves out, fetched now. Null where the bus has forgotten it; rejects without a connection. */
  fetchDetail: (job: PanelJob) => Promise<JobDetail | null>
  /** A result or an error, whole. Rejects where it can't be had any more. */
  fetchText: (job: PanelJob, part: JobTextInput['part']) => Promise<string>
  /** Asks a person whether the Blender of the open job is to be ended, or no more. */
  askToEnd: (asks: boolean) => void
  /** Ends the Blender of a job that does not stop, and tells by a toast what came of that. */
  endBlender: (job: PanelJob, name: string) => Promise<void>
  /** Sends a job once more as a new one. */
  repeat: (job: PanelJob) => Promise<void>
}

const cancelWords: Record<JobCancelOutcome, { kind: 'done' | 'problem'; text: string }> = {
  asked: { kind: 'done', text: 'is being cancelled. It ends when its Blender says so.' },
  withdrawn: { kind: 'done', text: 'was withdrawn before it reached anybody.' },
  ended: { kind: 'problem', text: 'had ended already.' },
  nobody: { kind: 'problem', text: 'was not cancelled: none of its targets is on the bus.' },
  not_found: { kind: 'problem', text: 'is not known any more.' },
}

/** The same in few words, for a sum over several. */
const cancelledWords: Record<JobCancelOutcome | 'unknown', string> = {
  asked: 'being cancelled',
  withdrawn: 'withdrawn',
  ended: 'had ended already',
  nobody: 'without a target on the bus',
  not_found: 'not known any more',
  unknown: 'without an answer',
}
/** Cancellations on their way at once. */
const cancelsAtOnce = 20

export function createJobs({ api, toasts, now, sorts = newestFirst }: JobsPorts): Jobs {
  let revision: number | null = null
  let unsettled = false
  const state = createStore<JobsState>(() => ({
    ready: false,
    byKey: new Map(),
    totals: countJobs([]),
    filter: { query: '', state: null },
    sorts,
    shown: [],
    open: null,
    detail: undefined,
    endable: null,
    asksToEnd: false,
  }))

  function take(change: Partial<JobsState>, shown: readonly string[]) {
    const before = state.getState().shown
    const same = shown.length === before.length && shown.every((key, index) => key === before[index])
    state.setState({ ...change, ...(!same && { shown }) })
  }

  /** Takes over these parts of the state and orders everything afresh. */
  function show(change: Partial<JobsState>) {
    const next = { ...state.getState(), ...change }
    unsettled = false
    take(change, orderJobs(next.byKey, next.filter, next.sorts, now() ?? 0))
  }

  /** The same where jobs changed: under a sort whose values change by themselves, rows keep their places for now. */
  function showChanged(change: Partial<JobsState> & Pick<JobsState, 'byKey'>) {
    const { shown, filter, sorts: by } = state.getState()
    if (!by.some(({ column }) => volatileColumns.has(column))) {
      show(change)
      return
    }
    unsettled = true
    const passes = jobPasses(filter)
    const belongs = (key: string) => {
      const job = change.byKey.get(key)
      return job !== undefined && passes(job)
    }
    const kept = shown.filter(belongs)
    const there = new Set(kept)
    const fresh = [...change.byKey.keys()].filter((key) => !there.has(key) && belongs(key))
    take(change, [...fresh.reverse(), ...kept])
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
        const ref = { userId: job.userId, jobId: job.jobId }
        const detail = await link.jobs.detail(ref)
        // A panel that was opened with a token may end none.
        const endable = doesNotStop(job) ? await link.jobs.endable(ref).catch(() => null) : null
        const now = state.getState().open
        if (now?.key === job.key) state.setState({ detail, endable })
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

  async function cancel(job: PanelJob) {
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
        showChanged({ byKey, totals: countJobs(byKey.values()) })
      }
      follow()
      return 'applied'
    },
    search: (query) => show({ filter: { ...state.getState().filter, query: query.trim() } }),
    showState: (only) => show({ filter: { ...state.getState().filter, state: only } }),
    clearFilter: () => show({ filter: { query: '', state: null } }),
    sortBy: (column, also = false) => show({ sorts: chooseSort(state.getState().sorts, column, also) }),
    settleOrder() {
      if (unsettled) show({})
    },
    open(key) {
      const { byKey, open } = state.getState()
      const job = byKey.get(key)
      if (job === undefined || open?.key === key) return
      state.setState({ open: job, detail: undefined, endable: null, asksToEnd: false })
      void load()
    },
    close: () => state.setState({ open: null, detail: undefined, endable: null, asksToEnd: false }),
    cancel,
    async cancelAll(list) {
      const [only] = list
      if (list.length === 1 && only !== undefined) {
        await cancel(only)
        return
      }
      const counts = new Map<JobCancelOutcome | 'unknown', number>()
      const one = async ({ userId, jobId }: PanelJob) => {
        const link = api()
        const outcome =
          link === null
            ? 'unknown'
            : await link.jobs.cancel({ userId, jobId }).then(
                (answer) => answer.outcome,
                () => 'unknown' as const,
              )
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      }
      for (let at = 0; at < list.length; at += cancelsAtOnce) {
        await Promise.all(list.slice(at, at + cancelsAtOnce).map(one))
      }
      const parts = [...counts].map(([outcome, count]) => `${count} ${cancelledWords[outcome]}`)
      const fine = [...counts.keys()].every(
        (outcome) => outcome !== 'unknown' && cancelWords[outcome].kind === 'done',
      )
      toasts.show({ kind: fine ? 'done' : 'problem', text: `${list.length} jobs: ${parts.join(', ')}.` })
    },
    async fetchDetail({ userId, jobId }) {
      const link = api()
      if (link === null) throw new Error('There is no connection.')
      return link.jobs.detail({ userId, jobId })
    },
    async fetchText({ userId, jobId }, part) {
      const link = api()
      if (link === null) throw new Error('There is no connection.')
      const whole = await link.jobs.text({ userId, jobId, part })
      if (whole === null) throw new Error('The bus has forgotten this job.')
      return whole.text
    },
    askToEnd: (asks) => state.setState({ asksToEnd: asks && state.getState().endable !== null }),
    async endBlender({ userId, jobId }, name) {
      const shown = visibleText(name)
      try {
        const link = api()
        if (link === null) throw new Error('There is no connection.')
        const ended = await link.jobs.endBlender({ userId, jobId })
        toasts.show(
          ended.outcome === 'ended'
            ? { kind: 'done', text: `${shown} was ${ended.forced ? 'killed' : 'ended'}.` }
            : { kind: 'problem', text: `${shown} was not ended. ${ended.message}` },
        )
      } catch (error) {
        toasts.show({ kind: 'problem', text: callProblem(error, `whether ${shown} was ended`) })
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
